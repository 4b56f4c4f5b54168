// SPDX-License-Identifier: Apache-2.0
// Lays out an image's root: metadata tables, then every distinct content once, in path order.

internal import Formats

struct RootLayout: Sendable {
    struct Segment: Sendable {
        var content: FileContent
        var hashed: HashedContent
    }

    /// Superblock, inodes, entries and names, whole blocks.
    let metadata: [UInt8]
    /// Distinct contents in the order of their blocks, each from a block boundary on.
    let segments: [Segment]
    let blockCount: UInt64
    /// SHA-256 of every block of the root.
    let leafDigests: [UInt8]

    init(_ tree: FlatTree, _ hashes: [HashedContent]) throws(ImageToolError) {
        var names = NameTable()
        let entries = tree.nodes.dropFirst().enumerated().map { offset, node in
            EntryRecord(
                name: node.name, nameOffset: names.offset(of: node.name), inode: UInt32(offset + 2), type: node.type)
        }
        let linkOffsets = tree.nodes.map { node in
            if case .link(let target) = node.kind { names.offset(of: target) } else { UInt32(0) }
        }
        guard names.bytes.count <= Int(UInt32.max), tree.nodes.count < Int(UInt32.max) else {
            throw ImageToolError(.input, "too many files for one image")
        }
        let sized = Superblock(
            inodeCount: UInt32(tree.nodes.count), entryCount: UInt32(entries.count),
            nameBytes: UInt64(names.bytes.count), blockCount: 0)

        var segments: [Segment] = []
        var firstBlock: [UInt64] = []
        var known: [Digest256: UInt64] = [:]
        var nextBlock = sized.dataBlock
        for (content, hashed) in zip(tree.contents, hashes) {
            let identity = hashed.identity
            if hashed.size == 0 {
                firstBlock.append(0)
            } else if let block = known[identity] {
                firstBlock.append(block)
            } else {
                firstBlock.append(nextBlock)
                known[identity] = nextBlock
                segments.append(Segment(content: content, hashed: hashed))
                nextBlock += ImageFormat.blocks(forBytes: hashed.size)
            }
        }
        guard nextBlock <= ImageFormat.maximumBlocks else { throw ImageToolError(.input, "the image is too large") }

        var table = BlockTable()
        table.append(
            Superblock(
                inodeCount: sized.inodeCount, entryCount: sized.entryCount, nameBytes: sized.nameBytes,
                blockCount: nextBlock
            ).encoded())
        table.append([UInt8](repeating: 0, count: 64))
        for (index, node) in tree.nodes.enumerated() {
            table.append(node.inode(firstBlock: firstBlock, hashes: hashes, linkOffset: linkOffsets[index]).encoded())
        }
        table.fillBlock()
        for entry in entries { table.append(entry.encoded()) }
        table.fillBlock()
        table.append(names.bytes)
        table.fillBlock()

        metadata = table.bytes
        self.segments = segments
        blockCount = nextBlock
        leafDigests = HashedContent(bytes: table.bytes).blockDigests + segments.flatMap(\.hashed.blockDigests)
    }
}

/// Names and link targets; equal ones are stored once.
private struct NameTable {
    private(set) var bytes: [UInt8] = []
    private var known: [[UInt8]: UInt32] = [:]

    mutating func offset(of name: [UInt8]) -> UInt32 {
        if let offset = known[name] { return offset }
        let offset = UInt32(truncatingIfNeeded: bytes.count)
        known[name] = offset
        bytes += name
        return offset
    }
}

private struct BlockTable {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ record: [UInt8]) { bytes += record }

    mutating func fillBlock() {
        let ragged = bytes.count % ImageFormat.blockSize
        if ragged != 0 { bytes += [UInt8](repeating: 0, count: ImageFormat.blockSize - ragged) }
    }
}

extension FlatNode {
    /// Linux `DT_*`, readdir(3).
    fileprivate var type: UInt8 {
        switch kind {
        case .directory: 4
        case .file: 8
        case .link: 10
        }
    }

    /// Everything belongs to root: ownership on the building machine says nothing about the image.
    fileprivate func inode(firstBlock: [UInt64], hashes: [HashedContent], linkOffset: UInt32) -> Inode {
        let time = ImageTime.current
        switch kind {
        case .directory(let children):
            // Entry N describes the node N + 1, so a directory's entries are its children's indices less one.
            return Inode(
                mode: Inode.Kind.directory.rawValue | mode, userID: 0, groupID: 0,
                linkCount: UInt32(2 + subdirectoryCount), size: 4096, modificationTime: time,
                start: UInt64(max(children.lowerBound, 1) - 1), entryCount: UInt32(children.count),
                parent: UInt32(parent + 1))
        case .file(let index):
            return Inode(
                mode: Inode.Kind.regular.rawValue | mode, userID: 0, groupID: 0, linkCount: 1,
                size: hashes[index].size, modificationTime: time, start: firstBlock[index])
        case .link(let target):
            return Inode(
                mode: Inode.Kind.symbolicLink.rawValue | 0o777, userID: 0, groupID: 0, linkCount: 1,
                size: UInt64(target.count), modificationTime: time, start: UInt64(linkOffset))
        }
    }
}
