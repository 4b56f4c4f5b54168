// SPDX-License-Identifier: Apache-2.0
// Reads an image's root: attributes, names, directories, where a file's data lies. Nothing is parsed at start.
//
// Generic over who delivers verified blocks, so that the kernel can put its page cache below it. Even verified
// metadata is bounds-checked: a signer's mistake must not become a kernel trap.

/// Delivers blocks of the root that were checked against the tree, normally from a cache.
public protocol VerifiedBlocks {
    var rootBlockCount: UInt64 { get }
    func readVerifiedBlock(_ number: UInt64) throws(ImageError) -> [UInt8]
}

public struct DirectoryEntry: Sendable, Equatable {
    public let name: [UInt8]
    public let inode: UInt32
    /// Linux `DT_*`.
    public let type: UInt8
}

public struct ImageFileSystem<Blocks: VerifiedBlocks> {
    public let blocks: Blocks
    public let superblock: Superblock

    public init(blocks: Blocks) throws(ImageError) {
        self.blocks = blocks
        superblock = try Superblock(
            decoding: try blocks.readVerifiedBlock(0), rootBlockCount: blocks.rootBlockCount)
        guard try inode(ImageFormat.rootInode).kind == .directory else { throw .badSuperblock }
    }

    public func inode(_ number: UInt32) throws(ImageError) -> Inode {
        guard number >= 1, number <= superblock.inodeCount else { throw .badInode(number) }
        let block = try read(superblock.inodeBlock &+ UInt64(number / ImageFormat.inodesPerBlock))
        let inode = Inode(
            decoding: block, at: Int(number % ImageFormat.inodesPerBlock) * ImageFormat.inodeSize)
        guard isSound(inode) else { throw .badInode(number) }
        return inode
    }

