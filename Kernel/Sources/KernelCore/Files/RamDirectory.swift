// SPDX-License-Identifier: Apache-2.0
//
// A directory in memory. With a lower layer, its listing is taken over as a whole when the directory is first used, and each entry
// becomes an inode when it is first looked up: from then on there is one layer only, and no whiteouts.
//
// Parent and child hold each other; removing the child ends that, and so does `tearDown` when the last mount is gone. A removed
// directory keeps its way up, so that `..` of a removed working directory still leads somewhere.

import LinuxABI
import Machine

public final class RamDirectory: Inode {
    private var table = DirectoryTable()
    private var lower: LowerNode?
    private var parent: RamDirectory?
    private var name: [UInt8] = []
    private(set) var isRemoved = false

    private var ram: RamSuperblock? { superblock as? RamSuperblock }

    init(superblock: RamSuperblock, mode: UInt32, uid: UInt32, gid: UInt32) {
        super.init(
            number: superblock.allocateNumber(), superblock: superblock, mode: FileMode.S_IFDIR | mode & 0o7777, uid: uid, gid: gid)
        linkCount = 2
    }
    init(superblock: RamSuperblock, lower: LowerNode, _ attributes: LowerAttributes) {
        self.lower = lower
        super.init(
            number: attributes.number, superblock: superblock, mode: attributes.mode, uid: attributes.uid, gid: attributes.gid)
        adopt(attributes)
        linkCount = max(attributes.linkCount, 2)
    }

    public override var size: Int64 { 4096 }

    // MARK: the tree

    public override var parentDirectory: Inode { parent ?? self }
    public override var nameInParent: [UInt8]? { isRemoved || parent == nil ? nil : name }
    public override var lastName: [UInt8]? { isRemoved ? name : nil }

    private func adopt(_ directory: RamDirectory, as newName: [UInt8]) {
        directory.parent = self
        directory.name = newName
    }
    private func orphan(_ directory: RamDirectory) {
        directory.isRemoved = true
        directory.linkCount = 0
    }

    /// Takes the tree below apart: no mount leads here any more.
    func tearDown() {
        var pending: [RamDirectory] = [self]
        while let directory = pending.popLast() {
            for entry in directory.table.entries {
                if let child = entry.inode as? RamDirectory { pending.append(child) }
            }
            directory.table.removeAll()
            directory.parent = nil
            directory.isRemoved = true
        }
    }

    // MARK: the lower layer

    @inline(__always)
    func load() throws(Errno) {
        if lower != nil { try loadLower() }
    }
    private func loadLower() throws(Errno) {
        guard let node = lower else { return }
        let entries = try node.list()
        for entry in entries where table.find(entry.name) == nil {
            table.insert(entry.name, nil, number: entry.number, type: entry.type)
        }
        // Children need the node still: it moves to where they find it.
        listed = node
        lower = nil
    }
    /// The node after its listing was taken over.
    private var listed: LowerNode?

    private func child(at index: Int) throws(Errno) -> Inode {
        if let inode = table.entries[index].inode { return inode }
        return try instantiate(index)
    }
    private func instantiate(_ index: Int) throws(Errno) -> Inode {
        guard let listed, let ram else { throw .EIO }
        let entry = table.entries[index]
        let inode = try ram.instantiate(listed.child(entry.name, entry.number))
        table.set(index, inode)
        if let directory = inode as? RamDirectory { adopt(directory, as: entry.name) }
        return inode
    }

    // MARK: Inode

