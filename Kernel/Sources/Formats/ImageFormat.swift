// SPDX-License-Identifier: Apache-2.0
// Constants of the image file, described in docs/image-format.md.
//
// File:  header | manifest | root (superblock, inodes, entries, names, data) | tree | signature
// The Merkle tree covers exactly the root, so nothing the kernel interprets comes from an unverified byte:
// the header only says where the root and the tree lie, and a wrong answer there fails verification.

public enum ImageFormat {
    public static let blockSize = 4096
    public static let version: UInt32 = 1
    public static let measurementSize = 48
    /// Hashes per tree node.
    public static let fanOut = blockSize / Digest256.byteCount
    /// 16 TiB; keeps every byte offset far from overflow.
    public static let maximumBlocks: UInt64 = 1 << 32
    public static let maximumManifestSize = 4 << 20
    public static let maximumNameLength = 255
    public static let maximumTargetLength = 4095
    public static let rootInode: UInt32 = 1

    static let inodeSize = 64
    static let entrySize = 16
    static let inodesPerBlock = UInt32(blockSize / inodeSize)
    static let entriesPerBlock = UInt32(blockSize / entrySize)

    /// Domain separation of the three hashes that make an identity.
    public static var rootDomain: [UInt8] { Array("cloister.image.root.v1\0".utf8) }
    public static var measurementDomain: [UInt8] { Array("cloister.measurement.v1\0".utf8) }
    public static var signatureDomain: [UInt8] { Array("cloister.image.signature.v1\0".utf8) }

    /// What is hashed (SHA-256) into the root hash: the tree's top and how many blocks it covers.
    public static func rootPreimage(topHash: Digest256, blockCount: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(rootDomain)
        writer.u64(blockCount)
        writer.raw(topHash.bytes)
        return writer.bytes
    }

    /// What is hashed (SHA-384) into the measurement. Hashes of kernel and manifest are SHA-384, of the root SHA-256.
    public static func measurementPreimage(
        kernelHash: [UInt8], manifestHash: [UInt8], rootHash: Digest256
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(measurementDomain)
        writer.string(kernelHash)
        writer.string(manifestHash)
        writer.string(rootHash.bytes)
        return writer.bytes
    }

    /// What the signing key signs.
    public static func signaturePreimage(measurement: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(signatureDomain)
        writer.string(measurement)
        return writer.bytes
    }

    /// Blocks needed for a number of bytes.
    public static func blocks(forBytes count: UInt64) -> UInt64 {
        count / UInt64(blockSize) + (count % UInt64(blockSize) == 0 ? 0 : 1)
    }
}
