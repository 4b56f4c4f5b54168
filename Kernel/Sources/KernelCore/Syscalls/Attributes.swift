// SPDX-License-Identifier: Apache-2.0
//
// stat(2), statx(2), access(2), statfs(2): asking for attributes.

import LinuxABI
import Machine

public enum Attributes {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.stat) { call throws(Errno) in try stat(call, follow: true) },
            SyscallEntry(SyscallNumber.lstat) { call throws(Errno) in try stat(call, follow: false) },
            SyscallEntry(SyscallNumber.fstat) { call throws(Errno) in
                try report(try call.files.get(call.i0).inode, to: call.a1)
            },
            SyscallEntry(SyscallNumber.newfstatat) { call throws(Errno) in try fstatat(call) },
            SyscallEntry(SyscallNumber.statx) { call throws(Errno) in try statx(call) },
            SyscallEntry(SyscallNumber.access) { call throws(Errno) in
                try access(call, At.AT_FDCWD, call.a0, call.i1, 0)
            },
            SyscallEntry(SyscallNumber.faccessat) { call throws(Errno) in try access(call, call.i0, call.a1, call.i2, 0) },
            SyscallEntry(SyscallNumber.faccessat2) { call throws(Errno) in try access(call, call.i0, call.a1, call.i2, call.i3) },
            SyscallEntry(SyscallNumber.statfs) { call throws(Errno) in
                var walk = try PathWalk(call.thread, try call.path(call.a0))
                try walk.walk(follow: true)
                return try reportFileSystem(try walk.found(), walk.mount, to: call.a1)
            },
            SyscallEntry(SyscallNumber.fstatfs) { call throws(Errno) in
                let file = try call.files.get(call.i0)
                return try reportFileSystem(file.inode ?? kernel.channels.sharedAnonymousInode, file.location?.mount, to: call.a1)
            },
        ]
    }

    private static func stat(_ call: Call, follow: Bool) throws(Errno) -> Int {
        var walk = try PathWalk(call.thread, try call.path(call.a0))
        try walk.walk(follow: follow)
        return try report(try walk.found(), to: call.a1)
    }

    private static func fstatat(_ call: Call) throws(Errno) -> Int {
        let known = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | At.AT_EMPTY_PATH
        guard call.i3 & ~known == 0 else { throw .EINVAL }
        let target = try Target(call, call.i0, call.a1, call.i3)
        return try report(target.inode, to: call.a2)
    }

    private static func report(_ inode: Inode?, to address: UInt64) throws(Errno) -> Int {
        let inode = inode ?? kernel.channels.sharedAnonymousInode
        try inode.refresh()
        try UserMemory.write(
            Stat(
                st_dev: inode.superblock.deviceID, st_ino: inode.number, st_nlink: UInt64(inode.linkCount), st_mode: inode.mode,
                st_uid: inode.uid, st_gid: inode.gid, st_rdev: inode.deviceNumber, st_size: inode.size, st_blksize: 4096,
                st_blocks: inode.allocatedBytes / 512, st_atime: UInt64(bitPattern: inode.accessTime.tv_sec),
                st_atime_nsec: UInt64(bitPattern: inode.accessTime.tv_nsec),
                st_mtime: UInt64(bitPattern: inode.modificationTime.tv_sec),
                st_mtime_nsec: UInt64(bitPattern: inode.modificationTime.tv_nsec),
                st_ctime: UInt64(bitPattern: inode.changeTime.tv_sec), st_ctime_nsec: UInt64(bitPattern: inode.changeTime.tv_nsec)),
            to: address)
        return 0
    }

    private static func statx(_ call: Call) throws(Errno) -> Int {
        let known = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | At.AT_EMPTY_PATH | At.AT_STATX_SYNC_TYPE
        guard call.i2 & ~known == 0, call.i2 & At.AT_STATX_SYNC_TYPE != At.AT_STATX_SYNC_TYPE, call.u3 & Statx.STATX__RESERVED == 0
        else { throw .EINVAL }
        let target = try Target(call, call.i0, call.a1, call.i2)
        let inode = target.inode
        try inode.refresh()
        var attributes: UInt64 = 0
        if let mount = target.mount, mount.root === inode { attributes |= StatxAttribute.STATX_ATTR_MOUNT_ROOT }
        let device = inode.superblock.deviceID
        let special = inode.deviceNumber
        try UserMemory.write(
            StatX(
                stx_mask: Statx.STATX_BASIC_STATS | Statx.STATX_BTIME | (target.mount == nil ? 0 : Statx.STATX_MNT_ID),
                stx_blksize: 4096, stx_attributes: attributes, stx_nlink: inode.linkCount, stx_uid: inode.uid, stx_gid: inode.gid,
                stx_mode: UInt16(truncatingIfNeeded: inode.mode), stx_ino: inode.number, stx_size: UInt64(bitPattern: inode.size),
                stx_blocks: UInt64(bitPattern: inode.allocatedBytes / 512),
                stx_attributes_mask: StatxAttribute.STATX_ATTR_MOUNT_ROOT | StatxAttribute.STATX_ATTR_IMMUTABLE
                    | StatxAttribute.STATX_ATTR_APPEND | StatxAttribute.STATX_ATTR_NODUMP | StatxAttribute.STATX_ATTR_AUTOMOUNT,
                stx_atime: stamp(inode.accessTime), stx_btime: stamp(inode.birthTime), stx_ctime: stamp(inode.changeTime),
                stx_mtime: stamp(inode.modificationTime), stx_rdev_major: DeviceNumber.major(of: special),
                stx_rdev_minor: DeviceNumber.minor(of: special),
                stx_dev_major: DeviceNumber.major(of: device), stx_dev_minor: DeviceNumber.minor(of: device),
                stx_mnt_id: UInt64(target.mount?.id ?? 0)),
            to: call.a4)
        return 0
    }

    private static func stamp(_ time: Timespec) -> StatxTimestamp {
        StatxTimestamp(tv_sec: time.tv_sec, tv_nsec: UInt32(truncatingIfNeeded: time.tv_nsec))
    }

    private static func access(
        _ call: Call, _ directory: Int32, _ path: UInt64, _ mode: Int32, _ flags: Int32
    ) throws(Errno) -> Int {
        guard mode & ~7 == 0, flags & ~(At.AT_EACCESS | At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH) == 0 else { throw .EINVAL }
        let usesReal = flags & At.AT_EACCESS == 0
        let process = call.process
        // The walk itself is judged by the same identity (access(2)).
        let saved = (process.credentials.fsuid, process.credentials.fsgid)
        if usesReal {
            process.credentials.fsuid = process.credentials.uid
            process.credentials.fsgid = process.credentials.gid
        }
        defer {
            process.credentials.fsuid = saved.0
            process.credentials.fsgid = saved.1
        }
        let target = try Target(call, directory, path, flags)
        if mode == 0 { return 0 }
        let inode = target.inode
        if mode & AccessMode.W_OK != 0, inode.isRegular || inode.isDirectory || inode.isSymbolicLink, let mount = target.mount {
            try Permission.check(inode, UInt32(mode), process)
            try Permission.checkWritable(mount, inode)
        }
        if mode & AccessMode.X_OK != 0, inode.isRegular, let mount = target.mount, mount.hasNoExec { throw .EACCES }
        try Permission.check(inode, UInt32(mode), process)
        return 0
    }

    private static func reportFileSystem(_ inode: Inode, _ mount: Mount?, to address: UInt64) throws(Errno) -> Int {
        var answer = inode.superblock.statistics()
        if answer.f_type == 0 { answer.f_type = Int64(truncatingIfNeeded: inode.superblock.magic) }
        if answer.f_bsize == 0 {
            answer.f_bsize = 4096
            answer.f_frsize = 4096
            answer.f_namelen = 255
        }
        answer.f_flags = StatfsFlag.ST_VALID
        if let mount {
            answer.f_flags |= StatfsFlag.ST_RELATIME
            if mount.isReadOnly || inode.superblock.isReadOnly { answer.f_flags |= StatfsFlag.ST_RDONLY }
            if mount.hasNoExec { answer.f_flags |= StatfsFlag.ST_NOEXEC }
            if mount.hasNoSetID { answer.f_flags |= StatfsFlag.ST_NOSUID }
            if mount.hasNoDevices { answer.f_flags |= StatfsFlag.ST_NODEV }
        }
        try UserMemory.write(answer, to: address)
        return 0
    }
}

