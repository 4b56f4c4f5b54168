// SPDX-License-Identifier: Apache-2.0
// Bytes between Swift's arrays or the caller's buffers and TLS.
//
// SAFETY, for everything below: a buffer that the caller lends lives for the call and is not kept.

extension TLSConnection {
    func feed(_ bytes: [UInt8]) throws(AttestedTLSError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(AttestedTLSError) in try unsafe feed(UnsafeRawBufferPointer(buffer)) }
    }
    func write(_ bytes: [UInt8]) throws(AttestedTLSError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(AttestedTLSError) in try unsafe write(UnsafeRawBufferPointer(buffer)) }
    }

    func takeOutput() -> [UInt8] {
        let count = pendingOutput
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            done = unsafe takeOutput(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Appends at most `room` bytes.
    func read(_ room: Int, into bytes: inout [UInt8]) throws(AttestedTLSError) -> Outcome {
        var failure: AttestedTLSError?
        var outcome = Outcome.wantsInput
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, done in
            do throws(AttestedTLSError) {
                outcome = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
                if case .done(let count) = outcome { done = count }
            } catch { failure = error }
        }
        if let failure { throw failure }
        bytes += piece
        return outcome
    }
}

extension AttestedSession {
    /// Bytes from the network.
    package func receive(_ bytes: UnsafeRawBufferPointer) throws(AttestedTLSError) {
        try withTLS { (tls) throws(AttestedTLSError) in try unsafe tls.feed(bytes) }
        try advance()
    }

    /// How many bytes there are for the network.
    package var outputSize: Int { (try? withTLS { (tls) throws(AttestedTLSError) in tls.pendingOutput }) ?? 0 }
    package func takeOutput(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        (try? withTLS { (tls) throws(AttestedTLSError) in unsafe tls.takeOutput(into: bytes) }) ?? 0
    }

    package enum DirectReading: Equatable {
        case count(Int)
        case nothing
        case ended
    }

    package func read(into bytes: UnsafeMutableRawBufferPointer) throws(AttestedTLSError) -> DirectReading {
        let outcome = try readDirectly { (tls) throws(AttestedTLSError) in try unsafe tls.read(into: bytes) }
        switch outcome {
        case .done(let count): return .count(count)
        case .wantsInput: return .nothing
        case .ended: return .ended
        case nil:
            guard case .data(let data) = try read(limit: bytes.count) else { return .nothing }
            unsafe bytes.copyBytes(from: data)
            return .count(data.count)
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(AttestedTLSError) {
        try writeDirectly { (tls) throws(AttestedTLSError) in try unsafe tls.write(bytes) }
    }
}
