// SPDX-License-Identifier: Apache-2.0
//
// chmod(2), chown(2), utimensat(2), truncate(2) and their relatives: changing attributes.

import LinuxABI
import Machine

public enum AttributeChanges {
    public static func entries() -> [SyscallEntry] {
        let noFollow = At.AT_SYMLINK_NOFOLLOW
        return [
            SyscallEntry(SyscallNumber.chmod) { call throws(Errno) in try chmod(try Target(call, At.AT_FDCWD, call.a0, 0), call.u1, call) },
            SyscallEntry(SyscallNumber.fchmod) { call throws(Errno) in try chmod(try Target(try call.files.real(call.i0)), call.u1, call) },
            SyscallEntry(SyscallNumber.fchmodat) { call throws(Errno) in try chmod(try Target(call, call.i0, call.a1, 0), call.u2, call) },
            SyscallEntry(452) { call throws(Errno) in
                guard call.i3 & ~(At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH) == 0 else { throw .EINVAL }
                return try chmod(try Target(call, call.i0, call.a1, call.i3), call.u2, call)
            },
            SyscallEntry(SyscallNumber.chown) { call throws(Errno) in
                try chown(try Target(call, At.AT_FDCWD, call.a0, 0), call.u1, call.u2, call)
            },
            SyscallEntry(SyscallNumber.lchown) { call throws(Errno) in
                try chown(try Target(call, At.AT_FDCWD, call.a0, noFollow), call.u1, call.u2, call)
            },
            SyscallEntry(SyscallNumber.fchown) { call throws(Errno) in
                try chown(try Target(try call.files.real(call.i0)), call.u1, call.u2, call)
            },
            SyscallEntry(SyscallNumber.fchownat) { call throws(Errno) in
                guard call.i4 & ~(At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH) == 0 else { throw .EINVAL }
                return try chown(try Target(call, call.i0, call.a1, call.i4), call.u2, call.u3, call)
            },
            SyscallEntry(SyscallNumber.umask) { call throws(Errno) in
                let old = call.process.fileSystem.umask
                call.process.fileSystem.umask = call.u0 & 0o777
                return Int(old)
            },
            SyscallEntry(SyscallNumber.utime) { call throws(Errno) in try utime(call) },
            SyscallEntry(SyscallNumber.utimes) { call throws(Errno) in try utimes(call, At.AT_FDCWD, call.a0, call.a1) },
            SyscallEntry(SyscallNumber.futimesat) { call throws(Errno) in try utimes(call, call.i0, call.a1, call.a2) },
            SyscallEntry(SyscallNumber.utimensat) { call throws(Errno) in try utimensat(call) },
            SyscallEntry(SyscallNumber.truncate) { call throws(Errno) in try truncate(call) },
            SyscallEntry(SyscallNumber.ftruncate) { call throws(Errno) in try ftruncate(call) },
            SyscallEntry(SyscallNumber.fallocate, .partial, "no collapsing, inserting or zeroing of ranges (as on Linux's tmpfs)") {
                call throws(Errno) in try fallocate(call)
            },
        ]
    }

    private static func checkWritable(_ target: Target) throws(Errno) {
        if let mount = target.mount { try Permission.checkWritable(mount, target.inode) }
    }

    private static func chmod(_ target: Target, _ mode: UInt32, _ call: Call) throws(Errno) -> Int {
        let inode = target.inode
        try checkWritable(target)
        guard Permission.isOwner(inode, call.process) else { throw .EPERM }
        if inode.isSymbolicLink { throw .EOPNOTSUPP }
        var new = mode & 0o7777
        if call.process.credentials.fsuid != 0, !Permission.isMember(inode.gid, call.process) { new &= ~FileMode.S_ISGID }
        inode.mode = inode.type | new
        inode.touchChanged()
        try inode.attributesChanged()
        InodeEvents.changed(inode, target.location)
        return 0
    }

