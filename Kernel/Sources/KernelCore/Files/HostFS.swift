// SPDX-License-Identifier: Apache-2.0
//
// Host mounts (insecure_host_mounts): a directory of the host, read and written directly. The host is not trusted to be consistent:
// each look at a name asks it anew, and what it says is checked for form only. Ownership stays what the host makes it.

import LinuxABI
import Machine

final class HostSuperblock: Superblock {
    fileprivate var top: HostInode?

    /// The root of a mount of the host directory `path`.
    static func make(_ path: [UInt8]) throws(Errno) -> HostInode {
        let host = kernel.host
        let descriptor = try host.openAt(At.AT_FDCWD, path, Open.O_PATH | Open.O_DIRECTORY)
        let superblock = HostSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.FUSE_SUPER_MAGIC), typeName: "hostfs")
        do {
            let root = HostInode(superblock, descriptor, try host.statAt(descriptor, []), parent: nil, name: [])
            superblock.top = root
            return root
        } catch {
            host.close(descriptor)
            throw error
        }
    }

    override func lastMountGone() {
        top?.tearDown()
        top = nil
    }
}

final class HostInode: Inode {
    /// An O_PATH descriptor of the host.
    let descriptor: Int32
    private let hostDevice: UInt64
    private var hostSize: Int64 = 0
    private var hostBytes: Int64 = 0
    private(set) var parent: HostInode?
    private(set) var name: [UInt8]
    private var children: [[UInt8]: HostInode] = [:]
    private static let cachedChildren = 512

    init(_ superblock: Superblock, _ descriptor: Int32, _ stat: Stat, parent: HostInode?, name: [UInt8]) {
        self.descriptor = descriptor
        self.parent = parent
        self.name = name
        hostDevice = stat.st_dev
        super.init(number: stat.st_ino, superblock: superblock, mode: stat.st_mode)
        adopt(stat)
    }
    deinit { kernel.host.close(descriptor) }

    func tearDown() {
        var pending: [HostInode] = [self]
        while let inode = pending.popLast() {
            for child in inode.children.values { pending.append(child) }
            inode.children = [:]
            inode.parent = nil
        }
    }

    private func adopt(_ stat: Stat) {
        // The type of an inode never changes.
        mode = stat.st_mode & 0o7777 | (type == 0 ? stat.st_mode & FileMode.S_IFMT : type)
        uid = stat.st_uid
        gid = stat.st_gid
        linkCount = UInt32(truncatingIfNeeded: min(stat.st_nlink, 1 << 30))
        deviceNumber = stat.st_rdev
        hostSize = stat.st_size
        hostBytes = max(0, min(stat.st_blocks, 1 << 50)) * 512
        accessTime = Timespec(tv_sec: Int64(bitPattern: stat.st_atime), tv_nsec: Int64(bitPattern: stat.st_atime_nsec))
        modificationTime = Timespec(tv_sec: Int64(bitPattern: stat.st_mtime), tv_nsec: Int64(bitPattern: stat.st_mtime_nsec))
        changeTime = Timespec(tv_sec: Int64(bitPattern: stat.st_ctime), tv_nsec: Int64(bitPattern: stat.st_ctime_nsec))
        birthTime = changeTime
    }

    override var size: Int64 { hostSize }
    override var allocatedBytes: Int64 { hostBytes }
    override func refresh() throws(Errno) { adopt(try kernel.host.statAt(descriptor, [])) }
    override var parentDirectory: Inode { parent ?? self }
    override var nameInParent: [UInt8]? { parent == nil ? nil : name }

    override func attributesChanged() throws(Errno) {
        let host = kernel.host
        if !isSymbolicLink { try host.changeMode(descriptor, mode & 0o7777) }
        try host.setTimes(descriptor, accessTime, modificationTime)
        try refresh()
    }

    override func truncate(_ size: Int64) throws(Errno) {
        let opened = try openHost(Open.O_WRONLY)
        defer { kernel.host.close(opened) }
        try kernel.host.truncate(opened, size)
        try refresh()
    }

    override func readLink(_ thread: Thread) throws(Errno) -> [UInt8] { try kernel.host.readLinkAt(descriptor, []) }

