// SPDX-License-Identifier: Apache-2.0
// Between NIO's buffers and TLS without a copy of our own.
//
// SAFETY, for everything below: the pointers that a ByteBuffer lends live for the closure that gets them, and AttestedSession keeps none.

internal import AttestedTLS
internal import NIOCore

extension AttestedSession {
    func receive(_ buffer: ByteBuffer) throws(AttestedTLSError) {
        try unsafe buffer.withUnsafeReadableBytes { (bytes) throws(AttestedTLSError) in try unsafe receive(bytes) }
    }

    func write(_ buffer: ByteBuffer) throws(AttestedTLSError) {
        try unsafe buffer.withUnsafeReadableBytes { (bytes) throws(AttestedTLSError) in try unsafe write(bytes) }
    }

    /// Everything there is for the network.
    func takeOutput(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        let size = outputSize
        guard size > 0 else { return nil }
        var buffer = allocator.buffer(capacity: size)
        _ = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in unsafe takeOutput(into: bytes) }
        return buffer
    }

    /// Appends what there is to `buffer`, as far as it has room without growing. False: there will be no more.
    func read(into buffer: inout ByteBuffer) throws(AttestedTLSError) -> Bool {
        while buffer.writableBytes > 0 {
            var outcome = DirectReading.nothing
            _ = try unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { (bytes) throws(AttestedTLSError) -> Int in
                outcome = try unsafe read(into: bytes)
                if case .count(let count) = outcome { return count }
                return 0
            }
            switch outcome {
            case .count: continue
            case .nothing: return true
            case .ended: return false
            }
        }
        return true
    }
}
