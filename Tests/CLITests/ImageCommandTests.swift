// SPDX-License-Identifier: Apache-2.0
// Images through the command, as far as no program of theirs has to run: the stand-in kernel stands for the real one.
import Foundation
import Launch
import Testing

@Suite(.serialized) struct ImageCommandTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
    }

    private func json(_ arguments: String...) throws -> JSON {
        let result = try workshop.run(arguments)
        return try JSON(parsing: Array(result.output.utf8))
    }

    @Test func sameInputsGiveTheSameMeasurement() throws {
        _ = try workshop.busyboxImage()
        let again = try json("build", "--json", "--key", "key.pem", "--output", "tools.img", ".")
        #expect(again["up_to_date"] == .bool(true))
        let elsewhere = try json("build", "--json", "--key", "key.pem", "--output", "second.img", ".")
        #expect(elsewhere["measurement"] == again["measurement"] && again["measurement"]?.text?.count == 96)
        #expect(try workshop.run(["explain", "tools.img", "second.img"]).code == 0)
    }

    @Test func imageRunsFromItsFolder() throws {
        _ = try workshop.busyboxImage()
        #expect(try workshop.run(["run", "-q", ".", "--", "exit", "3"]).code == 3)
        let shown = try workshop.run(["run", "-q", "-e", "GREETING=hi", "tools.img", "--", "show", "env", "cwd"])
        #expect(shown.output.contains("env=COLOUR=blue") && shown.output.contains("env=GREETING=hi"))
    }

    @Test func callerCannotChooseWhatTheManifestFixes() throws {
        let image = try workshop.busyboxImage()
        for variable in ["COLOUR=red", "LD_PRELOAD=/evil.so"] {
            let result = try workshop.run(["run", "-q", "-e", variable, image])
            #expect(result.code == 125 && result.errorLines.count == 1, "\(result.errors)")
        }
        let mount = try workshop.run(["run", "-q", "--mount", "/etc:/etc", image])
        #expect(mount.code == 125 && mount.errors.contains("the mounts /etc"))
    }

    @Test func differenceIsSaidInWords() throws {
        _ = try workshop.busyboxImage()
        let manifest = try String(contentsOfFile: workshop.folder + "/cloister.yaml", encoding: .utf8)
        try workshop.write(manifest.replacingOccurrences(of: "blue", with: "red"), to: "cloister.yaml")
        #expect(try workshop.run(["build", "--key", "key.pem", "--output", "other.img", "."]).code == 0)
        let result = try workshop.run(["explain", "tools.img", "other.img"])
        #expect(result.code == 1 && result.output.contains("was 'blue', is 'red'"), "\(result.output)")
    }

    @Test func misspeltKeyIsNamedWithTheRightOne() throws {
        try workshop.write("name: x\npakages: [bash]\n", to: "cloister.yaml")
        #expect(try workshop.run(["keys", "new", "key.pem"]).code == 0)
        let result = try workshop.run(["build", "--key", "key.pem", "."])
        #expect(
            result.code == 65 && result.errors.contains("did you mean 'packages'?") && result.errors.contains("line 2"))
    }

    @Test func verifyNamesAnUnexpectedSigner() throws {
        let image = try workshop.busyboxImage()
        #expect(try workshop.run(["verify", image, "--signer", "key.pub.pem"]).code == 0)
        #expect(try workshop.run(["keys", "new", "--kind", "p256", "stranger.pem"]).code == 0)
        let result = try workshop.run(["verify", image, "--signer", "stranger.pub.pem"])
        #expect(result.code == 77 && result.output.contains("signer: expected"), "\(result.output)")
        #expect(try json("inspect", "--json", image)["identity"] != nil)
    }

    @Test func tamperedImagesAreRefusedByName() throws {
        let image = try workshop.busyboxImage()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: image))
        func refusal(changing offset: Int) throws -> String {
            var changed = bytes
            changed[offset] ^= 1
            try changed.write(to: URL(fileURLWithPath: image))
            let result = try workshop.run(["run", "-q", image])
            #expect(result.code == 125, "byte \(offset)")
            return result.errors
        }
        #expect(try refusal(changing: 0).contains("header"))
        #expect(try refusal(changing: 4096 + 10).contains("manifest"))
        #expect(try refusal(changing: bytes.count - 4096 + 200).contains("signature"))
    }

    @Test func otherKernelIsRefusedByName() throws {
        let image = try workshop.busyboxImage()
        let copy = workshop.folder + "/kernel"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: TestPaths.standInKernel))
        bytes.append(0)
        let isCopied = FileManager.default.createFile(
            atPath: copy, contents: bytes, attributes: [.posixPermissions: 0o755])
        try #require(isCopied)
        let result = try workshop.run(["run", "-q", "--kernel", copy, image])
        #expect(result.code == 125 && result.errors.contains("kernel:"), "\(result.errors)")
    }
}
