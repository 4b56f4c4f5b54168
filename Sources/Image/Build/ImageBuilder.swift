// SPDX-License-Identifier: Apache-2.0
// From manifest, kernel and key to an image file. Equal inputs give equal images, bit for bit, on any machine
// (with a P-256 key, whose signatures are random, all but the signature's 64 bytes).

internal import Formats
internal import Foundation

public struct ImageBuilder: Sendable {
    public var manifest: Manifest
    /// Path of the kernel executable the image is for.
    public var kernel: String
    /// Path of the agent executable, for an image with secrets.
    public var agent: String?
    /// Path of the shield executable, for an image with shielded ports.
    public var shield: String?
    public var key: SigningKey
    public var output: String
    public var parallelism = ProcessInfo.processInfo.activeProcessorCount
    /// Fetch packages that are not installed.
    public var mayDownload = true
    /// Called from any thread.
    public var progress: @Sendable (BuildProgress) -> Void = { _ in }
    /// Root of the Debian system that packages are taken from; empty for the host's own.
    public var packageRoot = ""

    public init(manifest: Manifest, kernel: String, key: SigningKey, output: String) {
        self.manifest = manifest
        self.kernel = kernel
        self.key = key
        self.output = output
    }

    public func build() async throws -> BuildResult {
        let cacheFolder = try makeCacheFolder()
        let kernelHash = try sha384(ofFile: kernel)
        progress(BuildProgress(phase: .resolving, completed: 0, total: 0))
        var warnings: [String] = []
        let (tree, packages) = try collect(cacheFolder, &warnings)
        let flat = try FlatTree(tree)

        var cache = HashCache(folder: cacheFolder)
        let hasher = ContentHasher(parallelism: parallelism, progress: progress)
        let hashes = try await hasher.hash(flat.contents, cache: &cache)
        cache.save()
        let layout = try RootLayout(flat, hashes)
        let merkle = MerkleTree(leafDigests: layout.leafDigests)
        let manifestBytes = try ImageManifest(settings: manifest.measuredSettings, packages: packages).encoded()
        guard manifestBytes.count <= ImageFormat.maximumManifestSize else {
            throw ImageToolError(.manifest, "the manifest is too large")
        }
        do throws(ImageError) {
            // The kernel must be able to read what rules the run.
            _ = try MeasuredSettings(decoding: manifestBytes)
        } catch {
            throw ImageToolError(.manifest, "a value in the manifest cannot be put into an image: \(error.text)")
        }
        let header = ImageHeader(manifestSize: UInt64(manifestBytes.count), rootBlockCount: layout.blockCount)
        let statement = MeasuredStatement(
            kernelHash: kernelHash, manifestHash: sha384(manifestBytes), rootHash: merkle.rootHash)
        let upToDate = isUpToDate(header, statement)
        if !upToDate {
            let writer = ImageWriter(
                header: header, manifest: manifestBytes, layout: layout, tree: merkle,
                signature: try key.sign(statement), progress: progress)
            try writer.write(to: output)
        }
        return BuildResult(
            identity: statement.identity(signedBy: key.publicKey), output: output, fileCount: flat.nodes.count,
            dataBytes: hashes.reduce(0) { $0 + $1.size },
            imageBytes: header.fileBlockCount * UInt64(ImageFormat.blockSize), packageCount: packages.count,
            reusedFiles: cache.reusedCount, wasUpToDate: upToDate, warnings: warnings)
    }

    /// Everything the root will hold, and the packages with their versions.
    private func collect(
        _ cacheFolder: String, _ warnings: inout [String]
    ) throws(ImageToolError) -> (FileTree, [String: String]) {
        let tree = FileTree()
        try tree.addSkeleton()
        var versions: [String: String] = [:]
        if !manifest.packages.isEmpty {
            let database = try PackageDatabase(root: packageRoot)
            let downloads = PackageDownload(folder: cacheFolder + "/packages")
            let closure = PackageClosure(
                database: database,
                download: mayDownload ? { (name) throws(ImageToolError) in try downloads.fetch(name) } : nil)
            let sources = try closure.resolve(
                manifest.packages + (manifest.includesEssential ? database.essentialPackages : []))
            let options = FileTree.PackageOptions(
                includesDocumentation: manifest.includesDocumentation,
                includesPythonBytecode: manifest.includesPythonBytecode)
            for (index, source) in sources.enumerated() {
                let missing = try tree.add(source, from: database, options)
                if let first = missing.first {
                    warnings.append(
                        "package \(source.package.name): \(missing.count) listed files are not on this machine, such as \(first)"
                    )
                }
                versions[source.package.name] = source.package.version
                progress(
                    BuildProgress(phase: .collecting, completed: UInt64(index + 1), total: UInt64(sources.count)))
            }
            try tree.addAlternatives(from: database)
        }
        for rule in manifest.files { try tree.add(rule, relativeTo: manifest.baseDirectory) }
        try tree.addMissingDefaults(hostname: manifest.settings.hostname)
        for mount in manifest.settings.mounts {
            try tree.addDirectoryIfMissing(mount.target)
        }
        for mount in manifest.settings.insecureHostMounts { try tree.addDirectoryIfMissing(mount.target) }
        try tree.addLibraryCache()
        if let entry = manifest.settings.entryPoint, !tree.contains(entry) {
            throw ImageToolError(.manifest, "the entry point \(entry) is not in the image")
        }
        if let secrets = manifest.secrets { try tree.add(secrets, agent: agent, for: manifest) }
        if let settings = manifest.shield { try tree.add(settings, shield: shield, for: manifest) }
        return (tree, versions)
    }

    private func makeCacheFolder() throws(ImageToolError) -> String {
        let parent = URL(fileURLWithPath: output).deletingLastPathComponent().path
        let folder = parent + "/.cloister-cache"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ImageToolError(.output, "cannot create \(folder)")
        }
        return folder
    }

    /// The output is this image already: same layout, same three hashes, signed validly by the same key.
    private func isUpToDate(_ header: ImageHeader, _ statement: MeasuredStatement) -> Bool {
        guard let existing = try? ImageFile(path: output), existing.header == header,
            let signature = try? existing.signatureBlock()
        else { return false }
        return signature.statement == statement && signature.isValid && signature.publicKey == key.publicKey.der
    }
}

extension FileTree {
    fileprivate func addDirectoryIfMissing(_ path: String) throws(ImageToolError) {
        if !contains(path) { try addDirectory(path, mode: 0o755, origin: "mounts") }
    }
}
