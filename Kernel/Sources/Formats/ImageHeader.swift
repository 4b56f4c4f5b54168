// SPDX-License-Identifier: Apache-2.0
// Block 0 of an image file: where the parts lie. Untrusted: see ImageFormat.swift.

public struct ImageHeader: Sendable, Equatable {
    /// "CLOISTRI"
    public static let magic: UInt64 = 0x4952_5453_494F_4C43

    public var manifestBlock: UInt64
    public var manifestSize: UInt64
    /// First file block of the root and how many blocks it has.
    public var rootBlock: UInt64
    public var rootBlockCount: UInt64
    public var treeBlock: UInt64
    public var signatureBlock: UInt64
    public var fileBlockCount: UInt64

    /// The only layout there is: each part follows the one before.
    public init(manifestSize: UInt64, rootBlockCount: UInt64) {
        self.manifestSize = manifestSize
        self.rootBlockCount = rootBlockCount
        manifestBlock = 1
        rootBlock = 1 &+ ImageFormat.blocks(forBytes: manifestSize)
        treeBlock = rootBlock &+ rootBlockCount
        signatureBlock = treeBlock &+ MerkleLayout(blockCount: rootBlockCount).nodeCount
        fileBlockCount = signatureBlock &+ 1
    }

    /// One block.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(Self.magic)
        writer.u32(ImageFormat.version)
        writer.u32(UInt32(ImageFormat.blockSize))
        for field in [
            manifestBlock, manifestSize, rootBlock, rootBlockCount, treeBlock, signatureBlock, fileBlockCount,
        ] {
            writer.u64(field)
        }
        writer.pad(to: ImageFormat.blockSize)
        return writer.bytes
    }

    public init(decoding block: [UInt8]) throws(ImageError) {
        guard block.count == ImageFormat.blockSize, block.u64(at: 0) == Self.magic else { throw .notAnImage }
        let version = block.u32(at: 8)
        guard version == ImageFormat.version else { throw .unsupportedVersion(version) }
        guard block.u32(at: 12) == UInt32(ImageFormat.blockSize) else { throw .badHeader }
        let manifestSize = block.u64(at: 24)
        let rootBlockCount = block.u64(at: 40)
        guard manifestSize > 0, manifestSize <= UInt64(ImageFormat.maximumManifestSize),
            rootBlockCount > 0, rootBlockCount <= ImageFormat.maximumBlocks
        else { throw .badHeader }
        self.init(manifestSize: manifestSize, rootBlockCount: rootBlockCount)
        // Every byte is determined by the two sizes, so any other difference is refused, padding included.
        guard encoded() == block else { throw .badHeader }
    }
}
