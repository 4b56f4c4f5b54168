// SPDX-License-Identifier: Apache-2.0
//
// A stream of the host handed to the program as its standard input, output or error: a pipe, a file, a socket. Its bytes are
// not protected: what a program prints leaves the enclave.

import LinuxABI
import Machine

public final class HostStream: OpenFile {
    let descriptor: Int32
    private let kind: UInt32

    /// `descriptor` stays open for the enclave's life unless `closesDescriptor`.
    public init(descriptor: Int32, flags: Int32, superblock: Superblock) {
        self.descriptor = descriptor
        let mode = kernel.host.fileMode(descriptor)
        kind = mode & FileMode.S_IFMT
        let inode = Inode(number: superblock.allocateNumber(), superblock: superblock, mode: mode)
        super.init(flags: flags, inode: inode)
    }

    public override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        try transfer(&buffer, thread, number: 0, event: Poll.POLLIN)
    }
    public override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        do {
            return try transfer(&buffer, thread, number: 1, event: Poll.POLLOUT)
        } catch {
            if error == .EPIPE {
                Signals.send(.kill(signal: Signal.SIGPIPE, pid: thread.process.pid, uid: 0), Signal.SIGPIPE, toThread: thread)
            }
            throw error
        }
    }

    private func transfer(_ buffer: inout IOBuffer, _ thread: Thread, number: Int64, event: Int16) throws(Errno) -> Int {
        if isNonblocking && kernel.host.pollOne(descriptor, event) == 0 { throw .EAGAIN }
        guard let range = buffer.nextGuestRange() else {
            if number == 0 { return 0 }
            let bytes = try buffer.takeBytes(min(buffer.remaining, 65536))
            return try kernel.host.writeKernelBytes(descriptor, bytes)
        }
        let n = try kernel.host.blockingTransfer(thread, number, descriptor, range.address, range.count)
        buffer.consume(n)
        return n
    }

    public override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard kind == FileMode.S_IFREG else { throw .ESPIPE }
        return try kernel.host.seek(descriptor, offset, whence)
    }
    public override func poll() -> PollEvents { kernel.host.pollOne(descriptor, Poll.POLLIN | Poll.POLLOUT) }
    public override var hostDescriptor: Int32? { descriptor }
    public override var linkText: [UInt8] {
        var text = [UInt8]("host:[")
        text.append(decimal: Int(descriptor))
        text.append(0x5d)
        return text
    }
}
