// SPDX-License-Identifier: Apache-2.0
// The C half (CTLS), with owners for its memory.
//
// SAFETY, for every call below: the pointers to contexts and connections are those that CTLS returned, live until deinit frees them, and are never
// handed out; a (pointer, count) pair comes from one buffer that lives for the call.

internal import CTLS

/// Certificate and key as TLS wants them.
@safe final class TLSContext: @unchecked Sendable {
    // Set up whole before anybody has it, and only read afterwards: OpenSSL counts the references of connections atomically.
    fileprivate let pointer: OpaquePointer

    init?(certificate: [UInt8], key: [UInt8]) {
        let made = unsafe certificate.withUnsafeBufferPointer { certificate in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe ctls_context_new(certificate.baseAddress, certificate.count, key.baseAddress, key.count)
            }
        }
        guard let made = unsafe made else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe ctls_context_free(pointer) }
}

/// One TLS connection between memory buffers; used by one thread at a time.
@safe final class TLSConnection {
    enum Outcome: Equatable {
        case done(Int)
        case wantsInput
        case ended
    }

    private let pointer: OpaquePointer
    private let context: TLSContext

    init?(_ context: TLSContext, _ role: TLSRole) {
        self.context = context
        guard let made = unsafe ctls_new(context.pointer, role == .server ? 1 : 0) else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe ctls_free(pointer) }

    // MARK: network

    func feed(_ bytes: UnsafeRawBufferPointer) throws(AttestedTLSError) {
        guard unsafe ctls_feed(pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count) == bytes.count else {
            throw AttestedTLSError(.tls, "out of memory")
        }
    }

    var pendingOutput: Int { unsafe ctls_pending(pointer) }

    func takeOutput(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        unsafe ctls_take(pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    // MARK: inside

    func handshake() throws(AttestedTLSError) -> Outcome { try outcome(Int(unsafe ctls_handshake(pointer))) }

    func read(into bytes: UnsafeMutableRawBufferPointer) throws(AttestedTLSError) -> Outcome {
        try outcome(unsafe ctls_read(pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AttestedTLSError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe bytes.baseAddress?.advanced(by: done).assumingMemoryBound(to: UInt8.self)
            guard case .done(let count) = try outcome(unsafe ctls_write(pointer, rest, bytes.count - done)), count > 0 else {
                throw AttestedTLSError(.tls, "nothing can be sent now")
            }
            done += count
        }
    }

    func close() { unsafe ctls_close(pointer) }

    private func outcome(_ result: Int) throws(AttestedTLSError) -> Outcome {
        if result > 0 { return .done(result) }
        if result == Int(CTLS_WANTS_INPUT) { return .wantsInput }
        if result == Int(CTLS_CLOSED) { return .ended }
        var text = [CChar](repeating: 0, count: 160)
        unsafe text.withUnsafeMutableBufferPointer { unsafe ctls_reason(pointer, $0.baseAddress, $0.count) }
        throw AttestedTLSError(.tls, String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    // MARK: facts

    func export(_ label: String, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isDone = unsafe bytes.withUnsafeMutableBufferPointer { unsafe ctls_export(pointer, label, $0.baseAddress, $0.count) }
        return isDone == 1 ? bytes : nil
    }

    func peerCertificate(limit: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe bytes.withUnsafeMutableBufferPointer { unsafe ctls_peer_certificate(pointer, $0.baseAddress, $0.count) }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}
