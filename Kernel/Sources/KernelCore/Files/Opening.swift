// SPDX-License-Identifier: Apache-2.0
//
// open(2), from a path to an open file description.

import LinuxABI
import Machine

public enum Files {
    /// Flags that stay with the description (F_GETFL).
    static let keptFlags =
        Open.O_ACCMODE | Open.O_APPEND | Open.O_NONBLOCK | Open.O_SYNC | Open.O_ASYNC | Open.O_DIRECT | Open.O_LARGEFILE
        | Open.O_DIRECTORY | Open.O_NOFOLLOW | Open.O_NOATIME | Open.O_PATH

    /// What open(2), openat(2), openat2(2) and creat(2) have in common. O_CLOEXEC is the caller's business.
    static func open(
        _ thread: Thread, _ path: [UInt8], at descriptor: Int32, flags: Int32, mode: UInt32, resolve: UInt64 = 0
    ) throws(Errno) -> OpenFile {
        var flags = flags
        // __O_TMPFILE without O_DIRECTORY, or read-only, is EINVAL; O_PATH drops all but three flags.
        if flags & Open.O_PATH != 0 {
            flags &= Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW
        } else if flags & temporaryBit != 0 {
            guard flags & Open.O_TMPFILE == Open.O_TMPFILE, flags & Open.O_ACCMODE != Open.O_RDONLY, flags & Open.O_CREAT == 0 else {
                throw .EINVAL
            }
        }
        if flags & Open.O_CREAT != 0, flags & Open.O_DIRECTORY != 0 { throw .EINVAL }
        var walk = try PathWalk(thread, path, at: descriptor)
        if resolve != 0 { try walk.start(at: descriptor, resolve: resolve) }
        if flags & temporaryBit != 0, flags & Open.O_PATH == 0 { return try openTemporary(&walk, flags, mode) }
        let isExclusive = flags & (Open.O_CREAT | Open.O_EXCL) == Open.O_CREAT | Open.O_EXCL
        if isExclusive {
            try walk.walkToParent()
        } else {
            try walk.walk(follow: flags & Open.O_NOFOLLOW == 0)
        }
        if flags & Open.O_CREAT != 0, walk.last == .name {
            if walk.hasTrailingSlash { throw .EISDIR }
            guard let inode = walk.inode else { return try create(&walk, flags, mode) }
            if isExclusive { throw .EEXIST }
            if inode.isDirectory { throw .EISDIR }
        } else if flags & Open.O_CREAT != 0 {
            if isExclusive { throw .EEXIST }
            if walk.last != .jump { throw .EISDIR }
        }
        return try openFound(walk, flags)
    }

    static let temporaryBit: Int32 = 0o20000000

    /// Opens what a walk found.
    private static func openFound(_ walk: PathWalk, _ flags: Int32) throws(Errno) -> OpenFile {
        let inode = try walk.found()
        let isDirectory = inode.isDirectory
        if flags & Open.O_DIRECTORY != 0, !isDirectory { throw .ENOTDIR }
        if flags & Open.O_PATH != 0 { return PathFile(inode, flags: flags & keptFlags, location: try walk.location()) }
        if inode.isSymbolicLink { throw .ELOOP }
        let writes = flags & Open.O_ACCMODE != Open.O_RDONLY
        if isDirectory, writes || flags & Open.O_TRUNC != 0 { throw .EISDIR }
        try checkOpen(inode, walk.mount, flags, walk.thread.process)
        // Terminals want to know, and do not keep it.
        let noTerminal = inode.type == FileMode.S_IFCHR ? flags & Open.O_NOCTTY : 0
        let file = try inode.open(flags & keptFlags | noTerminal, try walk.location(), walk.thread)
        if flags & Open.O_TRUNC != 0, inode.isRegular { try truncateOpened(inode, walk.thread) }
        return file
    }

    static func checkOpen(_ inode: Inode, _ mount: Mount, _ flags: Int32, _ process: Process) throws(Errno) {
        let access = flags & Open.O_ACCMODE
        var mask: UInt32 = access == Open.O_WRONLY ? 0 : Permission.read
        if access != Open.O_RDONLY { mask |= Permission.write }
        if flags & Open.O_TRUNC != 0 { mask |= Permission.write }
        if mask & Permission.write != 0, inode.isRegular { try Permission.checkWritable(mount, inode) }
        try Permission.check(inode, mask, process)
        if flags & Open.O_NOATIME != 0, !Permission.isOwner(inode, process) { throw .EPERM }
        if mask & Permission.write != 0, inode.writeDenials > 0 { throw .ETXTBSY }
    }

