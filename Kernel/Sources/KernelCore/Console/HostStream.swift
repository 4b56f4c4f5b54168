// SPDX-License-Identifier: Apache-2.0
//
// A stream of the host handed to the program as its standard input, output or error: a pipe, a file, a socket. Its bytes are
// not protected: what a program prints leaves the enclave.

import LinuxABI
import Machine

/// The stream itself. Opening it again (/dev/stdin, /proc/PID/fd) gives a further description of the same host descriptor.
final class HostStreamInode: Inode {
    let descriptor: Int32
    /// A client's descriptor goes when the last description is closed; the enclave's own stay.
    private let isOwned: Bool

    init(descriptor: Int32, superblock: Superblock, isOwned: Bool) {
        self.descriptor = descriptor
        self.isOwned = isOwned
        super.init(number: superblock.allocateNumber(), superblock: superblock, mode: kernel.host.fileMode(descriptor))
        stampCreation()
    }

    deinit {
        if isOwned { kernel.host.close(descriptor) }
    }

    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        HostStream(self, flags: flags & ~Open.O_NOCTTY)
    }
    /// What the host's file holds is the host's: `> /dev/stdout` writes on.
    override func truncate(_ size: Int64) throws(Errno) {}
}

public final class HostStream: OpenFile {
    private let stream: HostStreamInode
    private var descriptor: Int32 { stream.descriptor }

    init(_ stream: HostStreamInode, flags: Int32) {
        self.stream = stream
        super.init(flags: flags, inode: stream)
    }

    public convenience init(descriptor: Int32, flags: Int32, superblock: Superblock, isOwned: Bool = false) {
        self.init(HostStreamInode(descriptor: descriptor, superblock: superblock, isOwned: isOwned), flags: flags)
    }

    public override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if isNonblocking && kernel.host.pollOne(descriptor, Poll.POLLIN) == 0 { throw .EAGAIN }
        guard let range = buffer.nextGuestRange() else {
            let bytes = try kernel.host.readKernelBytes(descriptor, min(buffer.remaining, 65536))
            return try buffer.put(bytes)
        }
        let n = try kernel.host.blockingTransfer(thread, 0, descriptor, range.address, range.count)
        buffer.consume(n)
        return n
    }

    /// All pieces of an iovec, so that a line stays a line.
    public override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 || done == 0 {
            do throws(Errno) {
                let n = try writeOnce(&buffer, thread)
                done += n
                if n == 0 { break }
            } catch {
                if done > 0 { break }
                if error == .EPIPE { BrokenPipe.signal(thread) }
                throw error
            }
        }
        return done
    }

    private func writeOnce(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if isNonblocking && kernel.host.pollOne(descriptor, Poll.POLLOUT) == 0 { throw .EAGAIN }
        guard let range = buffer.nextGuestRange() else {
            let bytes = try buffer.takeBytes(min(buffer.remaining, 65536))
            var written = 0
            while written < bytes.count {
                let n = try kernel.host.writeKernelBytes(descriptor, Array(bytes[written...]))
                if n == 0 { break }
                written += n
            }
            return written
        }
        let n = try kernel.host.blockingTransfer(thread, 1, descriptor, range.address, range.count)
        buffer.consume(n)
        return n
    }

    public override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard stream.isRegular else { throw .ESPIPE }
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
