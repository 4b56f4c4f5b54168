// SPDX-License-Identifier: Apache-2.0
// An image whose signature, manifest and tree top were checked: what a start and the listing commands work on.

public import Formats

public struct OpenedImage {
    public let identity: ImageIdentity
    public let manifest: ImageManifest
    /// The same manifest as the kernel reads it.
    public let settings: MeasuredSettings
    public let statement: MeasuredStatement
    public let measurement: [UInt8]
    public let signer: Digest256
    public let algorithm: String
    public let header: ImageHeader
    let root: VerifiedRoot

    /// Refuses an image whose header, signature, manifest or tree top is not as signed, naming what differs;
    /// with `kernel`, `signer` or `measurement`, also one that is not for them.
    public init(
        path: String, kernel: String? = nil, signer: String? = nil, measurement: String? = nil
    ) throws(ImageToolError) {
        var verifier = ImageVerifier(image: path, kernel: kernel, signer: signer, measurement: measurement)
        verifier.depth = .identity
        let report = try verifier.verify()
        guard report.isGood, let identity = report.identity else {
            let reasons = report.findings.map(\.text).joined(separator: "; ")
            throw Self.refusal(reasons, path)
        }
        do {
            let file = try ImageFile(path: path)
            let signature = try file.signatureBlock()
            statement = signature.statement
            self.measurement = signature.statement.measurement
            self.signer = signature.verifyingKey.fingerprint
            // The file could have been exchanged between the two openings.
            guard signature.isValid, signature.statement.identity(signedBy: signature.verifyingKey) == identity else {
                throw Self.refusal("it changed while it was opened", path)
            }
            let bytes = try file.manifestBytes()
            guard sha384(bytes) == signature.statement.manifestHash else {
                throw Self.refusal("it changed while it was opened", path)
            }
            manifest = try ImageManifest(decoding: bytes)
            settings = try MeasuredSettings(decoding: bytes)
            root = try VerifiedRoot(file, rootHash: signature.statement.rootHash)
            header = file.header
            algorithm = signature.algorithm == .ed25519 ? "ed25519" : "p256"
            self.identity = identity
        } catch let error as ImageToolError {
            throw error
        } catch let error as ImageError {
            throw Self.refusal(error.text, path)
        } catch {
            throw Self.refusal("it cannot be read", path)
        }
    }

    private static func refusal(_ reason: String, _ path: String) -> ImageToolError {
        ImageToolError(
            .image, "refused: \(reason)", at: "image \(path)",
            next: "build it again with cloister build, or see cloister verify \(path)")
    }

    func items() throws(ImageToolError) -> [RootItem] {
        do {
            return try ImageFileSystem(blocks: root).walk()
        } catch {
            throw ImageToolError(.image, error.text)
        }
    }

    /// The content of a regular file, for tools and tests.
    public func contents(of path: String) throws(ImageToolError) -> [UInt8]? {
        do {
            let system = try ImageFileSystem(blocks: root)
            var number = ImageFormat.rootInode
            for name in path.split(separator: "/") {
                guard let entry = try system.lookup(Array(name.utf8), in: number) else { return nil }
                number = entry.inode
            }
            let inode = try system.inode(number)
            guard inode.kind == .regular else { return nil }
            return try system.read(inode, at: 0, count: Int(inode.size))
        } catch {
            throw ImageToolError(.image, "\(path): \(error.text)")
        }
    }
}
