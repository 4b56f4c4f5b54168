// SPDX-License-Identifier: Apache-2.0
// Why an image, or one block of it, is refused.

public enum ImageError: Error, Sendable, Equatable {
    /// The file does not start with the magic of an image.
    case notAnImage
    case unsupportedVersion(UInt32)
    /// The header contradicts itself or the file's size.
    case badHeader
    /// The host did not deliver a block of the file (file block number).
    case unreadable(block: UInt64)
    /// The top of the tree does not hash to the expected root.
    case rootMismatch
    /// A node of the tree does not hash to what its parent says.
    case treeMismatch(level: Int, node: UInt64)
    /// A root block does not hash to what the tree says (number within the root).
    case blockMismatch(block: UInt64)
    /// A block or byte number beyond the root's end.
    case outOfBounds
    /// Verified metadata that no builder writes.
    case badSuperblock
    case badInode(UInt32)
    case badDirectory(UInt32)
    case notADirectory(UInt32)
    case badSignatureBlock
    /// Kernel hash, manifest hash and root hash of the signature block do not make the expected measurement.
    case measurementMismatch
    case signerMismatch
    /// The manifest does not hash to what was measured.
    case manifestMismatch
    /// A measured manifest that this kernel does not understand.
    case badManifest(byte: Int)
}
