// SPDX-License-Identifier: Apache-2.0
//
// The descriptions of a pipe's ends, and how pipe(2) and opening a FIFO (fifo(7)) make them.

import LinuxABI
import Machine

final class PipeFile: OpenFile {
    let pipe: Pipe
    private let reads: Bool
    private let writes: Bool
    /// Until a writer came, a FIFO opened for reading without blocking has no POLLHUP.
    private let writerOpensAtStart: Int

    /// The ends have been counted in `pipe` already.
    init(_ pipe: Pipe, flags: Int32, inode: Inode?, location: Location?, writerOpensAtStart: Int = 0) {
        self.pipe = pipe
        let mode = flags & Open.O_ACCMODE
        reads = mode != Open.O_WRONLY
        writes = mode != Open.O_RDONLY
        self.writerOpensAtStart = writerOpensAtStart
        super.init(flags: flags, inode: inode, location: location)
    }

    deinit {
        pipe.endClosed(wasReader: reads, wasWriter: writes)
        if pipe.isUnused, let inode, inode.pipe === pipe { inode.pipe = nil }
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { try pipe.read(&buffer, self, thread) }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { try pipe.write(&buffer, self, thread) }

    override func poll() -> PollEvents {
        var events: Int16 = 0
        if reads {
            if !pipe.isEmpty { events |= Poll.POLLIN | Poll.POLLRDNORM }
            if pipe.writers == 0 && pipe.writerOpens != writerOpensAtStart { events |= Poll.POLLHUP }
        }
        if writes {
            if !pipe.isFull { events |= Poll.POLLOUT | Poll.POLLWRNORM }
            if pipe.readers == 0 { events |= Poll.POLLERR }
        }
        return UInt32(events)
    }
    override var waitQueue: WaitQueue? { reads ? pipe.readQueue : pipe.writeQueue }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        guard command == Ioctl.FIONREAD else { throw .ENOTTY }
        try UserMemory.write(Int32(truncatingIfNeeded: pipe.bytesHeld), to: argument)
        return 0
    }

    override func pipeCapacity() throws(Errno) -> Int { pipe.capacity }
    override func setPipeCapacity(_ bytes: Int, _ thread: Thread) throws(Errno) -> Int {
        guard bytes >= 0, bytes <= 1 << 31 else { throw .EINVAL }
        var size = 4096
        while size < bytes { size *= 2 }
        if size > Pipe.maximumCapacity && size > pipe.capacity && !thread.process.credentials.isPrivileged { throw .EPERM }
        guard size <= 1 << 26 else { throw .ENOMEM }
        try pipe.setCapacity(size)
        return size
    }

    override var linkText: [UInt8] {
        var text = [UInt8]("pipe:[")
        text.append(decimal: Int(truncatingIfNeeded: inode?.number ?? 0))
        text.append(0x5d)
        return text
    }
}

/// The nameless inode of a pipe from pipe(2). Opening it again through /proc/PID/fd gives a further description of the same pipe.
final class PipeInode: Inode {
    init(_ pipe: Pipe, _ credentials: Credentials) {
        let fileSystem = kernel.channels.pipeFS
        super.init(
            number: fileSystem.allocateNumber(), superblock: fileSystem, mode: FileMode.S_IFIFO | 0o600, uid: credentials.fsuid,
            gid: credentials.fsgid)
        self.pipe = pipe
        stampCreation()
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        try Pipes.openFifo(self, flags, location, thread)
    }
}

public enum Pipes {
    /// The two ends of a new pipe, reading end first.
    static func make(flags: Int32, _ credentials: Credentials) -> (PipeFile, PipeFile) {
        let pipe = Pipe()
        let inode = PipeInode(pipe, credentials)
        pipe.readers = 1
        pipe.writers = 1
        let status = flags & (Open.O_NONBLOCK | Open.O_DIRECT)
        return (
            PipeFile(pipe, flags: Open.O_RDONLY | status & Open.O_NONBLOCK, inode: inode, location: nil),
            PipeFile(pipe, flags: Open.O_WRONLY | status, inode: inode, location: nil)
        )
    }

    /// Opens a FIFO, waiting for the other side where fifo(7) says so. For `Inode.open` of any file system.
    public static func openFifo(_ inode: Inode, _ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        let mode = flags & Open.O_ACCMODE
        let isNonblocking = flags & Open.O_NONBLOCK != 0
        // A pipe from pipe(2) never waits for a partner.
        let waits = !(inode is PipeInode)
        let pipe = inode.pipe ?? Pipe()
        if mode == Open.O_WRONLY && isNonblocking && waits && pipe.readers == 0 { throw .ENXIO }
        if inode.pipe == nil {
            pipe.readerOpens = 0
            pipe.writerOpens = 0
            inode.pipe = pipe
        }
        let reads = mode != Open.O_WRONLY
        let writes = mode != Open.O_RDONLY
        if reads {
            pipe.readers += 1
            pipe.readerOpens += 1
            if writes { pipe.bothWays += 1 }
        }
        if writes {
            pipe.writers += 1
            pipe.writerOpens += 1
        }
        pipe.openQueue.notifyAll()
        var seen = 0
        if !(reads && writes) && (reads ? pipe.writers : pipe.readers) == 0 && waits {
            if isNonblocking {
                seen = pipe.writerOpens
            } else {
                let before = reads ? pipe.writerOpens : pipe.readerOpens
                pipe.opening += 1
                while (reads ? pipe.writerOpens : pipe.readerOpens) == before {
                    if thread.sleep(on: pipe.openQueue) != .interrupted { continue }
                    if (reads ? pipe.writerOpens : pipe.readerOpens) != before { break }
                    pipe.opening -= 1
                    pipe.endClosed(wasReader: reads, wasWriter: writes)
                    if pipe.isUnused { inode.pipe = nil }
                    throw thread.interrupted(.ifHandlerAllows)
                }
                pipe.opening -= 1
            }
        }
        let kept = flags & ~(Open.O_CREAT | Open.O_EXCL | Open.O_NOCTTY | Open.O_TRUNC | Open.O_CLOEXEC)
        return PipeFile(pipe, flags: kept, inode: inode, location: location, writerOpensAtStart: seen)
    }
}

/// SIGPIPE for a write nobody can read.
enum BrokenPipe {
    static func signal(_ thread: Thread) {
        let process = thread.process
        let info = Siginfo.kill(signal: Signal.SIGPIPE, pid: process.pid, uid: process.credentials.uid)
        Signals.send(info, Signal.SIGPIPE, toThread: thread)
    }
}
