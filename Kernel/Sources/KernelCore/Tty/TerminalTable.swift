// SPDX-License-Identifier: Apache-2.0
//
// The pseudo-terminals by number, and devpts (pts(4)), the file system that shows them.

import LinuxABI
import Machine

public final class TerminalTable {
    static let slaveMajor: UInt32 = 136
    private static let maximum = 4096

    private struct Entry {
        /// The number is taken until both sides are gone.
        var isUsed = false
        /// The node in devpts, until the master closes.
        var node: PtsInode?
    }
    private var entries: [Entry] = []
    private let superblock = Superblock(deviceID: 0x1001, magic: 0x1cd1, typeName: "devpts", firstNumber: 1)
    private(set) lazy var directory = PtsDirectory(superblock: superblock)
    /// What /dev/console is.
    public internal(set) var console: Terminal?

    public init() {}

    func terminal(device: UInt64) -> Terminal? {
        guard DeviceNumber.major(of: device) == TerminalTable.slaveMajor else { return nil }
        return node(Int(DeviceNumber.minor(of: device)))?.terminal
    }
    func node(_ index: Int) -> PtsInode? { index >= 0 && index < entries.count ? entries[index].node : nil }
    var live: [PtsInode] { entries.compactMap { $0.node } }

    /// A new pair with the lowest free number; its slave belongs to `credentials`.
    func make(_ credentials: Credentials) throws(Errno) -> Terminal {
        var index = 0
        while index < entries.count && entries[index].isUsed { index += 1 }
        guard index < TerminalTable.maximum else { throw .ENOSPC }
        if index == entries.count { entries.append(Entry()) }
        let terminal = Terminal(index: index)
        // gid 5 is the group tty of Debian, as its mount options of devpts say.
        entries[index] = Entry(isUsed: true, node: PtsInode(terminal, superblock, uid: credentials.fsuid, gid: 5))
        return terminal
    }

    /// /dev/ptmx.
    func openMaster(flags: Int32, inode: Inode, location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        MasterFile(try make(thread.process.credentials), flags: flags, inode: inode, location: location)
    }

    func masterClosed(_ index: Int) {
        entries[index].node?.linkCount = 0
        entries[index].node = nil
        if console?.index == index { console = nil }
    }
    func release(_ index: Int) { entries[index] = Entry() }

    /// Where the slave's node is seen, for opening it without a path (TIOCGPTPEER, the console).
    func location(_ index: Int) -> Location? {
        guard let node = node(index), let mount = kernel.mounts.all.first(where: { $0.root === directory }) else {
            return nil
        }
        var name: [UInt8] = []
        name.append(decimal: index)
        return Location(mount: mount, inode: node, parent: directory, name: name)
    }
}

/// /dev/pts/N.
final class PtsInode: Inode {
    let terminal: Terminal
    init(_ terminal: Terminal, _ superblock: Superblock, uid: UInt32, gid: UInt32) {
        self.terminal = terminal
        super.init(
            number: UInt64(terminal.index) + 3, superblock: superblock, mode: FileMode.S_IFCHR | 0o620, uid: uid,
            gid: gid)
        deviceNumber = terminal.deviceNumber
        stampCreation()
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        try terminal.openSlave(flags, inode: self, location: location, thread)
    }
}

/// /dev/pts.
final class PtsDirectory: Inode {
    private let ptmx: Inode

    init(superblock: Superblock) {
        ptmx = PtmxInode(number: 2, superblock: superblock, mode: FileMode.S_IFCHR | 0o666)
        ptmx.deviceNumber = DeviceNodes.ptmx
        super.init(number: 1, superblock: superblock, mode: FileMode.S_IFDIR | 0o755)
        linkCount = 2
        stampCreation()
        ptmx.stampCreation()
    }

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        if let index = PseudoName.number(path, name) { return kernel.terminals.node(index) }
        return PseudoName.equals(path, name, "ptmx") ? ptmx : nil
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        PseudoDirectoryFile(self, flags: flags, location: location) {
            var entries = [PseudoEntry(name: [UInt8]("ptmx"), number: 2, type: DirectoryEntryType.DT_CHR)]
            for node in kernel.terminals.live {
                var name: [UInt8] = []
                name.append(decimal: node.terminal.index)
                entries.append(PseudoEntry(name: name, number: node.number, type: DirectoryEntryType.DT_CHR))
            }
            return entries
        }
    }
    override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        throw mode & FileMode.S_IFMT == FileMode.S_IFREG ? .EACCES : .EPERM
    }
    override func symlink(_ name: [UInt8], target: [UInt8], uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        throw .EPERM
    }
    override func link(_ name: [UInt8], to inode: Inode) throws(Errno) { throw .EPERM }
    override func unlink(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EPERM }
    override func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EPERM }
    override func rename(
        _ name: [UInt8], _ inode: Inode, to target: Inode, _ newName: [UInt8], replacing existing: Inode?,
        exchange: Bool
    ) throws(Errno) { throw .EPERM }
}

final class PtmxInode: Inode {
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        try kernel.terminals.openMaster(flags: flags & ~Open.O_NOCTTY, inode: self, location: location, thread)
    }
}
