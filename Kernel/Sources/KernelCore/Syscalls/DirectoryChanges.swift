// SPDX-License-Identifier: Apache-2.0
//
// mkdir(2), rmdir(2), unlink(2), link(2), symlink(2), mknod(2): making and removing names. rename(2) is in Renaming.swift.

import LinuxABI
import Machine

public enum DirectoryChanges {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.mkdir) { call throws(Errno) in try mkdir(call, At.AT_FDCWD, call.a0, call.u1) },
            SyscallEntry(SyscallNumber.mkdirat) { call throws(Errno) in try mkdir(call, call.i0, call.a1, call.u2) },
            SyscallEntry(SyscallNumber.rmdir) { call throws(Errno) in try rmdir(call, At.AT_FDCWD, call.a0) },
            SyscallEntry(SyscallNumber.unlink) { call throws(Errno) in try unlink(call, At.AT_FDCWD, call.a0) },
            SyscallEntry(SyscallNumber.unlinkat) { call throws(Errno) in
                guard call.i2 & ~At.AT_REMOVEDIR == 0 else { throw .EINVAL }
                if call.i2 != 0 { return try rmdir(call, call.i0, call.a1) }
                return try unlink(call, call.i0, call.a1)
            },
            SyscallEntry(SyscallNumber.link) { call throws(Errno) in
                try link(call, At.AT_FDCWD, call.a0, At.AT_FDCWD, call.a1, 0)
            },
            SyscallEntry(SyscallNumber.linkat) { call throws(Errno) in
                try link(call, call.i0, call.a1, call.i2, call.a3, call.i4)
            },
            SyscallEntry(SyscallNumber.symlink) { call throws(Errno) in try symlink(call, call.a0, At.AT_FDCWD, call.a1) },
            SyscallEntry(SyscallNumber.symlinkat) { call throws(Errno) in try symlink(call, call.a0, call.i1, call.a2) },
            SyscallEntry(SyscallNumber.mknod) { call throws(Errno) in
                try mknod(call, At.AT_FDCWD, call.a0, call.u1, UInt64(call.u2))
            },
            SyscallEntry(SyscallNumber.mknodat) { call throws(Errno) in
                try mknod(call, call.i0, call.a1, call.u2, UInt64(call.u3))
            },
            SyscallEntry(SyscallNumber.rename) { call throws(Errno) in
                try Renaming.rename(call, At.AT_FDCWD, call.a0, At.AT_FDCWD, call.a1, 0)
            },
            SyscallEntry(SyscallNumber.renameat) { call throws(Errno) in
                try Renaming.rename(call, call.i0, call.a1, call.i2, call.a3, 0)
            },
            SyscallEntry(SyscallNumber.renameat2) { call throws(Errno) in
                try Renaming.rename(call, call.i0, call.a1, call.i2, call.a3, call.u4)
            },
        ]
    }

    /// Walks to a name that must not exist yet, in a directory that may be changed.
    private static func walkToNew(
        _ call: Call, _ directory: Int32, _ path: [UInt8], isDirectory: Bool
    ) throws(Errno) -> PathWalk {
        var walk = try PathWalk(call.thread, path, at: directory)
        try walk.walkToParent()
        guard walk.last == .name, walk.inode == nil else { throw .EEXIST }
        // Only a directory can be made under a name with a slash behind it.
        if walk.hasTrailingSlash, !isDirectory { throw .ENOENT }
        try Permission.checkWritable(walk.directoryMount, walk.directory)
        return walk
    }

    private static func checkAdding(_ walk: PathWalk) throws(Errno) {
        try Permission.check(walk.directory, Permission.write | Permission.execute, walk.thread.process)
    }

    private static func mkdir(_ call: Call, _ directory: Int32, _ path: UInt64, _ mode: UInt32) throws(Errno) -> Int {
        let walk = try walkToNew(call, directory, try call.path(path), isDirectory: true)
        try checkAdding(walk)
        let owner = NewOwner(walk.directory, call.process, FileMode.S_IFDIR | mode & 0o1777)
        let name = walk.nameBytes
        _ = try walk.directory.create(name, mode: owner.mode, device: 0, uid: owner.uid, gid: owner.gid)
        InodeEvents.created(walk.directory, name, isDirectory: true)
        return 0
    }

    private static func mknod(
        _ call: Call, _ directory: Int32, _ path: UInt64, _ mode: UInt32, _ device: UInt64
    ) throws(Errno) -> Int {
        let type = mode & FileMode.S_IFMT
        switch type {
        case 0, FileMode.S_IFREG, FileMode.S_IFIFO, FileMode.S_IFSOCK, FileMode.S_IFCHR, FileMode.S_IFBLK: break
        case FileMode.S_IFDIR: throw .EPERM
        default: throw .EINVAL
        }
        let walk = try walkToNew(call, directory, try call.path(path), isDirectory: false)
        try checkAdding(walk)
        let isDevice = type == FileMode.S_IFCHR || type == FileMode.S_IFBLK
        if isDevice, !call.process.credentials.isPrivileged { throw .EPERM }
        let owner = NewOwner(walk.directory, call.process, (type == 0 ? FileMode.S_IFREG : type) | mode & 0o7777)
        let name = walk.nameBytes
        _ = try walk.directory.create(name, mode: owner.mode, device: isDevice ? device : 0, uid: owner.uid, gid: owner.gid)
        InodeEvents.created(walk.directory, name, isDirectory: false)
        return 0
    }

    private static func symlink(_ call: Call, _ target: UInt64, _ directory: Int32, _ path: UInt64) throws(Errno) -> Int {
        let target = try UserMemory.readString(target, limit: 4096)
        guard !target.isEmpty else { throw .ENOENT }
        let walk = try walkToNew(call, directory, try call.path(path), isDirectory: false)
        try checkAdding(walk)
        let owner = NewOwner(walk.directory, call.process, FileMode.S_IFLNK | 0o777)
        let name = walk.nameBytes
        _ = try walk.directory.symlink(name, target: target, uid: owner.uid, gid: owner.gid)
        InodeEvents.created(walk.directory, name, isDirectory: false)
        return 0
    }

    private static func link(
        _ call: Call, _ oldDirectory: Int32, _ oldPath: UInt64, _ newDirectory: Int32, _ newPath: UInt64, _ flags: Int32
    ) throws(Errno) -> Int {
        guard flags & ~(At.AT_SYMLINK_FOLLOW | At.AT_EMPTY_PATH) == 0 else { throw .EINVAL }
        let inode: Inode
        let mount: Mount?
        let bytes = try call.path(oldPath)
        if bytes.isEmpty, flags & At.AT_EMPTY_PATH != 0 {
            guard call.process.credentials.isPrivileged else { throw .ENOENT }
            let target = try Target(call, oldDirectory, oldPath, At.AT_EMPTY_PATH)
            inode = target.inode
            mount = target.mount
        } else {
            var walk = try PathWalk(call.thread, bytes, at: oldDirectory)
            try walk.walk(follow: flags & At.AT_SYMLINK_FOLLOW != 0)
            inode = try walk.found()
            mount = walk.mount
        }
        let walk = try walkToNew(call, newDirectory, try call.secondPath(newPath), isDirectory: false)
        guard let mount, mount === walk.directoryMount else { throw .EXDEV }
        try checkAdding(walk)
        if inode.isDirectory { throw .EPERM }
        if inode.linkCount == 0 {
            guard inode.isLinkable else { throw .ENOENT }
            inode.isLinkable = false
        }
        let name = walk.nameBytes
        try walk.directory.link(name, to: inode)
        InodeEvents.created(walk.directory, name, isDirectory: false)
        InodeEvents.changed(inode, nil)
        return 0
    }

    private static func rmdir(_ call: Call, _ directory: Int32, _ path: UInt64) throws(Errno) -> Int {
        var walk = try PathWalk(call.thread, try call.path(path), at: directory)
        try walk.walkToParent()
        switch walk.last {
        case .dotDot: throw .ENOTEMPTY
        case .dot: throw .EINVAL
        case .root: throw .EBUSY
        case .name, .jump: break
        }
        try Permission.checkWritable(walk.directoryMount, walk.directory)
        let inode = try walk.found()
        try Permission.checkRemoval(inode, in: walk.directory, call.process)
        guard inode.isDirectory else { throw .ENOTDIR }
        if inode.mounted != nil { throw .EBUSY }
        let name = walk.nameBytes
        try walk.directory.removeDirectory(name, inode)
        InodeEvents.removed(walk.directory, name, inode)
        return 0
    }

    private static func unlink(_ call: Call, _ directory: Int32, _ path: UInt64) throws(Errno) -> Int {
        var walk = try PathWalk(call.thread, try call.path(path), at: directory)
        try walk.walkToParent()
        guard walk.last == .name else { throw .EISDIR }
        try Permission.checkWritable(walk.directoryMount, walk.directory)
        let inode = try walk.found()
        if walk.hasTrailingSlash { throw inode.isDirectory ? .EISDIR : .ENOTDIR }
        try Permission.checkRemoval(inode, in: walk.directory, call.process)
        if inode.isDirectory { throw .EISDIR }
        if inode.mounted != nil { throw .EBUSY }
        let name = walk.nameBytes
        try walk.directory.unlink(name, inode)
        InodeEvents.removed(walk.directory, name, inode)
        return 0
    }
}
