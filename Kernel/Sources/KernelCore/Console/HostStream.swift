// SPDX-License-Identifier: Apache-2.0
//
// A stream of the host handed to the program as its standard input, output or error: a pipe, a file, a terminal. Its bytes are
// not protected: what a program prints leaves the enclave. A socket is a HostSocket (HostStream+Making.swift).

import LinuxABI
import Machine

/// The stream itself. Opening it again (/dev/stdin, /proc/PID/fd) gives a further description of the same host descriptor.
final class HostStreamInode: Inode {
    let descriptor: Int32
    /// O_RDONLY, O_WRONLY or O_RDWR.
    private let access: Int32
    /// A client's descriptor goes when the last description is closed; the enclave's own stay.
    private let isOwned: Bool
    private var hostSize: Int64 = 0
    private var hostBytes: Int64 = 0

    init(descriptor: Int32, access: Int32, superblock: Superblock, isOwned: Bool) {
        self.descriptor = descriptor
        self.access = access
        self.isOwned = isOwned
        let stat = kernel.host.streamStatus(descriptor)
        // Two streams on one file of the host have one number here: programs compare input with output by it.
        let number = stat.map { $0.st_ino ^ $0.st_dev << 48 } ?? superblock.allocateNumber()
        super.init(number: number, superblock: superblock, mode: Host.streamMode(stat))
        stampCreation()
        if let stat { adopt(stat) }
    }

    deinit {
        if isOwned { kernel.host.close(descriptor) }
    }

    private func adopt(_ stat: Stat) {
        mode = stat.st_mode & 0o7777 | type
        uid = stat.st_uid
        gid = stat.st_gid
        linkCount = UInt32(truncatingIfNeeded: min(stat.st_nlink, 1 << 30))
        deviceNumber = stat.st_rdev
        hostSize = stat.st_size
        hostBytes = max(0, min(stat.st_blocks, 1 << 50)) * 512
        accessTime = Timespec(tv_sec: Int64(bitPattern: stat.st_atime), tv_nsec: Int64(bitPattern: stat.st_atime_nsec))
        modificationTime = Timespec(tv_sec: Int64(bitPattern: stat.st_mtime), tv_nsec: Int64(bitPattern: stat.st_mtime_nsec))
        changeTime = Timespec(tv_sec: Int64(bitPattern: stat.st_ctime), tv_nsec: Int64(bitPattern: stat.st_ctime_nsec))
    }

    override var size: Int64 { hostSize }
    override var allocatedBytes: Int64 { hostBytes }
    override func refresh() throws(Errno) {
        if let stat = kernel.host.streamStatus(descriptor) { adopt(stat) }
    }

    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        guard access == Open.O_RDWR || access == flags & Open.O_ACCMODE else { throw .EACCES }
        return HostStream(self, flags: flags & ~Open.O_NOCTTY)
    }
    /// What the host's file holds is the host's: `> /dev/stdout` writes on.
    override func truncate(_ size: Int64) throws(Errno) {}
}

public final class HostStream: OpenFile {
    private let stream: HostStreamInode
    private var descriptor: Int32 { stream.descriptor }
    /// After POLLOUT a pipe takes this much without waiting (pipe(7)).
    private static let certainPiece = 4096

    init(_ stream: HostStreamInode, flags: Int32) {
        self.stream = stream
        super.init(flags: flags, inode: stream)
    }

    public override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        try transfer(&buffer, thread, writes: false)
    }

    /// All pieces of an iovec, so that a line stays a line.
    public override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 || done == 0 {
            do throws(Errno) {
                let n = try transfer(&buffer, thread, writes: true)
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

    /// One host call's worth. The program's O_NONBLOCK and the host's may differ: the host's description belongs to others too.
    private func transfer(_ buffer: inout IOBuffer, _ thread: Thread, writes: Bool) throws(Errno) -> Int {
        let event = writes ? Poll.POLLOUT : Poll.POLLIN
        while true {
            if isNonblocking && kernel.host.pollOne(descriptor, event) == 0 { throw .EAGAIN }
            do throws(Errno) { return try piece(&buffer, thread, writes: writes) } catch {
                guard error == .EAGAIN, !isNonblocking else { throw error }
            }
            thread.block.clearWake()
            var hosts = HostPollSet()
            hosts.add(descriptor, PollEvents(UInt16(bitPattern: event)))
            if thread.sleep(orHost: &hosts, until: nil) == .interrupted { throw thread.interrupted(.ifHandlerAllows) }
        }
    }

    private func piece(_ buffer: inout IOBuffer, _ thread: Thread, writes: Bool) throws(Errno) -> Int {
        let number: Int64 = writes ? 1 : 0
        let limit = writes && isNonblocking && !stream.isRegular ? HostStream.certainPiece : Int.max
        if let range = buffer.nextGuestRange() {
            let n = try kernel.host.blockingTransfer(thread, number, descriptor, range.address, min(range.count, limit))
            buffer.consume(n)
            return n
        }
        // sendfile and splice: bytes of the kernel.
        var bytes: [UInt8]
        if writes {
            var copy = buffer
            bytes = try copy.takeBytes(min(buffer.remaining, 65536, limit))
        } else {
            bytes = [UInt8](repeating: 0, count: min(buffer.remaining, 65536))
        }
        let n = try kernel.host.blockingTransfer(thread, number, descriptor, &bytes)
        if !writes { return try buffer.put(bytes, from: 0, n) }
        _ = try buffer.takeBytes(n)
        return n
    }

    public override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try HostTransfer.move(&buffer, descriptor, at: offset, writes: false)
    }
    public override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try HostTransfer.move(&buffer, descriptor, at: offset, writes: true)
    }
    public override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        try kernel.host.seek(descriptor, offset, whence)
    }
    public override func poll() -> PollEvents {
        kernel.host.pollNow(descriptor, 0x3fff & ~PollEvents(Poll.POLLREMOVE | Poll.POLLMSG))
    }
    public override var hostDescriptor: Int32? { descriptor }
    public override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        // A terminal of one's own is asked for with -t: the settings of the user's stay out of reach.
        guard command == Ioctl.FIONREAD else { throw .ENOTTY }
        try UserMemory.write(try kernel.host.socketNumber(descriptor, command), to: argument)
        return 0
    }
    public override func truncate(_ size: Int64) throws(Errno) {
        guard stream.isRegular else { throw .EINVAL }
        try kernel.host.truncate(descriptor, size)
    }
    public override func sync() throws(Errno) { try kernel.host.sync(descriptor) }
    /// Mappings see the file as it is now, as those of host mounts do.
    public override func contentForMapping() throws(Errno) -> FileContent {
        guard stream.isRegular else { throw .ENODEV }
        try stream.refresh()
        guard stream.size > 0 else { return FileContent() }
        return try FileContent(source: HostFileContent(self, descriptor), size: stream.size)
    }
    public override var linkText: [UInt8] {
        var text = [UInt8]("host:[")
        text.append(decimal: Int(descriptor))
        text.append(0x5d)
        return text
    }
}
