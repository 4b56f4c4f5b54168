// SPDX-License-Identifier: Apache-2.0
// Fixed-size metadata records of an image's root: superblock, inodes, directory entries.

/// Block 0 of the root.
public struct Superblock: Sendable, Equatable {
    /// "CLROOT01"
    static let magic: UInt64 = 0x3130_544F_4F52_4C43

    public var inodeCount: UInt32
    public var entryCount: UInt32
    public var nameBytes: UInt64
    public var blockCount: UInt64

    public init(inodeCount: UInt32, entryCount: UInt32, nameBytes: UInt64, blockCount: UInt64) {
        self.inodeCount = inodeCount
        self.entryCount = entryCount
        self.nameBytes = nameBytes
        self.blockCount = blockCount
    }

    // Inode 0 does not exist but has its place in the table.
    public var inodeBlock: UInt64 { 1 }
    public var entryBlock: UInt64 {
        inodeBlock &+ ImageFormat.blocks(forBytes: (UInt64(inodeCount) &+ 1) &* UInt64(ImageFormat.inodeSize))
    }
    public var nameBlock: UInt64 {
        entryBlock &+ ImageFormat.blocks(forBytes: UInt64(entryCount) &* UInt64(ImageFormat.entrySize))
    }
    public var dataBlock: UInt64 { nameBlock &+ ImageFormat.blocks(forBytes: nameBytes) }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(Self.magic)
        writer.u32(inodeCount)
        writer.u32(entryCount)
        writer.u64(nameBytes)
        writer.u64(blockCount)
        writer.pad(to: ImageFormat.blockSize)
        return writer.bytes
    }

    init(decoding block: [UInt8], rootBlockCount: UInt64) throws(ImageError) {
        guard block.count == ImageFormat.blockSize, block.u64(at: 0) == Self.magic else { throw .badSuperblock }
        self.init(
            inodeCount: block.u32(at: 8), entryCount: block.u32(at: 12), nameBytes: block.u64(at: 16),
            blockCount: block.u64(at: 24))
        guard inodeCount >= 1, nameBytes <= UInt64(UInt32.max), blockCount == rootBlockCount,
            dataBlock <= blockCount
        else { throw .badSuperblock }
    }
}

/// Attributes of one file, directory, symbolic link or special file.
public struct Inode: Sendable, Equatable {
    public enum Kind: UInt32, Sendable {
        case fifo = 0o010000
        case characterDevice = 0o020000
        case directory = 0o040000
        case blockDevice = 0o060000
        case regular = 0o100000
        case symbolicLink = 0o120000
    }

    static let typeMask: UInt32 = 0o170000

    /// Linux `st_mode`: type and permissions.
    public var mode: UInt32
    public var userID: UInt32
    public var groupID: UInt32
    public var linkCount: UInt32
    public var size: UInt64
    public var modificationTime: Int64
    /// Regular: first block in the root. Directory: first entry. Link: offset in the names. Device: `st_rdev`.
    public var start: UInt64
    /// Directory: number of entries.
    public var entryCount: UInt32
    /// Directory: its parent (the root is its own).
    public var parent: UInt32

    public init(
        mode: UInt32, userID: UInt32, groupID: UInt32, linkCount: UInt32, size: UInt64, modificationTime: Int64,
        start: UInt64, entryCount: UInt32 = 0, parent: UInt32 = 0
    ) {
        self.mode = mode
        self.userID = userID
        self.groupID = groupID
        self.linkCount = linkCount
        self.size = size
        self.modificationTime = modificationTime
        self.start = start
        self.entryCount = entryCount
        self.parent = parent
    }

    /// Nil for a type bit pattern that is none of Linux's.
    public var kind: Kind? { Kind(rawValue: mode & Self.typeMask) }
    public var permissions: UInt32 { mode & 0o7777 }

    /// One record of the inode table.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        for field in [mode, userID, groupID, linkCount] { writer.u32(field) }
        writer.u64(size)
        writer.u64(UInt64(bitPattern: modificationTime))
        writer.u64(start)
        writer.u32(entryCount)
        writer.u32(parent)
        writer.pad(to: ImageFormat.inodeSize)
        return writer.bytes
    }

    init(decoding block: [UInt8], at offset: Int) {
        self.init(
            mode: block.u32(at: offset), userID: block.u32(at: offset + 4), groupID: block.u32(at: offset + 8),
            linkCount: block.u32(at: offset + 12), size: block.u64(at: offset + 16),
            modificationTime: Int64(bitPattern: block.u64(at: offset + 24)), start: block.u64(at: offset + 32),
            entryCount: block.u32(at: offset + 40), parent: block.u32(at: offset + 44))
    }
}

/// One record of the entry table: sorted by name within its directory.
public struct EntryRecord: Sendable, Equatable {
    /// The first four bytes of the name, big-endian, zero-padded: decides most comparisons without reading the name.
    public var prefix: UInt32
    public var nameOffset: UInt32
    public var inode: UInt32
    public var nameLength: UInt8
    /// Linux `DT_*`.
    public var type: UInt8

    public init(name: [UInt8], nameOffset: UInt32, inode: UInt32, type: UInt8) {
        prefix = Self.prefix(of: name)
        self.nameOffset = nameOffset
        self.inode = inode
        nameLength = UInt8(truncatingIfNeeded: name.count)
        self.type = type
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        for field in [prefix, nameOffset, inode] { writer.u32(field) }
        writer.u8(nameLength)
        writer.u8(type)
        writer.u16(0)
        return writer.bytes
    }

    init(decoding block: [UInt8], at offset: Int) {
        prefix = block.u32(at: offset)
        nameOffset = block.u32(at: offset + 4)
        inode = block.u32(at: offset + 8)
        nameLength = UInt8(truncatingIfNeeded: block.u16(at: offset + 12))
        type = UInt8(truncatingIfNeeded: block.u16(at: offset + 12) >> 8)
    }

    static func prefix(of name: [UInt8]) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 { value = value << 8 | (index < name.count ? UInt32(name[index]) : 0) }
        return value
    }
}
