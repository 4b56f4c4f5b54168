// SPDX-License-Identifier: Apache-2.0
//
// rename(2), renameat(2) and renameat2(2); the checks in Linux's order.

import LinuxABI
import Machine

enum Renaming {
    static func rename(
        _ call: Call, _ oldDirectory: Int32, _ oldPath: UInt64, _ newDirectory: Int32, _ newPath: UInt64, _ flags: UInt32
    ) throws(Errno) -> Int {
        guard flags & ~(RenameFlag.RENAME_NOREPLACE | RenameFlag.RENAME_EXCHANGE | RenameFlag.RENAME_WHITEOUT) == 0 else {
            throw .EINVAL
        }
        let exchanges = flags & RenameFlag.RENAME_EXCHANGE != 0
        if exchanges, flags & ~RenameFlag.RENAME_EXCHANGE != 0 { throw .EINVAL }
        if flags & RenameFlag.RENAME_WHITEOUT != 0, !call.process.credentials.isPrivileged { throw .EPERM }
        var old = try PathWalk(call.thread, try call.path(oldPath), at: oldDirectory)
        try old.walkToParent()
        var new = try PathWalk(call.thread, try call.secondPath(newPath), at: newDirectory)
        try new.walkToParent()
        guard old.directoryMount === new.directoryMount else { throw .EXDEV }
        guard old.last == .name else { throw .EBUSY }
        guard new.last == .name else { throw flags & RenameFlag.RENAME_NOREPLACE != 0 ? .EEXIST : .EBUSY }
        try Permission.checkWritable(old.directoryMount, old.directory)
        let inode = try old.found()
        let existing = new.inode
        if existing != nil, flags & RenameFlag.RENAME_NOREPLACE != 0 { throw .EEXIST }
        if exchanges {
            guard let existing else { throw .ENOENT }
            if new.hasTrailingSlash, !existing.isDirectory { throw .ENOTDIR }
        }
        if !inode.isDirectory, old.hasTrailingSlash || (!exchanges && new.hasTrailingSlash) { throw .ENOTDIR }
        if inode.isDirectory, isAncestor(inode, of: new.directory) { throw .EINVAL }
        if let existing, existing.isDirectory, isAncestor(existing, of: old.directory) { throw exchanges ? .EINVAL : .ENOTEMPTY }
        if let existing, existing === inode { return 0 }

        let process = call.process
        try Permission.checkRemoval(inode, in: old.directory, process)
        if let existing {
            try Permission.checkRemoval(existing, in: new.directory, process)
            if !exchanges {
                if inode.isDirectory, !existing.isDirectory { throw .ENOTDIR }
                if !inode.isDirectory, existing.isDirectory { throw .EISDIR }
            }
        } else {
            try Permission.check(new.directory, Permission.write | Permission.execute, process)
        }
        if old.directory !== new.directory {
            // A directory's `..` changes.
            if inode.isDirectory { try Permission.check(inode, Permission.write, process) }
            if exchanges, let existing, existing.isDirectory { try Permission.check(existing, Permission.write, process) }
        }
        if inode.mounted != nil || existing?.mounted != nil { throw .EBUSY }
        let oldName = old.nameBytes
        let newName = new.nameBytes
        try old.directory.rename(oldName, inode, to: new.directory, newName, replacing: existing, exchange: exchanges)
        if flags & RenameFlag.RENAME_WHITEOUT != 0 {
            _ = try old.directory.create(
                oldName, mode: FileMode.S_IFCHR, device: 0, uid: process.credentials.fsuid, gid: process.credentials.fsgid)
        }
        InodeEvents.renamed(old.directory, oldName, new.directory, newName, inode)
        if let existing {
            if exchanges {
                InodeEvents.renamed(new.directory, newName, old.directory, oldName, existing)
            } else {
                InodeEvents.replaced(existing)
            }
        }
        return 0
    }

    /// Whether `directory` is `inode` or lies below it, within one file system.
    private static func isAncestor(_ inode: Inode, of directory: Inode) -> Bool {
        var at = directory
        while true {
            if at === inode { return true }
            let above = at.parentDirectory
            if above === at { return false }
            at = above
        }
    }
}
