// SPDX-License-Identifier: Apache-2.0

import Encodings
import Formats
import Foundation
import FuzzSupport
import Testing

@testable import Image

@Suite struct ImageVerificationTests {
    @Test(arguments: SigningKey.Kind.allCases) func intactImagesVerify(kind: SigningKey.Kind) async throws {
        let bench = try Workbench(kind: kind)
        let image = try await bench.sampleImage()
        let report = try ImageVerifier(image: image, kernel: bench.path("kernel")).verify()
        #expect(report.isGood)
        #expect(report.identity?.signer == Hex.encode(bench.key.publicKey.fingerprint.bytes))
        #expect(report.checkedBlocks == (try ImageFile(path: image).header.rootBlockCount))
    }

    @Test func eachTamperedPartIsNamed() async throws {
        let bench = try Workbench()
        let image = try await bench.sampleImage()
        let header = try ImageFile(path: image).header
        func names(_ block: UInt64, _ offset: Int = 20) throws -> [String] {
            try bench.findings(try bench.tampered(image, at: Int(block) * 4096 + offset)).map(\.name)
        }
        #expect(try names(0) == ["header"])
        #expect(try names(header.manifestBlock) == ["manifest"])
        #expect(try names(header.rootBlock) == ["root block 0"])
        #expect(try names(header.treeBlock - 1) == ["root block \(header.rootBlockCount - 1)"])
        #expect(try names(header.treeBlock) == ["root hash"])
        #expect(try names(header.signatureBlock, 0) == ["signature"])
        // A changed signature value, then changed signed hashes: kernel's at 12, manifest's at 60, root's at 108.
        #expect(try names(header.signatureBlock, 144 + 44 + 4 + 5) == ["signature"])
        #expect(try names(header.signatureBlock, 61) == ["signature", "manifest"])
        #expect(try names(header.signatureBlock, 109) == ["signature", "root hash"])
    }

    @Test func aBadBlockIsNamedWithItsFile() async throws {
        let bench = try Workbench()
        let image = try await bench.sampleImage()
        let header = try ImageFile(path: image).header
        // The sample's one large file starts with this text; find its block.
        let bytes = try bench.bytes("out.img")
        let needle = Array("0123456789abcde\n".utf8)
        let block = try #require(
            (header.rootBlock..<header.treeBlock).first { Array(bytes[Int($0) * 4096..<Int($0) * 4096 + 16]) == needle }
        )
        let findings = try bench.findings(try bench.tampered(image, at: Int(block) * 4096 + 100))
        #expect(findings == [.rootBlock(block - header.rootBlock, path: "/app/data.txt")])
    }

    @Test func aDamagedTreeNodeIsNamed() async throws {
        let bench = try Workbench()
        // Distinct blocks, more than one tree node.
        try bench.write("big", (0..<200_000).map { "\($0)" }.joined(separator: "\n"))
        try await bench.build("files: {big: /big}")
        let header = try ImageFile(path: bench.path("out.img")).header
        try #require(MerkleLayout(blockCount: header.rootBlockCount).levels.count == 2)
        let findings = try bench.findings(
            try bench.tampered(bench.path("out.img"), at: Int(header.treeBlock + 1) * 4096))
        #expect(findings == [.treeNode(level: 0, node: 1)])
    }

    @Test func anotherKernelSignerOrMeasurementIsNamed() async throws {
        let bench = try Workbench()
        let image = try await bench.sampleImage()
        try bench.write("other-kernel", "other")
        #expect(try bench.findings(image, kernel: bench.path("other-kernel")).map(\.name) == ["kernel"])
        let verifier = ImageVerifier(image: image, signer: "00", measurement: "11")
        #expect(try verifier.verify().findings.map(\.name) == ["signer", "measurement"])
        #expect(message { _ = try OpenedImage(path: image, kernel: bench.path("other-kernel")) }.contains("kernel"))
    }

    @Test func truncatedAndForeignFilesAreRefused() async throws {
        let bench = try Workbench()
        let image = try await bench.sampleImage()
        let bytes = try bench.bytes("out.img")
        for count in [0, 1, 4096, bytes.count - 4096, bytes.count - 1] {
            try Data(bytes.prefix(count)).write(to: URL(fileURLWithPath: bench.path("cut.img")))
            #expect(try bench.findings(bench.path("cut.img")).map(\.name) == ["header"])
        }
        #expect(try bench.findings(bench.path("kernel")).map(\.text).first?.contains("not a Cloister image") == true)
        #expect(throws: ImageToolError.self) { try bench.findings(image + ".missing") }
    }

    @Test func anyDamageIsFound() async throws {
        let bench = try Workbench()
        let image = try await bench.sampleImage()
        let good = try bench.bytes("out.img")
        let copy = bench.path("fuzz.img")
        var generator = SeededGenerator(seed: 21)
        let end = Date().addingTimeInterval(FuzzBudget.seconds)
        while Date() < end {
            let bytes = mutated(good, with: &generator)
            try Data(bytes).write(to: URL(fileURLWithPath: copy))
            let report = try ImageVerifier(image: copy, kernel: bench.path("kernel")).verify()
            #expect(report.isGood == (bytes == good))
        }
        #expect(try bench.findings(image) == [])
    }
}
