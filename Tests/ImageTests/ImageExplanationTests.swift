// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Image

@Suite struct ImageExplanationTests {
    @Test func inspectionCountsWhatIsThere() async throws {
        let bench = try Workbench()
        let inspection = try ImageInspection(ofImageAt: try await bench.sampleImage())
        #expect(inspection.settings.name == "sample")
        #expect(inspection.signatureAlgorithm == "ed25519")
        #expect(inspection.imageBytes == UInt64(try bench.bytes("out.img").count))
        #expect(inspection.links == 4)
        #expect(inspection.fileBytes > 16_000)
        let data = try JSONEncoder().encode(inspection)
        #expect(try JSONDecoder().decode(ImageInspection.self, from: data) == inspection)
    }

    @Test func explanationHoldsEveryContribution() async throws {
        let bench = try Workbench()
        let explanation = try ImageExplanation(ofImageAt: try await bench.sampleImage())
        let names = explanation.contributions.map(\.name)
        for name in ["measurement", "kernel", "manifest", "manifest.name", "root", "signer"] {
            #expect(names.contains(name), "\(name)")
        }
        #expect(explanation.files.contains { $0.path == "/app/data.txt" && !$0.hash.isEmpty })
    }

    @Test func differencesAreToldInWords() async throws {
        let bench = try Workbench()
        try bench.write("a", "same size 1")
        try bench.write("b", "removed")
        try await bench.build("files: {a: /a, b: /b}\nargs: [x]", output: "old.img")
        try bench.write("a2", "same size 2")
        try bench.write("c", "added")
        try await bench.build("files: {a2: /a, c: /c}\nargs: [y]\nlimits: {processes: 5}", output: "new.img")
        let difference = try ImageDifference(from: bench.path("old.img"), to: bench.path("new.img"))
        let words = difference.changes.map { "\($0.part.rawValue) \($0.name): \($0.text)" }
        #expect(
            words == [
                "manifest args: was 'x', is 'y'",
                "manifest limits.processes: was none, is 5",
                "file /a: content differs, same size",
                "file /b: removed",
                "file /c: added",
            ])
        #expect(try ImageDifference(from: bench.path("old.img"), to: bench.path("old.img")).isSame)
    }

    @Test func anotherKernelOrKeyIsADifference() async throws {
        let bench = try Workbench()
        try await bench.build("name: x", output: "old.img")
        try bench.write("kernel", "new kernel")
        var builder = try bench.builder("name: x", output: "new.img")
        builder.key = SigningKey(generating: .p256)
        _ = try await builder.build()
        let difference = try ImageDifference(from: bench.path("old.img"), to: bench.path("new.img"))
        #expect(difference.changes.map(\.part) == [.kernel, .signer])
    }
}
