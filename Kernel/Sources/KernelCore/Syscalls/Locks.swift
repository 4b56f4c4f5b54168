// SPDX-License-Identifier: Apache-2.0
//
// flock(2) and the lock commands of fcntl(2).

import LinuxABI
import Machine

public enum Locks {
    public static func entries() -> [SyscallEntry] {
        [SyscallEntry(SyscallNumber.flock) { call throws(Errno) in try flock(call) }]
    }

    private static func flock(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.real(call.i0)
        let operation = call.i1 & ~FileLock.LOCK_NB
        guard let inode = file.inode else { throw .EBADF }
        let owner = ObjectIdentifier(file)
        switch operation {
        case FileLock.LOCK_UN:
            inode.locks?.unflock(owner)
            return 0
        case FileLock.LOCK_SH, FileLock.LOCK_EX: break
        default: throw .EINVAL
        }
        let exclusive = operation == FileLock.LOCK_EX
        let locks = FileLocks.of(inode)
        if let held = locks.flockHeld(owner) {
            if held == exclusive { return 0 }
            // A conversion gives the old lock up first.
            locks.unflock(owner)
        }
        if locks.tryFlock(owner, exclusive: exclusive) { return 0 }
        if call.i1 & FileLock.LOCK_NB != 0 { throw .EAGAIN }
        return try call.thread.waitUntil(locks.queue) { () throws(Errno) -> Int? in
            locks.tryFlock(owner, exclusive: exclusive) ? 0 : nil
        }
    }

    /// F_GETLK, F_SETLK, F_SETLKW and the OFD kinds.
    static func record(_ file: OpenFile, _ command: Int32, _ call: Call) throws(Errno) -> Int {
        var lock = try UserMemory.read(call.a2, Flock.self)
        guard let inode = file.inode else { throw .EINVAL }
        let isDescription = command >= Fcntl.F_OFD_GETLK
        if isDescription, lock.l_pid != 0 { throw .EINVAL }
        let range = try self.range(lock, file, inode)
        let type = Int32(lock.l_type)
        let owner = isDescription ? ObjectIdentifier(file) : ObjectIdentifier(call.files)
        let wanted = FileLocks.Record(
            owner: owner, pid: isDescription ? -1 : call.process.pid, isWrite: type == Fcntl.F_WRLCK, start: range.start, end: range.end)

        if command == Fcntl.F_GETLK || command == Fcntl.F_OFD_GETLK {
            guard type == Fcntl.F_RDLCK || type == Fcntl.F_WRLCK else { throw .EINVAL }
            if let other = inode.locks?.conflict(wanted) {
                lock.l_type = Int16(truncatingIfNeeded: other.isWrite ? Fcntl.F_WRLCK : Fcntl.F_RDLCK)
                lock.l_whence = Int16(truncatingIfNeeded: Seek.SEEK_SET)
                lock.l_start = other.start
                lock.l_len = other.end == .max ? 0 : other.end - other.start + 1
                lock.l_pid = other.pid
            } else {
                lock.l_type = Int16(truncatingIfNeeded: Fcntl.F_UNLCK)
            }
            try UserMemory.write(lock, to: call.a2)
            return 0
        }
        switch type {
        case Fcntl.F_UNLCK:
            inode.locks?.unset(owner, range.start, range.end)
            return 0
        case Fcntl.F_RDLCK: guard file.isReadable else { throw .EBADF }
        case Fcntl.F_WRLCK: guard file.isWritable else { throw .EBADF }
        default: throw .EINVAL
        }
        guard Headroom.isThere else { throw .ENOLCK }
        let locks = FileLocks.of(inode)
        if locks.conflict(wanted) == nil {
            locks.set(wanted)
            return 0
        }
        if command == Fcntl.F_SETLK || command == Fcntl.F_OFD_SETLK { throw .EAGAIN }
        return try wait(for: wanted, locks, call, detectsDeadlock: !isDescription)
    }

    private static func wait(
        for wanted: FileLocks.Record, _ locks: FileLocks, _ call: Call, detectsDeadlock: Bool
    ) throws(Errno) -> Int {
        let kernel = kernel
        defer { kernel.lockWaits.remove(wanted.owner) }
        return try call.thread.waitUntil(locks.queue) { () throws(Errno) -> Int? in
            guard let other = locks.conflict(wanted) else {
                locks.set(wanted)
                return 0
            }
            if detectsDeadlock {
                kernel.lockWaits.remove(wanted.owner)
                if !kernel.lockWaits.add(wanted.owner, waitsFor: other.owner) { throw .EDEADLK }
            }
            return nil
        }
    }

    private static func range(_ lock: Flock, _ file: OpenFile, _ inode: Inode) throws(Errno) -> (start: Int64, end: Int64) {
        let base: Int64
        switch Int32(lock.l_whence) {
        case Seek.SEEK_SET: base = 0
        case Seek.SEEK_CUR: base = file.position
        case Seek.SEEK_END: base = inode.size
        default: throw .EINVAL
        }
        let (start, overflow) = base.addingReportingOverflow(lock.l_start)
        if overflow { throw .EOVERFLOW }
        guard start >= 0 else { throw .EINVAL }
        if lock.l_len == 0 { return (start, .max) }
        if lock.l_len > 0 {
            let (end, overflow) = start.addingReportingOverflow(lock.l_len - 1)
            if overflow { throw .EOVERFLOW }
            return (start, end)
        }
        let (first, below) = start.addingReportingOverflow(lock.l_len)
        guard !below, first >= 0 else { throw .EINVAL }
        return (first, start - 1)
    }
}
