// SPDX-License-Identifier: Apache-2.0
//
// An open regular file of the in-memory file system.

import LinuxABI
import Machine

public class RegularFile: OpenFile {
    private let file: RamFile

    init(_ file: RamFile, flags: Int32, location: Location?) {
        self.file = file
        super.init(flags: flags, inode: file, location: location)
        if isWriter { file.writers += 1 }
    }

    deinit {
        if isWriter { file.writers -= 1 }
    }

    /// A memory file's first description, which has no place, does not keep it from being executed.
    private var isWriter: Bool { isWritable && location != nil }

    public override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let n = try file.content().read(position, &buffer)
        position &+= Int64(n)
        accessed()
        return n
    }

    public override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        let n = try file.content().read(offset, &buffer)
        accessed()
        return n
    }

    public override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if flags & Open.O_APPEND != 0 { position = file.size }
        let n = try put(&buffer, at: position, thread)
        position &+= Int64(n)
        return n
    }

    public override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try put(&buffer, at: flags & Open.O_APPEND != 0 ? file.size : offset, thread)
    }

    private func put(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        if buffer.remaining == 0 { return 0 }
        let (end, overflow) = offset.addingReportingOverflow(Int64(buffer.remaining))
        guard !overflow else { throw .EFBIG }
        if file.seals & ~Fcntl.F_SEAL_SEAL != 0 { try checkSeals(end) }
        let limit = thread.process.limits.current(Resource.RLIMIT_FSIZE)
        if UInt64(end) > limit { try FileSizeLimit.apply(limit, offset, &buffer, thread) }
        let n = try file.content().write(offset, &buffer)
        if n > 0 {
            file.clearSetID(thread.process)
            file.touchModified()
        }
        return n
    }

    private func checkSeals(_ end: Int64) throws(Errno) {
        if file.seals & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE) != 0 { throw .EPERM }
        if file.seals & Fcntl.F_SEAL_GROW != 0, end > file.size { throw .EPERM }
    }

    @inline(__always)
    private func accessed() {
        if flags & Open.O_NOATIME == 0 { AccessTime.update(file, location) }
    }

    public override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        if whence == Seek.SEEK_DATA || whence == Seek.SEEK_HOLE {
            guard offset >= 0, offset < file.size, let found = try file.content().next(data: whence == Seek.SEEK_DATA, from: offset) else {
                throw .ENXIO
            }
            position = found
        } else {
            position = try Seeking.target(offset, whence, position: position, size: file.size, limit: Int64.max)
        }
        return position
    }

    public override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        switch command {
        case Ioctl.FIONREAD:
            try UserMemory.write(Int32(truncatingIfNeeded: max(file.size &- position, Int64(Int32.min))), to: argument)
            return 0
        default: throw .ENOTTY
        }
    }

    /// A sealed file has no writable shared mappings (memfd_create(2)).
    public override func willMap(_ request: inout MapRequest) throws(Errno) {
        guard request.isShared, file.seals & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE) != 0 else { return }
        if request.protection & Mman.PROT_WRITE != 0 { throw .EPERM }
        request.maxProtection &= ~Mman.PROT_WRITE
    }

    public override func truncate(_ size: Int64) throws(Errno) { try file.truncate(size) }
    public override func contentForMapping() throws(Errno) -> FileContent {
        if flags & Open.O_NOATIME == 0 { AccessTime.update(file, location) }
        return try file.content()
    }
}

/// lseek(2) on something with a size.
enum Seeking {
    static func target(_ offset: Int64, _ whence: Int32, position: Int64, size: Int64, limit: Int64) throws(Errno) -> Int64 {
        let base: Int64
        switch whence {
        case Seek.SEEK_SET: base = 0
        case Seek.SEEK_CUR: base = position
        case Seek.SEEK_END: base = size
        case Seek.SEEK_DATA:
            guard offset >= 0, offset < size else { throw .ENXIO }
            return offset
        case Seek.SEEK_HOLE:
            guard offset >= 0, offset < size else { throw .ENXIO }
            return size
        default: throw .EINVAL
        }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow else { throw .EINVAL }
        guard target >= 0, target <= limit else { throw .EINVAL }
        return target
    }
}

/// The relatime rule (mount(8)): the access time is kept when it is younger than the others and than a day.
enum AccessTime {
    @inline(__always)
    static func update(_ inode: Inode, _ location: Location?) {
        let now = FileTime.now
        let access = inode.accessTime
        if isAfter(access, inode.modificationTime), isAfter(access, inode.changeTime), now.tv_sec - access.tv_sec < 86400 { return }
        if let location, location.mount.isReadOnly { return }
        inode.accessTime = now
    }
    @inline(__always)
    private static func isAfter(_ a: Timespec, _ b: Timespec) -> Bool {
        a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec)
    }
}

/// RLIMIT_FSIZE (setrlimit(2)).
enum FileSizeLimit {
    /// Cuts a write to what the limit allows; nothing allowed is SIGXFSZ and EFBIG.
    static func apply(_ limit: UInt64, _ offset: Int64, _ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) {
        guard UInt64(offset) < limit else {
            signal(thread)
            throw .EFBIG
        }
        buffer.limit(Int(limit - UInt64(offset)))
    }
    static func signal(_ thread: Thread) {
        let process = thread.process
        let info = Siginfo.kill(signal: Signal.SIGXFSZ, pid: process.pid, uid: process.credentials.uid)
        Signals.send(info, Signal.SIGXFSZ, toThread: thread)
    }
}