    /// Opens the file itself, and nothing that took its place.
    func openHost(_ access: Int32) throws(Errno) -> Int32 {
        let host = kernel.host
        let flags = access | Open.O_NOFOLLOW | Open.O_NONBLOCK
        let opened: Int32
        if isDirectory {
            opened = try host.openAt(descriptor, [0x2e], flags | Open.O_DIRECTORY)
        } else if let parent {
            opened = try host.openAt(parent.descriptor, name, flags)
        } else {
            throw .EACCES
        }
        var isSame = false
        do {
            let stat = try host.statAt(opened, [])
            isSame = stat.st_ino == number && stat.st_dev == hostDevice
        } catch {}
        if isSame { return opened }
        host.close(opened)
        throw .ESTALE
    }

    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        switch type {
        case FileMode.S_IFDIR:
            return HostDirectoryFile(self, try openHost(Open.O_RDONLY), flags: flags, location: location)
        case FileMode.S_IFREG:
            return HostFile(self, try openHost(flags & Open.O_ACCMODE), flags: flags, location: location)
        case FileMode.S_IFIFO: return try Pipes.openFifo(self, flags, location, thread)
        default: throw .ENXIO
        }
    }

    // MARK: directories

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? { try child(Array(path[name])) }

    private func child(_ name: [UInt8]) throws(Errno) -> HostInode? {
        let host = kernel.host
        let stat: Stat
        do { stat = try host.statAt(descriptor, name) } catch {
            children[name] = nil
            if error == .ENOENT { return nil }
            throw error
        }
        if let known = children[name], known.number == stat.st_ino, known.hostDevice == stat.st_dev,
            known.type == stat.st_mode & FileMode.S_IFMT
        {
            known.adopt(stat)
            return known
        }
        let opened = try host.openAt(descriptor, name, Open.O_PATH | Open.O_NOFOLLOW)
        let checked: Stat
        do { checked = try host.statAt(opened, []) } catch {
            host.close(opened)
            throw error
        }
        if children.count >= HostInode.cachedChildren { children = [:] }
        let new = HostInode(superblock, opened, checked, parent: self, name: name)
        children[name] = new
        return new
    }

    private func made(_ name: [UInt8]) throws(Errno) -> Inode {
        guard let inode = try child(name) else { throw .EIO }
        try refresh()
        return inode
    }

    override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        let host = kernel.host
        switch mode & FileMode.S_IFMT {
        case FileMode.S_IFREG:
            let flags = Open.O_CREAT | Open.O_EXCL | Open.O_WRONLY | Open.O_NOFOLLOW
            host.close(try host.openAt(descriptor, name, flags, mode & 0o7777))
        case FileMode.S_IFDIR: try host.makeDirectory(descriptor, name, mode & 0o7777)
        default: throw .EPERM
        }
        return try made(name)
    }

    override func symlink(_ name: [UInt8], target: [UInt8], uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        try kernel.host.makeLink(descriptor, name, target: target)
        return try made(name)
    }

    override func link(_ name: [UInt8], to inode: Inode) throws(Errno) {
        guard let other = inode as? HostInode, other.superblock === superblock, let parent = other.parent else { throw .EXDEV }
        try kernel.host.link(parent.descriptor, other.name, descriptor, name)
        try other.refresh()
    }

    override func unlink(_ name: [UInt8], _ inode: Inode) throws(Errno) {
        try kernel.host.unlink(descriptor, name, isDirectory: false)
        children[name] = nil
        try inode.refresh()
    }

    override func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) {
        try kernel.host.unlink(descriptor, name, isDirectory: true)
        children[name] = nil
        inode.linkCount = 0
    }

    override func rename(
        _ name: [UInt8], _ inode: Inode, to target: Inode, _ newName: [UInt8], replacing existing: Inode?, exchange: Bool
    ) throws(Errno) {
        guard let target = target as? HostInode, let moved = inode as? HostInode, target.superblock === superblock else { throw .EXDEV }
        try kernel.host.rename(descriptor, name, target.descriptor, newName, exchange: exchange)
        children[name] = nil
        target.children[newName] = moved
        moved.parent = target
        moved.name = newName
        if exchange, let other = existing as? HostInode {
            children[name] = other
            other.parent = self
            other.name = name
        }
        try moved.refresh()
    }
}