    /// The entry called `name`, by binary search; nil when there is none.
    public func lookup(_ name: [UInt8], in directory: UInt32) throws(ImageError) -> DirectoryEntry? {
        let inode = try directoryInode(directory)
        let prefix = EntryRecord.prefix(of: name)
        var low: UInt32 = 0
        var high = inode.entryCount
        while low < high {
            let middle = low + (high - low) / 2
            let record = try entryRecord(UInt32(truncatingIfNeeded: inode.start) &+ middle)
            if record.prefix != prefix {
                if record.prefix < prefix { low = middle + 1 } else { high = middle }
                continue
            }
            let candidate = try self.name(of: record, in: directory)
            if candidate == name {
                return DirectoryEntry(name: candidate, inode: record.inode, type: record.type)
            }
            if candidate.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Up to `limit` entries from position `offset` on, in name order, without `.` and `..`.
    /// Positions are stable: the next call continues at `offset` plus the number returned; empty means the end.
    public func entries(
        of directory: UInt32, from offset: UInt32, limit: Int
    ) throws(ImageError) -> [DirectoryEntry] {
        let inode = try directoryInode(directory)
        guard offset < inode.entryCount, limit > 0 else { return [] }
        let count = Swift.min(Int(inode.entryCount - offset), limit)
        var result: [DirectoryEntry] = []
        result.reserveCapacity(count)
        for index in 0..<UInt32(truncatingIfNeeded: count) {
            let record = try entryRecord(UInt32(truncatingIfNeeded: inode.start) &+ offset &+ index)
            let name = try self.name(of: record, in: directory)
            result.append(DirectoryEntry(name: name, inode: record.inode, type: record.type))
        }
        return result
    }

    /// Where a symbolic link points.
    public func linkTarget(_ number: UInt32) throws(ImageError) -> [UInt8] {
        let inode = try inode(number)
        guard inode.kind == .symbolicLink else { throw .badInode(number) }
        return try nameBytes(at: inode.start, count: Int(truncatingIfNeeded: inode.size))
    }

    /// The root's block that holds byte `offset` of a regular file; the rest of the last block is zero.
    /// Nil at or behind the end of the file.
    public func block(of inode: Inode, containing offset: UInt64) -> UInt64? {
        guard inode.kind == .regular, offset < inode.size else { return nil }
        return inode.start &+ offset / UInt64(ImageFormat.blockSize)
    }

    /// Up to `count` bytes of a regular file from `offset` on; fewer only at its end.
    public func read(_ inode: Inode, at offset: UInt64, count: Int) throws(ImageError) -> [UInt8] {
        guard count > 0, offset < inode.size else { return [] }
        let end = Swift.min(inode.size - offset, UInt64(count)) + offset
        var result: [UInt8] = []
        result.reserveCapacity(Int(truncatingIfNeeded: end - offset))
        var position = offset
        while position < end, let number = block(of: inode, containing: position) {
            let bytes = try read(number)
            let first = Int(position % UInt64(ImageFormat.blockSize))
            let last = Int(Swift.min(UInt64(ImageFormat.blockSize), UInt64(first) + (end - position)))
            result.append(contentsOf: bytes[first..<last])
            position += UInt64(last - first)
        }
        return result
    }

    // MARK: - Checked access to the tables

    private func read(_ number: UInt64) throws(ImageError) -> [UInt8] {
        guard number < superblock.blockCount else { throw .outOfBounds }
        let bytes = try blocks.readVerifiedBlock(number)
        guard bytes.count == ImageFormat.blockSize else { throw .unreadable(block: number) }
        return bytes
    }

    private func directoryInode(_ number: UInt32) throws(ImageError) -> Inode {
        let inode = try inode(number)
        guard inode.kind == .directory else { throw .notADirectory(number) }
        return inode
    }

    private func entryRecord(_ number: UInt32) throws(ImageError) -> EntryRecord {
        let block = try read(superblock.entryBlock &+ UInt64(number / ImageFormat.entriesPerBlock))
        return EntryRecord(
            decoding: block, at: Int(number % ImageFormat.entriesPerBlock) * ImageFormat.entrySize)
    }

    private func name(of record: EntryRecord, in directory: UInt32) throws(ImageError) -> [UInt8] {
        guard record.nameLength > 0, record.inode >= 1, record.inode <= superblock.inodeCount else {
            throw .badDirectory(directory)
        }
        let name = try nameBytes(at: UInt64(record.nameOffset), count: Int(record.nameLength))
        for byte in name where byte == 0 || byte == 0x2F { throw .badDirectory(directory) }
        return name
    }

    private func nameBytes(at offset: UInt64, count: Int) throws(ImageError) -> [UInt8] {
        guard count >= 0, count <= ImageFormat.maximumTargetLength, offset <= superblock.nameBytes,
            UInt64(count) <= superblock.nameBytes - offset
        else { throw .outOfBounds }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var position = offset
        while result.count < count {
            let bytes = try read(superblock.nameBlock &+ position / UInt64(ImageFormat.blockSize))
            let first = Int(position % UInt64(ImageFormat.blockSize))
            let last = Swift.min(ImageFormat.blockSize, first + count - result.count)
            result.append(contentsOf: bytes[first..<last])
            position += UInt64(last - first)
        }
        return result
    }

    /// Ranges lie where they must for the inode's type.
    private func isSound(_ inode: Inode) -> Bool {
        switch inode.kind {
        case .regular:
            let (end, overflow) = inode.start.addingReportingOverflow(ImageFormat.blocks(forBytes: inode.size))
            return !overflow && end <= superblock.blockCount
                && (inode.size == 0 || inode.start >= superblock.dataBlock)
        case .directory:
            return inode.start <= UInt64(superblock.entryCount)
                && UInt64(inode.entryCount) <= UInt64(superblock.entryCount) - inode.start
                && inode.parent >= 1 && inode.parent <= superblock.inodeCount
        case .symbolicLink: return inode.size > 0 && inode.size <= UInt64(ImageFormat.maximumTargetLength)
        case .fifo, .characterDevice, .blockDevice: return true
        case nil: return false
        }
    }
}
