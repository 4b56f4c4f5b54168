// SPDX-License-Identifier: Apache-2.0
//
// Building blocks of procfs and sysfs: files whose text is made when it is read, links, and fixed directories.

import LinuxABI
import Machine

typealias TextMaker = (Thread) throws(Errno) -> [UInt8]
typealias TextTaker = ([UInt8], Thread) throws(Errno) -> Void

/// A file whose text is made at each reading from the start, and that may take writes.
final class TextInode: Inode {
    private let make: TextMaker
    private let take: TextTaker?

    init(
        _ number: UInt64, _ superblock: Superblock, mode: UInt32 = 0o444, take: TextTaker? = nil,
        _ make: @escaping TextMaker
    ) {
        self.make = make
        self.take = take
        super.init(number: number, superblock: superblock, mode: FileMode.S_IFREG | mode)
        stampCreation()
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        if flags & Open.O_ACCMODE != Open.O_RDONLY && take == nil { throw .EACCES }
        return TextFile(make, take, flags: flags, inode: self, location: location)
    }
    override func truncate(_ size: Int64) throws(Errno) {
        if take == nil { throw .EACCES }
    }
}

final class TextFile: OpenFile {
    private let make: TextMaker
    private let take: TextTaker?
    private var text: [UInt8]?

    init(_ make: @escaping TextMaker, _ take: TextTaker?, flags: Int32, inode: Inode, location: Location) {
        self.make = make
        self.take = take
        super.init(flags: flags, inode: inode, location: location)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let count = try read(&buffer, at: position, thread)
        position &+= Int64(count)
        return count
    }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        guard offset >= 0 else { throw .EINVAL }
        let text: [UInt8]
        if offset > 0, let held = self.text {
            text = held
        } else {
            text = try make(thread)
            self.text = text
        }
        guard offset < Int64(text.count) else { return 0 }
        return try buffer.put(text, from: Int(offset), min(buffer.remaining, text.count - Int(offset)))
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        guard let take else { throw .EIO }
        let bytes = try buffer.takeBytes(4096)
        try take(bytes, thread)
        text = nil
        position &+= Int64(bytes.count)
        return bytes.count
    }
    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        guard let take else { throw .EIO }
        let bytes = try buffer.takeBytes(4096)
        try take(bytes, thread)
        return bytes.count
    }
    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard whence == Seek.SEEK_SET || whence == Seek.SEEK_CUR else { throw .EINVAL }
        position = try Seeking.target(offset, whence, position: position, size: 0, limit: Int64.max)
        return position
    }
}

/// A symbolic link whose target depends on who reads it.
final class TextLink: Inode {
    private let make: TextMaker
    init(_ number: UInt64, _ superblock: Superblock, _ make: @escaping TextMaker) {
        self.make = make
        super.init(number: number, superblock: superblock, mode: FileMode.S_IFLNK | 0o777)
        stampCreation()
    }
    override func readLink(_ thread: Thread) throws(Errno) -> [UInt8] { try make(thread) }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        throw .ELOOP
    }
}

/// A directory nobody can add to. Subclasses look names up and list them.
class PseudoDirectory: Inode {
    let name: [UInt8]
    /// nil at the root. Fixed trees live as long as the kernel; those of processes hold their parents only.
    let above: PseudoDirectory?

    init(_ number: UInt64, _ superblock: Superblock, name: [UInt8], above: PseudoDirectory?) {
        self.name = name
        self.above = above
        super.init(number: number, superblock: superblock, mode: FileMode.S_IFDIR | 0o555)
        linkCount = 2
        stampCreation()
    }

    func list(_ thread: Thread) throws(Errno) -> [PseudoEntry] { [] }

    override var parentDirectory: Inode { above ?? self }
    override var nameInParent: [UInt8]? { above == nil ? nil : name }
    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? { nil }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        PseudoDirectoryFile(self, flags: flags, location: location) { [self] () throws(Errno) -> [PseudoEntry] in
            try list(currentThread)
        }
    }
    override func create(_ name: [UInt8], mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32) throws(Errno) -> Inode { throw .ENOENT }
    override func symlink(_ name: [UInt8], target: [UInt8], uid: UInt32, gid: UInt32) throws(Errno) -> Inode {
        throw .ENOENT
    }
    override func link(_ name: [UInt8], to inode: Inode) throws(Errno) { throw .EPERM }
    override func unlink(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EPERM }
    override func removeDirectory(_ name: [UInt8], _ inode: Inode) throws(Errno) { throw .EPERM }
    override func rename(
        _ name: [UInt8], _ inode: Inode, to target: Inode, _ newName: [UInt8], replacing existing: Inode?,
        exchange: Bool
    ) throws(Errno) { throw .EPERM }
}

/// A directory with fixed entries, filled at the start.
class FixedDirectory: PseudoDirectory {
    private struct Child {
        var name: [UInt8]
        var inode: Inode
    }
    private var children: [Child] = []

    func add(_ name: [UInt8], _ inode: Inode) {
        children.append(Child(name: name, inode: inode))
        if inode.isDirectory { linkCount &+= 1 }
    }
    func text(_ name: StaticString, mode: UInt32 = 0o444, take: TextTaker? = nil, _ make: @escaping TextMaker) {
        add([UInt8](name), TextInode(superblock.allocateNumber(), superblock, mode: mode, take: take, make))
    }
    /// A file with one line.
    func line(_ name: StaticString, _ value: StaticString) {
        text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](value) + [0x0a] }
    }
    func directory(_ name: StaticString) -> FixedDirectory { directory([UInt8](name)) }
    func directory(_ name: [UInt8]) -> FixedDirectory {
        let new = FixedDirectory(superblock.allocateNumber(), superblock, name: name, above: self)
        add(name, new)
        return new
    }
    func link(_ name: StaticString, _ make: @escaping TextMaker) {
        add([UInt8](name), TextLink(superblock.allocateNumber(), superblock, make))
    }

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        for child in children where PseudoName.equals(path, name, child.name) { return child.inode }
        return nil
    }
    override func list(_ thread: Thread) throws(Errno) -> [PseudoEntry] {
        children.map {
            PseudoEntry(name: $0.name, number: $0.inode.number, type: UInt8(truncatingIfNeeded: $0.inode.type >> 12))
        }
    }
}

extension Array where Element == UInt8 {
    /// Right-aligned in `width` columns.
    mutating func append(decimal value: Int, width: Int) {
        var digits: [UInt8] = []
        digits.append(decimal: value)
        if digits.count < width { append(contentsOf: repeatElement(0x20, count: width - digits.count)) }
        append(contentsOf: digits)
    }
    mutating func append(octal value: UInt64, width: Int = 1) {
        var digits: [UInt8] = []
        var rest = value
        while rest > 0 || digits.count < width {
            digits.append(0x30 + UInt8(truncatingIfNeeded: rest & 7))
            rest >>= 3
        }
        append(contentsOf: digits.reversed())
    }
    mutating func append(padded text: StaticString, width: Int) {
        let start = count
        append(text)
        if count - start < width { append(contentsOf: repeatElement(0x20, count: width - (count - start))) }
    }
    /// `seconds.hundredths`.
    mutating func append(hundredths nanoseconds: Int64) {
        let value = Swift.max(nanoseconds, 0) / 10_000_000
        append(decimal: Int(value / 100))
        append(0x2e)
        append(0x30 + UInt8(value % 100 / 10))
        append(0x30 + UInt8(value % 10))
    }
    func trimmed() -> [UInt8] {
        var bytes = self
        while let last = bytes.last, last == 0x0a || last == 0 { bytes.removeLast() }
        return bytes
    }
}
