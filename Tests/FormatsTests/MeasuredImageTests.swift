// SPDX-License-Identifier: Apache-2.0
// The kernel's way from a measurement to the settings of an image, against files and launchers that lie.
import Crypto
import Testing

@testable import Formats

private struct Hash: SHA256Function, SHA384Function {
    func hash(_ bytes: [UInt8]) -> Digest256 { TestSHA256().hash(bytes) }
    func hash384(_ bytes: [UInt8]) -> [UInt8] { Array(SHA384.hash(data: bytes)) }
}

@Suite struct MeasuredImageTests {
    private static let key = [UInt8](repeating: 7, count: 44)
    private let file: MemoryFile
    private let reference: BootConfig.ImageReference

    /// The sample root under a real manifest, header and signature block; the signature's bytes are not looked at.
    init() throws {
        let root = sampleRoot()
        let sample = sampleFile(root: root)
        let manifest = text(MeasuredSettingsTests.manifest)
        let old = try ImageHeader(decoding: Array(sample.file.bytes.prefix(4096)))
        let header = ImageHeader(manifestSize: UInt64(manifest.count), rootBlockCount: old.rootBlockCount)
        let tree = sample.file.bytes[Int(old.treeBlock) * 4096..<Int(old.signatureBlock) * 4096]
        let statement = MeasuredStatement(
            kernelHash: [UInt8](repeating: 1, count: 48), manifestHash: Hash().hash384(manifest),
            rootHash: sample.rootHash)
        let signature = SignatureBlock(
            statement: statement, algorithm: .ed25519, publicKey: Self.key,
            signature: [UInt8](repeating: 9, count: 64))
        file = MemoryFile(header.encoded() + padded(manifest) + root + Array(tree) + signature.encoded())
        reference = BootConfig.ImageReference(
            descriptor: 5, rootHash: sample.rootHash, measurement: Hash().hash384(statement.measurementPreimage),
            signer: Hash().hash(Self.key))
    }

    private func settings(_ reference: BootConfig.ImageReference) throws -> MeasuredSettings {
        try MeasuredSettings(source: file, hash: Hash(), reference: reference)
    }

    @Test func measuredManifestIsRead() throws {
        #expect(try settings(reference) == MeasuredSettings(decoding: text(MeasuredSettingsTests.manifest)))
    }

    @Test func otherIdentityIsRefusedByItsName() throws {
        var lie = reference
        lie.rootHash = .zero
        #expect(throws: ImageError.rootMismatch) { try settings(lie) }
        lie = reference
        lie.measurement[47] ^= 1
        #expect(throws: ImageError.measurementMismatch) { try settings(lie) }
        lie.measurement = []
        #expect(throws: ImageError.measurementMismatch) { try settings(lie) }
        lie = reference
        lie.signer = .zero
        #expect(throws: ImageError.signerMismatch) { try settings(lie) }
    }

    /// The image of another one under the name of the first, part by part.
    @Test(arguments: [
        (0, 0, ImageError.notAnImage), (0, 32, .badHeader), (0, 24, .manifestMismatch), (1, 30, .manifestMismatch), (-1, 0, .badSignatureBlock),
        (-1, 20, .measurementMismatch), (-1, 70, .measurementMismatch), (-1, 110, .measurementMismatch),
        (-1, 150, .signerMismatch),
    ]) func changedByteIsRefusedByItsPart(block: Int, byte: Int, error: ImageError) throws {
        let first = block < 0 ? file.bytes.count - 4096 : block * 4096
        file.bytes[first + byte] ^= 1
        #expect(throws: error) { try settings(reference) }
    }

    @Test func manifestOfAnotherSizeIsRefused() throws {
        // A header that is sound in itself and moves the manifest's end.
        let header = try ImageHeader(decoding: Array(file.bytes.prefix(4096)))
        for size in [header.manifestSize - 1, header.manifestSize + 1] {
            let other = ImageHeader(manifestSize: size, rootBlockCount: header.rootBlockCount)
            file.bytes.replaceSubrange(0..<4096, with: other.encoded())
            #expect(throws: ImageError.manifestMismatch) { try settings(reference) }
        }
    }

    @Test func truncatedFileIsUnreadable() {
        file.bytes.removeLast(4096)
        #expect(throws: ImageError.self) { try settings(reference) }
    }
}
