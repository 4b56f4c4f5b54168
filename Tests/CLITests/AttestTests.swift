// SPDX-License-Identifier: Apache-2.0
// Evidence with the real kernel and the real service: from `cloister attest`, and from inside.
import Crypto
import Encodings
import Foundation
import Launch
import Testing

@Suite(.serialized) struct AttestTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: try TestPaths.realKernel())
    }

    private func json(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

    private func raw(_ words: [String]) throws -> [UInt8] {
        let file = workshop.folder + "/evidence.bin"
        let result = try workshop.run(["attest", "box", "--raw", "--output", file] + words)
        try #require(result.code == 0, "\(result.errors)")
        return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    private func hex(_ bytes: ArraySlice<UInt8>) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    @Test func evidenceStatesTheMeasurementThatInspectPrints() throws {
        let image = try workshop.busyboxImage()
        #expect(try workshop.run(["start", "-q", "--name", "box", image]).code == 0)
        let inspected = try json(try workshop.run(["inspect", "--json", image]).output)
        let measurement = try #require(inspected["identity"]?["measurement"]?.text)
        let quote = try raw(["--nonce", "00ff"])
        #expect(hex(quote[48 + 136..<48 + 184]) == measurement)
        #expect(hex(quote[48 + 520..<48 + 552]) == "00ff" + String(repeating: "00", count: 30))
        #expect(String(decoding: quote[48 + 552..<48 + 584], as: UTF8.self) == "outside asked for this, cloister")
        // TD attributes: no debug.
        #expect(quote[48 + 120] & 1 == 0)
        let sgx = try raw(["--format", "sgx", "--nonce", String(repeating: "ab", count: 32)])
        // MRENCLAVE, which is the hash of the measurement; CONFIGID: it was started without a program.
        let measured = try #require(Hex.decode(measurement))
        #expect(hex(sgx[48 + 64..<48 + 96]) == Hex.encode(SHA256.hash(data: measured)))
        #expect(hex(sgx[48 + 192..<48 + 256]) == String(repeating: "00", count: 64))
        #expect(hex(sgx[48 + 128..<48 + 160]) == inspected["identity"]?["signer"]?.text)
        #expect(hex(sgx[48 + 320..<48 + 384]) == String(repeating: "ab", count: 32) + Hex.encode("outside asked for this, cloister".utf8))

        let bundle = try json(try workshop.run(["attest", "box"]).output)
        #expect(bundle["__cmwc_t"]?.text == "tag:cloister,2026:evidence")
        #expect(bundle["evidence"]?.elements?.count == 3 && bundle["collateral"]?.elements?.count == 3)
    }

    /// From start to verdict, as a user would: only a policy that allows simulation lets it pass.
    @Test func verifyAcceptsItOnlyWhereSimulationIsAllowed() throws {
        let image = try workshop.busyboxImage()
        #expect(try workshop.run(["start", "-q", "--name", "box", image]).code == 0)
        #expect(try workshop.run(["attest", "box", "--nonce", "00ff", "--output", "evidence.bin"]).code == 0)
        let inspected = try json(try workshop.run(["inspect", "--json", image]).output)
        let measurement = try #require(inspected["identity"]?["measurement"]?.text)

        let signer = try #require(inspected["identity"]?["signer"]?.text)
        let strict = try workshop.run(["verify", "evidence.bin", "--nonce", "00ff", "--json"])
        #expect(strict.code == 77, "\(strict.errors)")
        let refused = try json(strict.output)
        #expect(refused["verdict"]?.text == "invalid")
        #expect(refused["reasons"]?.elements?.contains { $0["check"]?.text == "trusted-root" } == true, "\(strict.output)")

        try workshop.write(
            "policy: 1\nrules:\n  - {measurements: [\(measurement)], signers: [\(signer)], insecure_allow_simulation: true}\n", to: "policy.yaml")
        let lenient = try workshop.run(["verify", "evidence.bin", "--policy", "policy.yaml", "--nonce", "00ff", "--json"])
        #expect(lenient.code == 0, "\(lenient.errors)\(lenient.output)")
        let accepted = try json(lenient.output)
        #expect(accepted["verdict"]?.text == "valid" && accepted["status"]?.text == "UpToDate")
        #expect(accepted["claims"]?["measurement"]?.text == measurement)
        #expect(try workshop.run(["verify", "evidence.bin", "--policy", "policy.yaml", "--nonce", "00fe"]).code == 77)
    }

    @Test func theHostsRootIsNoIdentity() throws {
        #expect(try workshop.run(["start", "-q", "--insecure-host-root", "--name", "box"]).code == 0)
        let quote = try raw([])
        #expect(quote[48 + 136..<48 + 184].allSatisfy { $0 == 0 })
        #expect(quote[48 + 120] & 1 == 1, "not debug")
    }

    @Test func programsGetQuotesOfTheirOwnData() throws {
        let script = "printf abc > /dev/attestation/user_report_data && cat /dev/attestation/quote"
        let result = try Workshop.spawn(
            "/bin/bash",
            ["-c", #""$0" run -q --insecure-host-root -- sh -c '"# + script + "' | tail -c +369 | head -c 64 | od -An -v -tx1", TestPaths.command],
            input: nil, in: workshop, [:])
        #expect(result.output.filter { !$0.isWhitespace } == "616263" + String(repeating: "00", count: 61), "\(result.errors)")
    }

    @Test func withoutAPlatformThereIsNoEvidence() throws {
        let without = ["CLOISTER_PLATFORM": ""]
        #expect(try workshop.run(["start", "-q", "--insecure-host-root", "--name", "box"], environment: without).code == 0)
        let result = try workshop.run(["attest", "box"])
        #expect(result.code == 69 && result.errorLines.count == 1, "\(result.errors)")
        #expect(try workshop.run(["exec", "box", "--", "test", "-e", "/dev/attestation"]).code == 1)
    }

    /// A service that ends, and one that is none.
    @Test(arguments: ["/bin/false", "/nonexistent"]) func aServiceThatDoesNotServeIsAnError(service: String) throws {
        let broken = ["CLOISTER_PLATFORM": service]
        #expect(try workshop.run(["start", "-q", "--insecure-host-root", "--name", "box"], environment: broken).code == 0)
        let result = try workshop.run(["attest", "box"])
        #expect(result.code == 69 && result.errorLines.count == 1, "\(result.errors)")
        // The enclave lives, and its programs get an error number.
        let cat = try workshop.run(["exec", "box", "--", "cat", "/dev/attestation/quote"])
        #expect(cat.code == 1 && cat.errors.contains("Input/output error"), "\(cat.errors)")
        let run = try workshop.run(["run", "-q", "--insecure-host-root", "--", "cat", "/dev/attestation/quote"], environment: broken)
        #expect(run.code == 1 && run.errors.contains("Input/output error"), "\(run.errors)")
    }

    @Test(arguments: [
        ["--nonce", "0"], ["--nonce", "zz"], ["--nonce", String(repeating: "00", count: 33)],
        ["--report-data", String(repeating: "00", count: 64)], ["--format", "epid"],
    ]) func nonsenseIsRefusedBeforeAnythingIsAsked(words: [String]) throws {
        let result = try workshop.run(["attest", "box"] + words)
        #expect(result.code == 64 && result.errorLines.count == 1, "\(result.errors)")
    }

    @Test func binaryEvidenceIsNotWrittenToATerminal() throws {
        let result = try Workshop.spawn(
            "/usr/bin/script", ["-qec", "\(TestPaths.command) attest box --raw", "/dev/null"], input: nil, in: workshop, [:])
        #expect(result.code == 64 && result.output.contains("terminal"), "\(result.output)")
    }

    /// This machine is no confidential guest: saying so must be an error, not something else's evidence.
    @Test(
        .disabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/config/tsm"), "this machine has configfs-tsm"), arguments: ["tdx", "snp"])
    func anotherBackendIsNotReplacedByTheSimulation(_ backend: String) throws {
        for words in [["start", "--name", "box"], ["run"]] {
            let result = try workshop.run(words + ["--insecure-host-root", "--backend", backend, "--", "true"])
            #expect(
                result.code == (words[0] == "run" ? 125 : 69) && result.errors.contains("no confidential guest"), "\(result.code) \(result.errors)")
        }
        #expect(try json(try workshop.run(["ps", "--json"]).output).elements?.isEmpty == true)
    }

    @Test func processesThatComeAtOnceGetTheSamePlatform() throws {
        let platform = URL(fileURLWithPath: TestPaths.command).deletingLastPathComponent().path + "/cloister-platform"
        let script =
            #"for i in 1 2 3 4 5 6 7 8; do "$0" root > root.$i & done; wait; cat root.* | grep -c BEGIN; sort -u root.* | md5sum; sort -u root.1 | md5sum"#
        let result = try Workshop.spawn(
            "/bin/bash", ["-c", script, platform], input: nil, in: workshop, ["XDG_DATA_HOME": workshop.folder + "/data"])
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 3, "\(result.output)\(result.errors)")
        #expect(lines[0] == "8" && lines[1] == lines[2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.folder + "/data/cloister/platform") == ["machine.json"])
    }

    @Test func nobodyAnswersForAnUnknownEnclave() throws {
        #expect(try workshop.run(["attest", "box"]).code == 66)
    }
}
