// SPDX-License-Identifier: Apache-2.0
//
// An inode of any file system. The base class holds attributes; subclasses supply behaviour. Permission checks are made by the
// callers (Files/Path*.swift, Syscalls/), never by a subclass. All names are bytes without a slash.

import LinuxABI
import Machine

open class Inode {
    public let number: UInt64
    public let superblock: Superblock
    /// Type and permission bits.
    public var mode: UInt32
    public var uid: UInt32
    public var gid: UInt32
    public var linkCount: UInt32 = 1
    /// st_rdev of a device.
    public var deviceNumber: UInt64 = 0
    public var accessTime = Timespec()
    public var modificationTime = Timespec()
    public var changeTime = Timespec()
    public var birthTime = Timespec()
    /// Extended attributes.
    public var attributes: [ExtendedAttribute] = []
    /// The root of a file system mounted on this directory.
    public var mounted: Mount?
    /// Advisory locks (flock, POSIX, OFD), made when first used.
    public var locks: FileLocks?
    /// inotify watches, made when first used.
    public var watches: InodeWatches?
    /// Running programs that are this file: it cannot be opened for writing (ETXTBSY).
    public var writeDenials = 0
    /// Descriptions that may write to it: it cannot be executed (ETXTBSY).
    var writers = 0
    /// Made by O_TMPFILE: it may get a name although it has none.
    var isLinkable = false
    /// Where a rename last put what is not a directory (a directory knows its place): open files show it.
    var movedTo: MovedName?
    /// The pipe of a FIFO that someone has open or is opening.
    var pipe: Pipe?
    /// The socket bound to this S_IFSOCK inode, until it is closed.
    var boundSocket: UnixSocket?

    public init(number: UInt64, superblock: Superblock, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0) {
        self.number = number
        self.superblock = superblock
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }

    @inline(__always) public var type: UInt32 { mode & FileMode.S_IFMT }
    @inline(__always) public var isDirectory: Bool { type == FileMode.S_IFDIR }
    @inline(__always) public var isSymbolicLink: Bool { type == FileMode.S_IFLNK }
    @inline(__always) public var isRegular: Bool { type == FileMode.S_IFREG }

    // MARK: to be overridden

    open var size: Int64 { 0 }
    /// st_blocks * 512.
    open var allocatedBytes: Int64 { 0 }
    /// Brings attributes up to date where someone else may change them (host mounts, procfs).
    open func refresh() throws(Errno) {}
    /// Attributes were changed by chmod, chown or utimensat and must be written through.
    open func attributesChanged() throws(Errno) {}
    open func truncate(_ size: Int64) throws(Errno) { throw .EINVAL }
    /// Makes an open file description. Access was checked. `location` names the file for /proc.
    open func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile { throw .ENXIO }
    open func readLink(_ thread: Thread) throws(Errno) -> [UInt8] { throw .EINVAL }
    /// Links that lead to an object and not to a path (/proc/PID/fd, exe, cwd).
    open func magicTarget(_ thread: Thread) throws(Errno) -> Location? { nil }

    // MARK: directories

    /// nil when the name is absent. `name` is the range of `path` between slashes; no allocation is needed for a hit.
    open func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? { throw .ENOTDIR }
    /// Makes a child: regular file, directory, FIFO, socket or device by the type in `mode`.
    open func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode { throw .EROFS }
    open func symlink(_ name: [UInt8], target: [UInt8], uid: UInt32, gid: UInt32) throws(Errno) -> Inode { throw .EROFS }
    open func link(_ name: [UInt8], to inode: Inode) throws(Errno) { throw .EROFS }
    open func unlink(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EROFS }
    open func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EROFS }
    /// Moves `inode` from here to `target`, replacing `existing` when present; with `exchange` the two change places.
    open func rename(
        _ name: [UInt8], _ inode: Inode, to target: Inode, _ newName: [UInt8], replacing existing: Inode?, exchange: Bool
    ) throws(Errno) { throw .EROFS }
    /// The directory above; itself at a file system's root.
    open var parentDirectory: Inode { self }
    /// The name in `parentDirectory`, for getcwd; nil when it was removed or is the root.
    open var nameInParent: [UInt8]? { nil }
    /// The name a removed directory had.
    open var lastName: [UInt8]? { nil }
}

/// A name in a directory. The directory holds the inode that holds this: unlinking and taking the tree down end that.
final class MovedName {
    let directory: Inode
    let name: [UInt8]
    init(_ directory: Inode, _ name: [UInt8]) {
        self.directory = directory
        self.name = name
    }
}

public struct ExtendedAttribute {
    public var name: [UInt8]
    public var value: [UInt8]
}

/// A file system instance.
open class Superblock {
    public let deviceID: UInt64
    public let magic: UInt64
    public let typeName: [UInt8]
    public var isReadOnly = false
    private var nextInode: UInt64
    public init(deviceID: UInt64, magic: UInt64, typeName: StaticString, firstNumber: UInt64 = 1) {
        nextInode = firstNumber
        self.deviceID = deviceID
        self.magic = magic
        self.typeName = [UInt8](typeName)
    }
    public func allocateNumber() -> UInt64 {
        nextInode += 1
        return nextInode - 1
    }
    open func statistics() -> Statfs { Statfs() }
    /// Mounts of it, bind mounts too, that are in use.
    fileprivate var mounts = 0
    /// The last mount and every place seen through it are gone: break what would keep the inodes alive.
    open func lastMountGone() {}
}

/// One mount: a file system's root at a directory of another.
public final class Mount {
    public let root: Inode
    /// Where it is mounted; nil for the root mount.
    public let point: Location?
    public let source: [UInt8]
    public var isReadOnly: Bool
    public var hasNoExec = false
    public var hasNoSetID = false
    public var hasNoDevices = false
    public let id: Int
    public init(root: Inode, point: Location?, source: [UInt8], isReadOnly: Bool, id: Int) {
        self.root = root
        self.point = point
        self.source = source
        self.isReadOnly = isReadOnly
        self.id = id
        root.superblock.mounts += 1
    }
    deinit {
        let superblock = root.superblock
        superblock.mounts -= 1
        if superblock.mounts == 0 { superblock.lastMountGone() }
    }
}

/// A place in the file tree: an inode as seen through a mount, and for what is not a directory the way there.
public struct Location {
    public var mount: Mount
    public var inode: Inode
    /// The directory and name it was reached by (files; a directory knows its own).
    public var parent: Inode?
    public var name: [UInt8]
    public init(mount: Mount, inode: Inode, parent: Inode? = nil, name: [UInt8] = []) {
        self.mount = mount
        self.inode = inode
        self.parent = parent
        self.name = name
    }
}