/// What an *at call works on: a path, or with AT_EMPTY_PATH a descriptor itself.
struct Target {
    let inode: Inode
    let mount: Mount?
    /// The descriptor's file, when the path was empty.
    let file: OpenFile?
    let location: Location?

    init(_ call: Call, _ directory: Int32, _ path: UInt64, _ flags: Int32) throws(Errno) {
        let bytes: [UInt8] = path == 0 && flags & At.AT_EMPTY_PATH != 0 ? [] : try call.path(path)
        if bytes.isEmpty, flags & At.AT_EMPTY_PATH != 0 {
            if directory == At.AT_FDCWD {
                let place = call.process.fileSystem.workingDirectory
                self.init(inode: place.inode, mount: place.mount, file: nil, location: place)
                return
            }
            try self.init(try call.files.get(directory))
            return
        }
        var walk = try PathWalk(call.thread, bytes, at: directory)
        try walk.walk(follow: flags & At.AT_SYMLINK_NOFOLLOW == 0)
        self.init(inode: try walk.found(), mount: walk.mount, file: nil, location: nil)
    }

    init(_ file: OpenFile) throws(Errno) {
        self.init(
            inode: file.inode ?? kernel.channels.sharedAnonymousInode, mount: file.location?.mount, file: file,
            location: file.location)
    }

    init(inode: Inode, mount: Mount?, file: OpenFile?, location: Location?) {
        self.inode = inode
        self.mount = mount
        self.file = file
        self.location = location
    }
}