    private static func chown(_ target: Target, _ uid: UInt32, _ gid: UInt32, _ call: Call) throws(Errno) -> Int {
        let inode = target.inode
        try checkWritable(target)
        let process = call.process
        if process.credentials.fsuid != 0 {
            let owns = process.credentials.fsuid == inode.uid
            if uid != .max, !owns || uid != inode.uid { throw .EPERM }
            if gid != .max, !owns || (gid != inode.gid && !Permission.isMember(gid, process)) { throw .EPERM }
        }
        if uid != .max { inode.uid = uid }
        if gid != .max { inode.gid = gid }
        if !inode.isDirectory { inode.clearSetIDBits() }
        inode.touchChanged()
        try inode.attributesChanged()
        InodeEvents.changed(inode, target.location)
        return 0
    }

    // MARK: times

    private struct Times {
        /// nil leaves it; `.now` sets the current time.
        var access: Timespec?
        var modification: Timespec?
        /// Both are now: write permission is enough.
        var areNow = false
    }

    private static func set(_ times: Times, _ target: Target, _ call: Call) throws(Errno) -> Int {
        let inode = target.inode
        try checkWritable(target)
        if !Permission.isOwner(inode, call.process) {
            guard times.areNow else { throw .EPERM }
            try Permission.check(inode, Permission.write, call.process)
        }
        if let access = times.access { inode.accessTime = access }
        if let modification = times.modification { inode.modificationTime = modification }
        inode.touchChanged()
        try inode.attributesChanged()
        InodeEvents.changed(inode, target.location)
        return 0
    }

    private static func now() -> Times {
        let now = FileTime.now
        return Times(access: now, modification: now, areNow: true)
    }

    private static func utime(_ call: Call) throws(Errno) -> Int {
        var times = now()
        if call.a1 != 0 {
            let access = try UserMemory.read(call.a1, Int64.self)
            let modification = try UserMemory.read(call.a1 &+ 8, Int64.self)
            times = Times(access: Timespec(tv_sec: access, tv_nsec: 0), modification: Timespec(tv_sec: modification, tv_nsec: 0))
        }
        return try set(times, try Target(call, At.AT_FDCWD, call.a0, 0), call)
    }

    private static func utimes(_ call: Call, _ directory: Int32, _ path: UInt64, _ address: UInt64) throws(Errno) -> Int {
        var times = now()
        if address != 0 {
            let access = try UserMemory.read(address, Timespec.self)
            let modification = try UserMemory.read(address &+ 16, Timespec.self)
            guard (0..<1_000_000).contains(access.tv_nsec), (0..<1_000_000).contains(modification.tv_nsec) else { throw .EINVAL }
            times = Times(
                access: Timespec(tv_sec: access.tv_sec, tv_nsec: access.tv_nsec * 1000),
                modification: Timespec(tv_sec: modification.tv_sec, tv_nsec: modification.tv_nsec * 1000))
        }
        if path == 0 { return try set(times, try Target(try call.files.real(directory)), call) }
        return try set(times, try Target(call, directory, path, 0), call)
    }

    private static func utimensat(_ call: Call) throws(Errno) -> Int {
        var times = now()
        if call.a2 != 0 {
            let access = try UserMemory.read(call.a2, Timespec.self)
            let modification = try UserMemory.read(call.a2 &+ 16, Timespec.self)
            let special = [UtimeSpecial.UTIME_NOW, UtimeSpecial.UTIME_OMIT]
            for time in [access, modification] where !(0..<1_000_000_000).contains(time.tv_nsec) && !special.contains(time.tv_nsec) {
                throw .EINVAL
            }
            if access.tv_nsec == UtimeSpecial.UTIME_OMIT, modification.tv_nsec == UtimeSpecial.UTIME_OMIT { return 0 }
            let now = FileTime.now
            times = Times(access: chosen(access, now), modification: chosen(modification, now))
            times.areNow = access.tv_nsec == UtimeSpecial.UTIME_NOW && modification.tv_nsec == UtimeSpecial.UTIME_NOW
        }
        guard call.i3 & ~(At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH) == 0 else { throw .EINVAL }
        if call.a1 == 0, call.i0 != At.AT_FDCWD {
            guard call.i3 == 0 else { throw .EINVAL }
            return try set(times, try Target(try call.files.real(call.i0)), call)
        }
        return try set(times, try Target(call, call.i0, call.a1, call.i3), call)
    }

