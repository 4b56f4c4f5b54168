// SPDX-License-Identifier: Apache-2.0
// Checks an image against its signature, and names each thing that differs.

internal import Encodings
internal import Formats
internal import Foundation

/// One thing that is not as it was signed, or not as it was expected.
public enum VerificationFinding: Sendable, Equatable {
    case header(String)
    case signatureBlock
    case signature
    case signer(expected: String, found: String)
    case measurement(expected: String, found: String)
    case kernel(path: String, expected: String, found: String)
    case manifest(expected: String, found: String)
    case rootHash
    case treeNode(level: Int, node: UInt64)
    /// `path` is the first file that has this block; nil for metadata.
    case rootBlock(UInt64, path: String?)
    case metadata(String)

    /// A short word for programs: what differs.
    public var name: String {
        switch self {
        case .header: "header"
        case .signatureBlock, .signature: "signature"
        case .signer: "signer"
        case .measurement: "measurement"
        case .kernel: "kernel"
        case .manifest: "manifest"
        case .rootHash: "root hash"
        case .treeNode: "hash tree"
        case .rootBlock(let number, _): "root block \(number)"
        case .metadata: "metadata"
        }
    }

    public var text: String {
        switch self {
        case .header(let reason): "header: \(reason)"
        case .signatureBlock: "signature: its block is damaged"
        case .signature: "signature: it does not fit the measurement and key in the image"
        case .signer(let expected, let found): "signer: expected \(expected), found \(found)"
        case .measurement(let expected, let found): "measurement: expected \(expected), found \(found)"
        case .kernel(let path, let expected, let found):
            "kernel: \(path) has hash \(found), the image was built for \(expected)"
        case .manifest(let expected, let found): "manifest: its hash is \(found), signed was \(expected)"
        case .rootHash: "root hash: the top of the hash tree is not what was signed"
        case .treeNode(let level, let node): "hash tree: node \(node) of level \(level) differs"
        case .rootBlock(let number, let path): "root block \(number) differs (\(path ?? "metadata"))"
        case .metadata(let reason): "metadata: \(reason)"
        }
    }
}

public struct VerificationReport: Sendable {
    /// Nil when even the signature block cannot be read.
    public var identity: ImageIdentity?
    public var findings: [VerificationFinding]
    public var checkedBlocks: UInt64

    public var isGood: Bool { findings.isEmpty && identity != nil }
}

public struct ImageVerifier: Sendable {
    public enum Depth: Sendable {
        /// Header, signature, manifest, kernel and the tree's top: what a start needs, in constant time. The kernel
        /// checks each root block when it reads it.
        case identity
        /// Every block as well.
        case everything
    }

    public var image: String
    /// The kernel executable that would run; nil skips its comparison.
    public var kernel: String?
    /// Expected identities, hexadecimal; nil accepts any.
    public var signer: String?
    public var measurement: String?
    public var depth = Depth.everything
    /// Stop listing bad blocks after this many.
    public var findingLimit = 100

    public init(image: String, kernel: String? = nil, signer: String? = nil, measurement: String? = nil) {
        self.image = image
        self.kernel = kernel
        self.signer = signer
        self.measurement = measurement
    }

    /// Throws only when the image or kernel cannot be read at all.
    public func verify() throws(ImageToolError) -> VerificationReport {
        try NamedFile.image.checkReadable(image)
        var report = VerificationReport(identity: nil, findings: [], checkedBlocks: 0)
        let file: ImageFile
        do {
            file = try ImageFile(path: image)
        } catch {
            report.findings.append(.header(error.message))
            return report
        }
        guard let signature = try? file.signatureBlock() else {
            report.findings.append(.signatureBlock)
            return report
        }
        let identity = signature.statement.identity(signedBy: signature.verifyingKey)
        report.identity = identity
        if !signature.isValid { report.findings.append(.signature) }
        if let signer, signer.lowercased() != identity.signer {
            report.findings.append(.signer(expected: signer, found: identity.signer))
        }
        if let measurement, measurement.lowercased() != identity.measurement {
            report.findings.append(.measurement(expected: measurement, found: identity.measurement))
        }
        try checkKernel(signature.statement, &report)
        checkManifest(file, signature.statement, &report)
        checkRoot(file, signature.statement.rootHash, &report)
        return report
    }

    private func checkKernel(
        _ statement: MeasuredStatement, _ report: inout VerificationReport
    ) throws(ImageToolError) {
        guard let kernel else { return }
        let found = try sha384(ofFile: kernel)
        guard found != statement.kernelHash else { return }
        report.findings.append(
            .kernel(path: kernel, expected: Hex.encode(statement.kernelHash), found: Hex.encode(found)))
    }

    private func checkManifest(
        _ file: ImageFile, _ statement: MeasuredStatement, _ report: inout VerificationReport
    ) {
        let bytes = (try? file.manifestBytes()) ?? []
        let found = sha384(bytes)
        if found != statement.manifestHash {
            report.findings.append(
                .manifest(expected: Hex.encode(statement.manifestHash), found: Hex.encode(found)))
        } else if !hasZeroPadding(file) {
            report.findings.append(.header("the padding behind the manifest is not zero"))
        }
    }

    private func hasZeroPadding(_ file: ImageFile) -> Bool {
        let used = Int(file.header.manifestSize % UInt64(ImageFormat.blockSize))
        guard used > 0, let last = try? file.readFileBlock(file.header.rootBlock - 1) else { return used == 0 }
        return last[used...].allSatisfy { $0 == 0 }
    }

    private func checkRoot(_ file: ImageFile, _ rootHash: Digest256, _ report: inout VerificationReport) {
        let root: VerifiedRoot
        do {
            root = try VerifiedRoot(file, rootHash: rootHash)
        } catch {
            report.findings.append(.rootHash)
            return
        }
        guard depth == .everything else { return }
        var badBlocks: [UInt64] = []
        for number in 0..<root.rootBlockCount {
            do {
                try root.check(number)
                report.checkedBlocks += 1
            } catch .treeMismatch(let level, let node) {
                let finding = VerificationFinding.treeNode(level: level, node: node)
                if !report.findings.contains(finding) { report.findings.append(finding) }
            } catch {
                badBlocks.append(number)
            }
            if badBlocks.count + report.findings.count >= findingLimit { break }
        }
        let items = (try? ImageFileSystem(blocks: root).walk()) ?? []
        for number in badBlocks {
            report.findings.append(.rootBlock(number, path: items.first { $0.holds(block: number) }?.path))
        }
        if badBlocks.isEmpty, report.findings.isEmpty, items.isEmpty {
            report.findings.append(.metadata("the root's tables are invalid"))
        }
    }
}

extension RootItem {
    fileprivate func holds(block: UInt64) -> Bool {
        guard inode.kind == .regular, inode.size > 0 else { return false }
        return block >= inode.start && block - inode.start < ImageFormat.blocks(forBytes: inode.size)
    }
}
