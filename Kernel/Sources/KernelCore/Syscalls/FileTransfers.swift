// SPDX-License-Identifier: Apache-2.0
//
// read(2), write(2), pread(2), pwrite(2), readv(2) and their relatives, lseek(2).

import LinuxABI
import Machine

public enum FileTransfers {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.read) { call throws(Errno) in try read(call) },
            SyscallEntry(SyscallNumber.write) { call throws(Errno) in try write(call) },
            SyscallEntry(SyscallNumber.pread64) { call throws(Errno) in try pread(call) },
            SyscallEntry(SyscallNumber.pwrite64) { call throws(Errno) in try pwrite(call) },
            SyscallEntry(SyscallNumber.readv) { call throws(Errno) in try readv(call) },
            SyscallEntry(SyscallNumber.writev) { call throws(Errno) in try writev(call) },
            SyscallEntry(SyscallNumber.preadv) { call throws(Errno) in try preadv(call) },
            SyscallEntry(SyscallNumber.pwritev) { call throws(Errno) in try pwritev(call) },
            SyscallEntry(SyscallNumber.preadv2) { call throws(Errno) in try preadv2(call) },
            SyscallEntry(SyscallNumber.pwritev2) { call throws(Errno) in try pwritev2(call) },
            SyscallEntry(SyscallNumber.lseek) { call throws(Errno) in try lseek(call) },
        ]
    }

    static func read(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.readable(call.i0)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        return accessed(file, try file.read(&buffer, call.thread))
    }

    static func write(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.writable(call.i0)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        return modified(file, try file.write(&buffer, call.thread))
    }

    static func pread(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= 0 else { throw .EINVAL }
        let file = try call.files.readable(call.i0)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return accessed(file, try file.read(&buffer, at: offset, call.thread))
    }

    static func pwrite(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= 0 else { throw .EINVAL }
        let file = try call.files.writable(call.i0)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return modified(file, try file.write(&buffer, at: offset, call.thread))
    }

    /// Tells inotify; costs one comparison when nobody watches.
    @inline(__always)
    static func accessed(_ file: OpenFile, _ count: Int) -> Int {
        if count > 0, InodeEvents.isWatched { noteAccess(file) }
        return count
    }
    @inline(__always)
    static func modified(_ file: OpenFile, _ count: Int) -> Int {
        if count > 0, InodeEvents.isWatched { noteChange(file) }
        return count
    }
    @inline(never)
    private static func noteAccess(_ file: OpenFile) {
        if let inode = file.inode { InodeEvents.accessed(inode, file.location) }
    }
    @inline(never)
    private static func noteChange(_ file: OpenFile) {
        if let inode = file.inode { InodeEvents.modified(inode, file.location) }
    }

    // MARK: vectors

    /// The buffer that an iovec in the guest describes (readv(2)).
    static func vector(_ address: UInt64, _ count: UInt64) throws(Errno) -> IOBuffer {
        try IOBuffer(try segments(address, count))
    }

    static func segments(_ address: UInt64, _ count: UInt64) throws(Errno) -> [Iovec] {
        guard count <= 1024 else { throw .EINVAL }
        guard UserMemory.isValid(address, count * 16) else { throw .EFAULT }
        var segments: [Iovec] = []
        segments.reserveCapacity(Int(count))
        var at = address
        for _ in 0..<count {
            segments.append(try UserMemory.read(at, Iovec.self))
            at += 16
        }
        return segments
    }

    static func readv(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.readable(call.i0)
        var buffer = try vector(call.a1, call.a2)
        return accessed(file, try file.read(&buffer, call.thread))
    }
    static func writev(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.writable(call.i0)
        var buffer = try vector(call.a1, call.a2)
        return modified(file, try file.write(&buffer, call.thread))
    }
    static func preadv(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= 0 else { throw .EINVAL }
        let file = try call.files.readable(call.i0)
        var buffer = try vector(call.a1, call.a2)
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return accessed(file, try file.read(&buffer, at: offset, call.thread))
    }
    static func pwritev(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= 0 else { throw .EINVAL }
        let file = try call.files.writable(call.i0)
        var buffer = try vector(call.a1, call.a2)
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return modified(file, try file.write(&buffer, at: offset, call.thread))
    }

    /// RWF_HIPRI, RWF_DSYNC, RWF_SYNC and RWF_NOWAIT change nothing here; RWF_APPEND does.
    private static let knownFlags: Int32 = 0x1f
    private static let append: Int32 = 0x10

    static func preadv2(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= -1 else { throw .EINVAL }
        let file = try call.files.readable(call.i0)
        guard call.i5 & ~knownFlags == 0, call.i5 & append == 0 else { throw .EOPNOTSUPP }
        var buffer = try vector(call.a1, call.a2)
        if offset == -1 { return accessed(file, try file.read(&buffer, call.thread)) }
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return accessed(file, try file.read(&buffer, at: offset, call.thread))
    }

    static func pwritev2(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a3)
        guard offset >= -1 else { throw .EINVAL }
        let file = try call.files.writable(call.i0)
        guard call.i5 & ~knownFlags == 0 else { throw .EOPNOTSUPP }
        var buffer = try vector(call.a1, call.a2)
        if call.i5 & append != 0, let inode = file.inode, inode.isRegular {
            let end = inode.size
            let n = try file.write(&buffer, at: end, call.thread)
            if offset == -1 { file.position = end + Int64(n) }
            return modified(file, n)
        }
        if offset == -1 { return modified(file, try file.write(&buffer, call.thread)) }
        if offset.addingReportingOverflow(Int64(buffer.remaining)).overflow { throw .EINVAL }
        return modified(file, try file.write(&buffer, at: offset, call.thread))
    }

    static func lseek(_ call: Call) throws(Errno) -> Int {
        Int(try call.files.real(call.i0).seek(Int64(bitPattern: call.a1), call.i2))
    }
}
