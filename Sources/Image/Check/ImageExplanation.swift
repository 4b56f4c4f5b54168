// SPDX-License-Identifier: Apache-2.0
// What makes an image's measurement, piece by piece, for `cloister explain`.

internal import Encodings
internal import Formats

public struct ImageExplanation: Codable, Sendable, Equatable {
    public struct Contribution: Codable, Sendable, Equatable {
        public var name: String
        /// Hexadecimal; empty for a value that is itself part of a hashed contribution.
        public var hash: String
        public var text: String
    }

    public struct File: Codable, Sendable, Equatable {
        public var path: String
        /// As `ls -l` shows it: type and permissions.
        public var mode: String
        public var size: UInt64
        /// SHA-256 over the hashes of the file's blocks; empty for what has no content.
        public var hash: String
        public var target: String?
    }

    public var identity: ImageIdentity
    public var contributions: [Contribution]
    public var files: [File]

    public init(ofImageAt path: String) throws(ImageToolError) {
        let image = try OpenedImage(path: path)
        let statement = image.statement
        identity = image.identity
        files = try image.explainedFiles()
        contributions = [
            Contribution(
                name: "measurement", hash: identity.measurement,
                text: "SHA-384 over the kernel, manifest and root hash below"),
            Contribution(
                name: "kernel", hash: Hex.encode(statement.kernelHash), text: "SHA-384 of the kernel executable"),
            Contribution(
                name: "manifest", hash: Hex.encode(statement.manifestHash),
                text: "SHA-384 of the \(image.header.manifestSize) manifest bytes, whose values follow"),
        ]
        contributions += image.manifest.facts().map {
            Contribution(name: "manifest." + $0.key, hash: "", text: $0.value)
        }
        contributions += try image.secrets()?.facts.map { Contribution(name: "secrets." + $0.key, hash: "", text: $0.value) } ?? []
        contributions += [
            Contribution(
                name: "root", hash: Hex.encode(statement.rootHash.bytes),
                text: "SHA-256 tree over \(image.header.rootBlockCount) blocks: \(files.count) names and their contents"
            ),
            Contribution(
                name: "signer", hash: identity.signer,
                text: "SHA-256 of the \(image.algorithm) public key; not part of the measurement"),
        ]
    }
}

extension OpenedImage {
    func explainedFiles() throws(ImageToolError) -> [ImageExplanation.File] {
        var files: [ImageExplanation.File] = []
        for item in try items() {
            var digests: [UInt8] = []
            if item.inode.kind == .regular {
                do {
                    for block in 0..<ImageFormat.blocks(forBytes: item.inode.size) {
                        digests += try root.expectedDigest(ofBlock: item.inode.start + block).bytes
                    }
                } catch {
                    throw ImageToolError(.image, "\(item.path): \(error.text)")
                }
            }
            files.append(
                ImageExplanation.File(
                    path: item.path, mode: item.inode.modeText,
                    size: item.inode.kind == .directory ? 0 : item.inode.size,
                    hash: item.inode.kind == .regular ? Hex.encode(sha256(digests).bytes) : "",
                    target: item.target))
        }
        return files
    }
}

extension Inode {
    /// `drwxr-xr-x`
    var modeText: String {
        let letter =
            switch kind {
            case .directory: "d"
            case .symbolicLink: "l"
            case .regular: "-"
            default: "?"
            }
        var text = letter
        for shift in [UInt32(6), 3, 0] {
            let bits = permissions >> shift
            text += bits & 4 != 0 ? "r" : "-"
            text += bits & 2 != 0 ? "w" : "-"
            let special = permissions & (shift == 6 ? 0o4000 : shift == 3 ? 0o2000 : 0o1000) != 0
            let (set, unset) = shift == 0 ? ("t", "T") : ("s", "S")
            text += special ? (bits & 1 != 0 ? set : unset) : (bits & 1 != 0 ? "x" : "-")
        }
        return text
    }
}
