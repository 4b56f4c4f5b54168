// SPDX-License-Identifier: Apache-2.0
// Checks blocks of the root against the tree, reading and checking only the nodes on the way.
//
// Verified nodes are kept (a bounded number, oldest out first), so a block usually costs one hash: its own.

/// Delivers 4 KiB blocks of the image file, as the host gives them.
public protocol FileBlocks {
    /// Exactly `ImageFormat.blockSize` bytes, or an error.
    func readFileBlock(_ number: UInt64) throws(ImageError) -> [UInt8]
}

public struct MerkleVerifier<Source: FileBlocks, Hash: SHA256Function> {
    public let source: Source
    public let header: ImageHeader
    public let layout: MerkleLayout
    private let hash: Hash
    private let topHash: Digest256
    private var cache: [UInt64: [UInt8]] = [:]
    private var order: [UInt64] = []
    private var nextVictim = 0
    private let cacheLimit: Int

    /// Reads the header and the top of the tree. `expectedRoot` comes from outside the file (the launcher's
    /// BootConfig, or a signature block that was checked).
    /// `cachedNodes` bounds the memory: 4 KiB each, one node serves 512 KiB of the root.
    public init(
        source: Source, hash: Hash, expectedRoot: Digest256, cachedNodes: Int = 256
    ) throws(ImageError) {
        let header = try ImageHeader(decoding: try source.readFileBlock(0))
        self.source = source
        self.hash = hash
        self.header = header
        layout = MerkleLayout(blockCount: header.rootBlockCount)
        cacheLimit = Swift.max(cachedNodes, layout.levels.count)

        let topNode = header.treeBlock &+ layout.nodeCount &- 1
        let top = try Self.checked(try source.readFileBlock(topNode), topNode)
        topHash = hash.hash(top)
        let preimage = ImageFormat.rootPreimage(topHash: topHash, blockCount: layout.blockCount)
        guard hash.hash(preimage) == expectedRoot else { throw .rootMismatch }
    }

    /// Reads block `number` of the root and checks it.
    public mutating func readBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        guard number < layout.blockCount else { throw .outOfBounds }
        let fileBlock = header.rootBlock &+ number
        let bytes = try Self.checked(try source.readFileBlock(fileBlock), fileBlock)
        try verify(digest: hash.hash(bytes), ofBlock: number)
        return bytes
    }

    /// Checks a block that the caller read and hashed by itself, for example in place in a page cache.
    public mutating func verify(digest: Digest256, ofBlock number: UInt64) throws(ImageError) {
        guard try expectedDigest(ofBlock: number) == digest else { throw .blockMismatch(block: number) }
    }

    /// What block `number` of the root must hash to.
    public mutating func expectedDigest(ofBlock number: UInt64) throws(ImageError) -> Digest256 {
        guard number < layout.blockCount else { throw .outOfBounds }
        let fanOut = UInt64(ImageFormat.fanOut)
        let node = try verifiedNode(level: 0, node: number / fanOut)
        guard let digest = Digest256(node, at: Int(number % fanOut) * Digest256.byteCount) else { throw .outOfBounds }
        return digest
    }

    /// A tree node whose hash its parent, or the root, confirms. Recursion depth is the tree's height, at most 5.
    private mutating func verifiedNode(level: Int, node: UInt64) throws(ImageError) -> [UInt8] {
        let key = layout.levels[level].firstNode &+ node
        if let known = cache[key] { return known }
        let fanOut = UInt64(ImageFormat.fanOut)
        let expected: Digest256
        if level == layout.levels.count - 1 {
            expected = topHash
        } else {
            let parent = try verifiedNode(level: level + 1, node: node / fanOut)
            guard let digest = Digest256(parent, at: Int(node % fanOut) * Digest256.byteCount) else {
                throw .outOfBounds
            }
            expected = digest
        }
        let fileBlock = header.treeBlock &+ key
        let bytes = try Self.checked(try source.readFileBlock(fileBlock), fileBlock)
        guard hash.hash(bytes) == expected else { throw .treeMismatch(level: level, node: node) }
        remember(bytes, key)
        return bytes
    }

    private mutating func remember(_ bytes: [UInt8], _ key: UInt64) {
        if order.count < cacheLimit {
            order.append(key)
        } else {
            cache[order[nextVictim]] = nil
            order[nextVictim] = key
            nextVictim = (nextVictim + 1) % cacheLimit
        }
        cache[key] = bytes
    }

    private static func checked(_ bytes: [UInt8], _ block: UInt64) throws(ImageError) -> [UInt8] {
        guard bytes.count == ImageFormat.blockSize else { throw .unreadable(block: block) }
        return bytes
    }
}
