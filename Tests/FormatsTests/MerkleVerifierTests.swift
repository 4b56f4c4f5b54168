// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Testing

@testable import Formats

@Suite struct MerkleVerifierTests {
    private static let shapes: [(UInt64, [UInt64])] = [(1, [1]), (128, [1]), (129, [2, 1]), (16_385, [129, 2, 1])]

    @Test(arguments: shapes)
    func layoutHasOneNodeOnTop(blocks: UInt64, widths: [UInt64]) {
        let layout = MerkleLayout(blockCount: blocks)
        #expect(layout.levels.map(\.nodeCount) == widths)
        #expect(layout.nodeCount == widths.reduce(0, +))
    }

    @Test func everyBlockOfAnIntactRootVerifies() throws {
        let root = [UInt8](repeating: 7, count: 300 * ImageFormat.blockSize)
        let (file, rootHash) = sampleFile(root: root)
        var verifier = try MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: rootHash)
        for number in 0..<UInt64(300) { #expect(try verifier.readBlock(number).count == 4096) }
        #expect(throws: ImageError.outOfBounds) { try verifier.readBlock(300) }
    }

    @Test func verifiedNodesAreNotReadAgain() throws {
        let root = [UInt8](repeating: 7, count: 300 * ImageFormat.blockSize)
        let (file, rootHash) = sampleFile(root: root)
        var verifier = try MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: rootHash)
        _ = try verifier.readBlock(0)
        file.readCount = 0
        for number in 0..<UInt64(128) { _ = try verifier.readBlock(number) }
        #expect(file.readCount == 128)
    }

    @Test func aSmallCacheChangesNoResult() throws {
        let root = (0..<300).flatMap { [UInt8](repeating: UInt8($0 % 251), count: ImageFormat.blockSize) }
        let (file, rootHash) = sampleFile(root: root)
        var verifier = try MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: rootHash, cachedNodes: 1)
        for number in [UInt64(0), 299, 128, 0, 255, 256] {
            #expect(try verifier.readBlock(number).first == UInt8(number % 251))
        }
    }

    @Test func eachPartThatIsTamperedWithIsNamed() throws {
        let root = [UInt8](repeating: 7, count: 300 * ImageFormat.blockSize)
        let (file, rootHash) = sampleFile(root: root)
        let header = try ImageHeader(decoding: try file.readFileBlock(0))
        let good = file.bytes
        func flip(block: UInt64) {
            file.bytes = good
            file.bytes[Int(block) * ImageFormat.blockSize + 5] ^= 1
        }
        func read(_ number: UInt64) throws {
            var verifier = try MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: rootHash)
            _ = try verifier.readBlock(number)
        }
        flip(block: header.rootBlock + 200)
        #expect(throws: ImageError.blockMismatch(block: 200)) { try read(200) }
        #expect(throws: Never.self) { try read(199) }
        flip(block: header.treeBlock + 1)
        #expect(throws: ImageError.treeMismatch(level: 0, node: 1)) { try read(200) }
        flip(block: header.treeBlock + 3)
        #expect(throws: ImageError.rootMismatch) { try read(0) }
        flip(block: 0)
        #expect(throws: ImageError.notAnImage) { try read(0) }
        file.bytes = Array(good.prefix(100 * ImageFormat.blockSize))
        #expect(throws: ImageError.self) { try read(0) }
    }

    @Test func anotherRootHashIsRefused() throws {
        let (file, _) = sampleFile(root: sampleRoot())
        #expect(throws: ImageError.rootMismatch) {
            try MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: try digest(9))
        }
    }
}

@Suite struct ImageHeaderTests {
    @Test func headersSurviveARoundTrip() throws {
        let header = ImageHeader(manifestSize: 5000, rootBlockCount: 777)
        #expect(try ImageHeader(decoding: header.encoded()) == header)
        #expect(header.rootBlock == 3)
        #expect(header.treeBlock == 780)
        #expect(header.fileBlockCount == 780 + 8 + 1)
    }

    @Test func everyFlippedBitIsRefused() {
        let bytes = ImageHeader(manifestSize: 5000, rootBlockCount: 777).encoded()
        // A manifest size that needs as many blocks gives another valid header; the manifest's hash then differs.
        for index in bytes.indices where index != 24 && index != 25 {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(throws: ImageError.self) { try ImageHeader(decoding: damaged) }
        }
    }

    @Test func signatureBlocksSurviveARoundTripAndHaveOneEncoding() throws {
        let statement = MeasuredStatement(
            kernelHash: [UInt8](repeating: 1, count: 48), manifestHash: [UInt8](repeating: 2, count: 48),
            rootHash: try digest(3))
        let block = SignatureBlock(
            statement: statement, algorithm: .ed25519, publicKey: [1, 2, 3],
            signature: [UInt8](repeating: 9, count: 64))
        let bytes = block.encoded()
        #expect(bytes.count == ImageFormat.blockSize)
        #expect(try SignatureBlock(decoding: bytes) == block)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let damaged = mutated(bytes, with: &generator)
            if let decoded = try? SignatureBlock(decoding: damaged) { #expect(decoded.encoded() == damaged) }
        }
    }
}
