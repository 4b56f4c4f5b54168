// SPDX-License-Identifier: Apache-2.0
// Format errors in words.

internal import Formats

extension ImageError {
    var text: String {
        switch self {
        case .notAnImage: "not a Cloister image"
        case .unsupportedVersion(let version): "image format version \(version) is not known"
        case .badHeader: "the header is damaged"
        case .unreadable(let block): "file block \(block) cannot be read"
        case .rootMismatch: "the top of the hash tree differs from the signed root hash"
        case .treeMismatch(let level, let node): "node \(node) of level \(level) of the hash tree differs"
        case .blockMismatch(let block): "root block \(block) differs"
        case .outOfBounds: "metadata points outside the root"
        case .badSuperblock: "the root's superblock is invalid"
        case .badInode(let number): "inode \(number) is invalid"
        case .badDirectory(let number): "directory inode \(number) is invalid"
        case .notADirectory(let number): "inode \(number) is not a directory"
        case .badSignatureBlock: "the signature block is damaged"
        case .measurementMismatch: "the measurement differs"
        case .signerMismatch: "the signer differs"
        case .manifestMismatch: "the manifest differs from the measured one"
        case .badManifest(let byte): "the manifest is not understood at byte \(byte)"
        }
    }
}