    private static func truncateOpened(_ inode: Inode, _ thread: Thread) throws(Errno) {
        try inode.truncate(0)
        (inode as? RamFile)?.clearSetID(thread.process)
        InodeEvents.modified(inode, nil)
    }

    private static func create(_ walk: inout PathWalk, _ flags: Int32, _ mode: UInt32) throws(Errno) -> OpenFile {
        let process = walk.thread.process
        let directory = walk.directory
        try Permission.checkWritable(walk.directoryMount, directory)
        try Permission.check(directory, Permission.write | Permission.execute, process)
        let owner = NewOwner(directory, process, FileMode.S_IFREG | mode & 0o7777)
        let name = walk.nameBytes
        let inode = try directory.create(name, mode: owner.mode, device: 0, uid: owner.uid, gid: owner.gid)
        InodeEvents.created(directory, name, isDirectory: false)
        let location = Location(mount: walk.mount, inode: inode, parent: directory, name: name)
        // The mode of a new file does not limit the descriptor that made it.
        return try inode.open(flags & keptFlags, location, walk.thread)
    }

    private static func openTemporary(_ walk: inout PathWalk, _ flags: Int32, _ mode: UInt32) throws(Errno) -> OpenFile {
        try walk.walk(follow: flags & Open.O_NOFOLLOW == 0)
        let process = walk.thread.process
        let directory = try walk.found()
        guard directory.isDirectory else { throw .ENOTDIR }
        try Permission.checkWritable(walk.mount, directory)
        try Permission.check(directory, Permission.write | Permission.execute, process)
        guard let ram = directory as? RamDirectory else { throw .EOPNOTSUPP }
        let owner = NewOwner(directory, process, FileMode.S_IFREG | mode & 0o7777)
        let inode = try ram.createUnnamed(mode: owner.mode, uid: owner.uid, gid: owner.gid)
        var name = [UInt8]("#")
        name.append(decimal: Int(truncatingIfNeeded: inode.number))
        let location = Location(mount: walk.mount, inode: inode, parent: directory, name: name)
        let file = try inode.open(flags & (keptFlags | temporaryBit), location, walk.thread)
        // With O_EXCL it can never be linked in.
        if flags & Open.O_EXCL == 0 { inode.isLinkable = true }
        return file
    }

    /// Opens a program for execve(2): a regular file with execute permission, on a mount that allows it.
    public static func openForExec(_ thread: Thread, _ path: [UInt8], at descriptor: Int32 = At.AT_FDCWD, follow: Bool = true)
        throws(Errno) -> OpenFile
    {
        var walk = try PathWalk(thread, path, at: descriptor)
        try walk.walk(follow: follow)
        let inode = try walk.found()
        if inode.isSymbolicLink { throw .ELOOP }
        return try openForExec(thread, walk.location())
    }

    /// The same for a place already found (AT_EMPTY_PATH).
    public static func openForExec(_ thread: Thread, _ location: Location) throws(Errno) -> OpenFile {
        let inode = location.inode
        guard inode.isRegular, !location.mount.hasNoExec else { throw .EACCES }
        try Permission.check(inode, Permission.execute, thread.process)
        guard inode.writers == 0 else { throw .ETXTBSY }
        return try inode.open(Open.O_RDONLY, location, thread)
    }
}

/// Owner and mode of a new inode: umask, and the set-group-id bit of the directory (inode(7)).
struct NewOwner {
    var uid: UInt32
    var gid: UInt32
    var mode: UInt32

    /// `mode` has the type bits.
    init(_ directory: Inode, _ process: Process, _ mode: UInt32) {
        uid = process.credentials.fsuid
        gid = process.credentials.fsgid
        self.mode = mode & ~(process.fileSystem.umask & 0o777)
        guard directory.mode & FileMode.S_ISGID != 0 else { return }
        gid = directory.gid
        if mode & FileMode.S_IFMT == FileMode.S_IFDIR {
            self.mode |= FileMode.S_ISGID
        } else if mode & (FileMode.S_ISGID | FileMode.S_IXGRP) == FileMode.S_ISGID | FileMode.S_IXGRP, uid != 0,
            !Permission.isMember(gid, process)
        {
            self.mode &= ~FileMode.S_ISGID
        }
    }
}

/// A descriptor opened with O_PATH: it names a place and can do nothing else.
final class PathFile: OpenFile {
    init(_ inode: Inode, flags: Int32, location: Location) {
        super.init(flags: flags, inode: inode, location: location)
    }
}