    public override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        if lower != nil { try loadLower() }
        guard let index = table.find(path, name) else { return nil }
        if let inode = table.entries[index].inode { return inode }
        return try instantiate(index)
    }

    public override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        try prepareToAdd()
        guard let ram else { throw .EIO }
        let inode: Inode
        switch mode & FileMode.S_IFMT {
        case FileMode.S_IFREG, 0: inode = RamFile(superblock: ram, mode: FileMode.S_IFREG | mode & 0o7777, uid: uid, gid: gid)
        case FileMode.S_IFDIR:
            let directory = RamDirectory(superblock: ram, mode: mode, uid: uid, gid: gid)
            directory.stampCreation()
            adopt(directory, as: name)
            linkCount &+= 1
            inode = directory
        default: inode = RamSpecial(superblock: ram, mode: mode, device: device, uid: uid, gid: gid)
        }
        add(name, inode)
        return inode
    }

    /// A file without a name (O_TMPFILE).
    func createUnnamed(mode: UInt32, uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        guard let ram, !isRemoved else { throw .ENOENT }
        let file = RamFile(superblock: ram, mode: FileMode.S_IFREG | mode & 0o7777, uid: uid, gid: gid)
        file.linkCount = 0
        return file
    }

    public override func symlink(_ name: [UInt8], target: [UInt8], uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        try prepareToAdd()
        guard let ram else { throw .EIO }
        let inode = RamSymlink(superblock: ram, target: target, uid: uid, gid: gid)
        add(name, inode)
        return inode
    }

    public override func link(_ name: [UInt8], to inode: Inode) throws(Errno) {
        try prepareToAdd()
        guard inode.superblock === superblock else { throw .EXDEV }
        inode.linkCount &+= 1
        inode.touchChanged()
        add(name, inode)
    }

    public override func unlink(_ name: [UInt8], _ inode: Inode) throws(Errno) {
        try load()
        guard let index = table.find(name) else { throw .ENOENT }
        table.remove(index)
        if inode.linkCount > 0 { inode.linkCount &-= 1 }
        touchModified()
        inode.changeTime = changeTime
    }

    public override func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) {
        try load()
        guard let directory = inode as? RamDirectory, let index = table.find(name) else { throw .ENOENT }
        guard try directory.isEmpty() else { throw .ENOTEMPTY }
        table.remove(index)
        orphan(directory)
        if linkCount > 2 { linkCount &-= 1 }
        touchModified()
        directory.changeTime = changeTime
    }

    func isEmpty() throws(Errno) -> Bool {
        try load()
        return table.count == 0
    }

    private func prepareToAdd() throws(Errno) {
        try Headroom.check()
        if isRemoved { throw .ENOENT }
        try load()
    }
    private func add(_ name: [UInt8], _ inode: Inode) {
        table.insert(name, inode, number: inode.number, type: UInt8(truncatingIfNeeded: inode.type >> 12))
        touchModified()
    }

    public override func rename(
        _ name: [UInt8], _ inode: Inode, to target: Inode, _ newName: [UInt8], replacing existing: Inode?, exchange: Bool
    ) throws(Errno) {
        guard let target = target as? RamDirectory, target.superblock === superblock else { throw .EXDEV }
        try load()
        try target.prepareToAdd()
        guard let from = table.find(name) else { throw .ENOENT }
        let type = UInt8(truncatingIfNeeded: inode.type >> 12)
        if exchange {
            guard let existing, let to = target.table.find(newName) else { throw .ENOENT }
            table.set(from, existing, type: UInt8(truncatingIfNeeded: existing.type >> 12))
            target.table.set(to, inode, type: type)
            moved(inode, to: target, newName)
            target.moved(existing, to: self, name)
        } else {
            if let existing {
                if let directory = existing as? RamDirectory {
                    guard try directory.isEmpty() else { throw .ENOTEMPTY }
                    target.orphan(directory)
                    if target.linkCount > 2 { target.linkCount &-= 1 }
                } else if existing.linkCount > 0 {
                    existing.linkCount &-= 1
                }
                guard let to = target.table.find(newName) else { throw .ENOENT }
                target.table.set(to, inode, type: type)
            } else {
                target.table.insert(newName, inode, number: inode.number, type: type)
            }
            // The insertion may have rebuilt the table, if it is this one.
            if let old = table.find(name) { table.remove(old) }
            moved(inode, to: target, newName)
        }
        touchModified()
        if target !== self {
            target.modificationTime = modificationTime
            target.changeTime = changeTime
        }
        inode.changeTime = changeTime
        existing?.changeTime = changeTime
    }

    private func moved(_ inode: Inode, to target: RamDirectory, _ newName: [UInt8]) {
        guard let directory = inode as? RamDirectory else {
            inode.movedTo = MovedName(target, newName)
            return
        }
        target.adopt(directory, as: newName)
        if target !== self {
            if linkCount > 2 { linkCount &-= 1 }
            target.linkCount &+= 1
        }
    }

    public override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        DirectoryFile(self, flags: flags, location: location)
    }

    // MARK: reading

    /// Entries from position 2 on; see OpenFile.readDirectory.
    func read(from position: Int64, _ emit: (_ name: [UInt8], _ number: UInt64, _ type: UInt8, _ next: Int64) -> Bool) throws(Errno) {
        try load()
        var i = table.index(at: position)
        while i < table.entries.count {
            if table.entries[i].isLive {
                let number = table.entries[i].inode?.number ?? table.entries[i].number
                if !emit(table.entries[i].name, number, table.entries[i].type, table.entries[i].cookie + 1) { return }
            }
            i += 1
        }
    }
}