    private static func chosen(_ time: Timespec, _ now: Timespec) -> Timespec? {
        time.tv_nsec == UtimeSpecial.UTIME_OMIT ? nil : time.tv_nsec == UtimeSpecial.UTIME_NOW ? now : time
    }

    // MARK: sizes

    private static func truncate(_ call: Call) throws(Errno) -> Int {
        let size = Int64(bitPattern: call.a1)
        guard size >= 0 else { throw .EINVAL }
        let target = try Target(call, At.AT_FDCWD, call.a0, 0)
        let inode = target.inode
        if inode.isDirectory { throw .EISDIR }
        guard inode.isRegular else { throw .EINVAL }
        try checkWritable(target)
        try Permission.check(inode, Permission.write, call.process)
        if inode.writeDenials > 0 { throw .ETXTBSY }
        return try setSize(inode, size, target.location, call)
    }

    private static func ftruncate(_ call: Call) throws(Errno) -> Int {
        let size = Int64(bitPattern: call.a1)
        guard size >= 0 else { throw .EINVAL }
        let file = try call.files.real(call.i0)
        guard let inode = file.inode, inode.isRegular, file.isWritable else { throw .EINVAL }
        if let ram = inode as? RamFile, ram.seals & Fcntl.F_SEAL_WRITE != 0 { throw .EPERM }
        if let stream = file as? HostStream {
            try stream.truncate(size)
            return 0
        }
        return try setSize(inode, size, file.location, call)
    }

    private static func setSize(_ inode: Inode, _ size: Int64, _ location: Location?, _ call: Call) throws(Errno) -> Int {
        if size > inode.size, UInt64(size) > call.process.limits.current(Resource.RLIMIT_FSIZE) {
            FileSizeLimit.signal(call.thread)
            throw .EFBIG
        }
        try inode.truncate(size)
        (inode as? RamFile)?.clearSetID(call.process)
        InodeEvents.modified(inode, location)
        return 0
    }

    private static let keepSize: Int32 = 1
    private static let punchHole: Int32 = 2

    private static func fallocate(_ call: Call) throws(Errno) -> Int {
        let offset = Int64(bitPattern: call.a2)
        let length = Int64(bitPattern: call.a3)
        let file = try call.files.get(call.i0)
        guard !file.isPathOnly else { throw .EBADF }
        guard offset >= 0, length > 0 else { throw .EINVAL }
        guard call.i1 & ~0x7f == 0 else { throw .EOPNOTSUPP }
        if call.i1 & punchHole != 0, call.i1 & keepSize == 0 { throw .EOPNOTSUPP }
        guard file.isWritable else { throw .EBADF }
        guard let inode = file.inode else { throw .ENODEV }
        if inode.type == FileMode.S_IFIFO { throw .ESPIPE }
        if inode.isDirectory { throw .EISDIR }
        guard inode.isRegular, let ram = inode as? RamFile else { throw .ENODEV }
        let (end, overflow) = offset.addingReportingOverflow(length)
        guard !overflow, end <= FileContent.maximumSize else { throw .EFBIG }
        guard call.i1 & ~(keepSize | punchHole) == 0 else { throw .EOPNOTSUPP }
        if call.i1 & punchHole != 0 {
            if ram.seals & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE) != 0 { throw .EPERM }
            try ram.punchHole(offset, end)
        } else if call.i1 & keepSize == 0 {
            if end > ram.size {
                if ram.seals & Fcntl.F_SEAL_GROW != 0 { throw .EPERM }
                if UInt64(end) > call.process.limits.current(Resource.RLIMIT_FSIZE) {
                    FileSizeLimit.signal(call.thread)
                    throw .EFBIG
                }
            }
            try ram.extend(from: offset, to: end)
        }
        ram.clearSetID(call.process)
        InodeEvents.modified(inode, file.location)
        return 0
    }
}
