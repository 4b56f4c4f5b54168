// SPDX-License-Identifier: Apache-2.0
// Every fact about an image, for `cloister inspect`.

internal import Encodings
internal import Formats

public struct ImageInspection: Codable, Sendable, Equatable {
    public var path: String
    public var formatVersion: UInt32
    public var identity: ImageIdentity
    public var signatureAlgorithm: String
    public var kernelHash: String
    public var manifestHash: String
    public var rootHash: String
    public var imageBytes: UInt64
    public var rootBlocks: UInt64
    public var directories: Int
    public var files: Int
    public var links: Int
    /// Sum of file sizes; equal contents are stored once, so the image may be smaller.
    public var fileBytes: UInt64
    public var packages: [String: String]
    public var settings: RuntimeSettings
    public var insecureOptions: [String]
    /// What the image asks a broker for.
    public var secrets: SecretSettings?

    public init(ofImageAt path: String) throws(ImageToolError) {
        let image = try OpenedImage(path: path)
        let items = try image.items()
        self.path = path
        formatVersion = ImageFormat.version
        identity = image.identity
        signatureAlgorithm = image.algorithm
        kernelHash = Hex.encode(image.statement.kernelHash)
        manifestHash = Hex.encode(image.statement.manifestHash)
        rootHash = Hex.encode(image.statement.rootHash.bytes)
        imageBytes = image.header.fileBlockCount * UInt64(ImageFormat.blockSize)
        rootBlocks = image.header.rootBlockCount
        directories = items.count { $0.inode.kind == .directory }
        files = items.count { $0.inode.kind == .regular }
        links = items.count { $0.inode.kind == .symbolicLink }
        fileBytes = items.filter { $0.inode.kind == .regular }.reduce(0) { $0 + $1.inode.size }
        packages = image.manifest.packages
        settings = image.manifest.settings
        insecureOptions = image.manifest.settings.insecureOptions
        secrets = try image.secrets()
    }
}
