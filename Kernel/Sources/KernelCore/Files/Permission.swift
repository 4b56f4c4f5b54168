// SPDX-License-Identifier: Apache-2.0
//
// Who may do what (path_resolution(7), "Permissions"). Root, by its file-system uid, has CAP_DAC_OVERRIDE and CAP_FOWNER.

import LinuxABI
import Machine

/// The identity that file accesses are judged by.
struct Accessor {
    var uid: UInt32
    var gid: UInt32
    var groups: [UInt32]

    /// The file-system identity.
    init(_ process: Process) {
        uid = process.credentials.fsuid
        gid = process.credentials.fsgid
        groups = process.credentials.groups
    }
    /// access(2) asks for the real identity.
    init(real process: Process) {
        uid = process.credentials.uid
        gid = process.credentials.gid
        groups = process.credentials.groups
    }
    func isMember(_ group: UInt32) -> Bool { gid == group || groups.contains(group) }
}

public enum Permission {
    public static let read: UInt32 = 4
    public static let write: UInt32 = 2
    public static let execute: UInt32 = 1

    /// EACCES unless `process` may access `inode` in all ways of `mask`.
    @inline(__always)
    public static func check(_ inode: Inode, _ mask: UInt32, _ process: Process) throws(Errno) {
        if process.credentials.fsuid == 0 {
            // Root needs one execute bit to execute what is no directory.
            if mask & execute == 0 || inode.isDirectory || inode.mode & 0o111 != 0 { return }
            throw .EACCES
        }
        try check(inode, mask, Accessor(process))
    }

    static func check(_ inode: Inode, _ mask: UInt32, _ who: Accessor) throws(Errno) {
        if who.uid == 0 {
            if mask & execute == 0 || inode.isDirectory || inode.mode & 0o111 != 0 { return }
            throw .EACCES
        }
        var bits = inode.mode
        if inode.uid == who.uid {
            bits >>= 6
        } else if who.isMember(inode.gid) {
            bits >>= 3
        }
        guard bits & mask == mask else { throw .EACCES }
    }

    /// Whether `process` owns the inode or may act as if.
    @inline(__always)
    public static func isOwner(_ inode: Inode, _ process: Process) -> Bool {
        process.credentials.fsuid == 0 || process.credentials.fsuid == inode.uid
    }

    static func isMember(_ group: UInt32, _ process: Process) -> Bool {
        process.credentials.fsgid == group || process.credentials.groups.contains(group)
    }

    /// Removing or renaming `inode` in `directory`: EACCES, or EPERM by the sticky bit.
    @inline(__always)
    static func checkRemoval(_ inode: Inode, in directory: Inode, _ process: Process) throws(Errno) {
        try check(directory, write | execute, process)
        if directory.mode & FileMode.S_ISVTX != 0, process.credentials.fsuid != 0, process.credentials.fsuid != inode.uid,
            process.credentials.fsuid != directory.uid
        {
            throw .EPERM
        }
    }

    /// EROFS when nothing below `mount` may be changed.
    @inline(__always)
    static func checkWritable(_ mount: Mount, _ inode: Inode) throws(Errno) {
        if mount.isReadOnly || inode.superblock.isReadOnly { throw .EROFS }
    }
}
