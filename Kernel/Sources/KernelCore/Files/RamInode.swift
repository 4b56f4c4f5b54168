// SPDX-License-Identifier: Apache-2.0
//
// The in-memory file system (tmpfs(5)), optionally above a read-only lower layer: what its inodes have in common, and those without
// contents of their own.

import LinuxABI
import Machine

public final class RamSuperblock: Superblock {
    /// Bytes it may hold; 0 is no limit.
    var limitBytes: Int64 = 0
    /// Inodes of lower files with several names, by lower number, so that the names lead to one inode.
    private var shared: [UInt64: Inode] = [:]
    private var root: RamDirectory?

    public override func lastMountGone() {
        root?.tearDown()
        root = nil
        shared = [:]
    }

    /// A new, empty file system; the result is its root directory.
    public static func make(
        mode: UInt32 = 0o755, typeName: StaticString = "tmpfs", magic: UInt64 = UInt64(StatfsMagic.TMPFS_MAGIC)
    ) -> RamDirectory {
        let device = kernel.mounts.allocateDevice()
        let superblock = RamSuperblock(deviceID: device, magic: magic, typeName: typeName)
        let root = RamDirectory(superblock: superblock, mode: mode, uid: 0, gid: 0)
        root.stampCreation()
        superblock.root = root
        return root
    }

    /// A file system whose first contents are `lower`.
    static func make(above lower: LowerNode, firstNumber: UInt64) throws(Errno) -> RamDirectory {
        let attributes = try lower.attributes()
        guard attributes.mode & FileMode.S_IFMT == FileMode.S_IFDIR else { throw .ENOTDIR }
        let device = kernel.mounts.allocateDevice()
        let superblock = RamSuperblock(
            deviceID: device, magic: UInt64(StatfsMagic.TMPFS_MAGIC), typeName: "tmpfs", firstNumber: firstNumber)
        let root = RamDirectory(superblock: superblock, lower: lower, attributes)
        superblock.root = root
        return root
    }

    /// The inode for an entry of a lower directory.
    func instantiate(_ lower: LowerNode) throws(Errno) -> Inode {
        let attributes = try lower.attributes()
        let isShared = attributes.linkCount > 1 && attributes.mode & FileMode.S_IFMT != FileMode.S_IFDIR
        if isShared, let known = shared[attributes.number] { return known }
        let inode: Inode
        switch attributes.mode & FileMode.S_IFMT {
        case FileMode.S_IFDIR: inode = RamDirectory(superblock: self, lower: lower, attributes)
        case FileMode.S_IFREG: inode = RamFile(superblock: self, lower: lower, attributes)
        case FileMode.S_IFLNK: inode = RamSymlink(superblock: self, target: try lower.linkTarget(), attributes)
        default: inode = RamSpecial(superblock: self, attributes)
        }
        if isShared { shared[attributes.number] = inode }
        return inode
    }

    public override func statistics() -> Statfs {
        // Half of what page memory could hold, as tmpfs does with the machine's memory.
        let blocks: Int64 = limitBytes > 0 ? limitBytes / 4096 : 4 << 20
        let used = min(Int64(kernel.pages.allocatedPages), blocks)
        return Statfs(
            f_type: Int64(magic), f_bsize: 4096, f_blocks: blocks, f_bfree: blocks - used, f_bavail: blocks - used,
            f_files: 1 << 20, f_ffree: 1 << 19, f_fsid0: Int32(truncatingIfNeeded: deviceID), f_namelen: 255, f_frsize: 4096)
    }
}

extension Inode {
    /// Takes over what the lower layer says.
    func adopt(_ attributes: LowerAttributes) {
        linkCount = attributes.linkCount
        deviceNumber = attributes.device
        accessTime = attributes.accessTime
        modificationTime = attributes.modificationTime
        changeTime = attributes.changeTime
        birthTime = attributes.changeTime
    }

    /// Contents or entries changed now.
    @inline(__always)
    func touchModified() {
        let now = FileTime.now
        modificationTime = now
        changeTime = now
    }
    @inline(__always) func touchChanged() { changeTime = FileTime.now }
}

/// Time stamps of files have the coarse clock's resolution, as in Linux.
enum FileTime {
    @inline(__always)
    static var now: Timespec {
        let t = Machine.clock(ClockID.CLOCK_REALTIME_COARSE)
        return Timespec(tv_sec: t.seconds, tv_nsec: t.nanoseconds)
    }
}

final class RamSymlink: Inode {
    let target: [UInt8]
    init(superblock: RamSuperblock, target: [UInt8], uid: UInt32, gid: UInt32) {
        self.target = target
        super.init(
            number: superblock.allocateNumber(), superblock: superblock, mode: FileMode.S_IFLNK | 0o777, uid: uid, gid: gid)
        stampCreation()
    }
    init(superblock: RamSuperblock, target: [UInt8], _ attributes: LowerAttributes) {
        self.target = target
        super.init(
            number: attributes.number, superblock: superblock, mode: attributes.mode, uid: attributes.uid, gid: attributes.gid)
        adopt(attributes)
    }
    override var size: Int64 { Int64(target.count) }
    override func readLink(_ thread: Thread) throws(Errno) -> [UInt8] { target }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile { throw .ELOOP }
}

/// FIFOs, sockets and device nodes.
final class RamSpecial: Inode {
    init(superblock: RamSuperblock, mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) {
        super.init(number: superblock.allocateNumber(), superblock: superblock, mode: mode, uid: uid, gid: gid)
        deviceNumber = device
        stampCreation()
    }
    init(superblock: RamSuperblock, _ attributes: LowerAttributes) {
        super.init(
            number: attributes.number, superblock: superblock, mode: attributes.mode, uid: attributes.uid, gid: attributes.gid)
        adopt(attributes)
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        switch type {
        case FileMode.S_IFIFO: return try Pipes.openFifo(self, flags, location, thread)
        case FileMode.S_IFCHR: return try DeviceNodes.open(self, flags, location, thread)
        default: throw .ENXIO
        }
    }
}
