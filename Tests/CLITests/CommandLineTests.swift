// SPDX-License-Identifier: Apache-2.0
// The command from outside, with the stand-in kernel: messages, exit codes, JSON.
import ArgumentParser
import Foundation
import Launch
import Testing

@testable import cloister

@Suite(.serialized) struct CommandLineTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
    }

    private static let hostRoot = ["run", "--insecure-host-root"]

    @Test func everyCommandsHelpHasAnExample() {
        for command in Cloister.configuration.subcommands + Keys.configuration.subcommands {
            #expect(Cloister.helpMessage(for: command).contains("Example"), "\(command)")
        }
    }

    private struct Failure: Sendable {
        let words: String
        let code: Int32
    }

    private static let failures = [
        Failure(words: "frob", code: 64),
        Failure(words: "run --frob", code: 125),
        Failure(words: "exec box bash -l", code: 125),
        Failure(words: "start --frob", code: 64),
        Failure(words: "run", code: 125),
        Failure(words: "run -- ls", code: 125),
        Failure(words: "run --insecure-host-root", code: 125),
        Failure(words: "run x.img --insecure-host-root -- ls", code: 125),
        Failure(words: "run x.img --insecure-host-loopback -- ls", code: 125),
        Failure(words: "run missing.img -- ls", code: 125),
        Failure(words: "exec nobody -- ls", code: 125),
        Failure(words: "stop nobody", code: 66),
        Failure(words: "stop", code: 64),
        Failure(words: "logs nobody", code: 66),
        Failure(words: "ps ../x", code: 64),
        Failure(words: "inspect missing.img", code: 66),
        Failure(words: "verify missing.img", code: 66),
        Failure(words: "explain missing.img", code: 66),
        Failure(words: "inspect .", code: 66),
        Failure(words: "verify /", code: 66),
        Failure(words: "explain .", code: 66),
        Failure(words: "run . -- ls", code: 125),
        Failure(words: "inspect /dev/null", code: 77),
        Failure(words: "keys show missing.pem", code: 66),
        Failure(words: "keys show /dev/null", code: 65),
        Failure(words: "keys new missing/key.pem", code: 73),
        Failure(words: "build missing.yaml", code: 66),
        Failure(words: "build .", code: 66),
        Failure(words: "new missing/folder", code: 66),
        Failure(words: "completion tcsh", code: 64),
        Failure(words: "gdb nobody", code: 66),
    ]

    @Test(arguments: failures.indices)
    func failuresAreOneLineWithADocumentedCode(index: Int) throws {
        let failure = Self.failures[index]
        let result = try workshop.run(failure.words.split(separator: " ").map(String.init))
        #expect(result.code == failure.code, "\(failure.words): \(result.errors)")
        #expect(result.errorLines.count == 1, "\(failure.words): \(result.errors)")
        #expect(result.errors.hasPrefix("cloister: error: "))
        #expect(result.errors.contains("; "), "no next step: \(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func optionOfAProgramWithoutDashesNamesTheDashes() throws {
        let result = try workshop.run(Self.hostRoot + ["bash", "--norc"])
        #expect(result.errors.contains("come after --"), "\(result.errors)")
    }

    @Test func exitCodeIsTheProgramsOwn() throws {
        #expect(try workshop.run(Self.hostRoot + ["--", "exit", "7"]).code == 7)
        #expect(try workshop.run(Self.hostRoot + ["--", "die", "15"]).code == 143)
    }

    @Test func startWarnsAboutTheBackendAndInsecureOptions() throws {
        let loud = try workshop.run(Self.hostRoot + ["--", "exit", "0"])
        #expect(loud.errorLines.count == 2)
        #expect(loud.errors.contains("sim gives no hardware protection"))
        let quiet = try workshop.run(Self.hostRoot + ["--quiet", "--", "exit", "0"])
        #expect(quiet.errorLines.count == 1 && quiet.errors.contains("insecure_host_root"))
    }

    @Test func quietIsRecorded() throws {
        let result = try workshop.run(Self.hostRoot + ["-q", "--json", "--", "statistics"])
        let json = try JSON(parsing: Array((result.errorLines.last ?? "").utf8))
        #expect(json["quiet"] == .bool(true))
        #expect(json["statistics"]?["syscalls"] == .integer(41))
        #expect(json["exit_code"] == .integer(0))
        #expect(json["insecure"] == .strings(["insecure_host_root"]))
    }

    @Test func optionsReachTheKernel() throws {
        let result = try workshop.run(
            Self.hostRoot + [
                "-e", "A=1", "-e", "A=2", "--env-pass", "FROM_CALLER", "--cwd", "/tmp", "--", "show", "argv", "env",
                "cwd",
            ], environment: ["FROM_CALLER": "yes", "SECRET": "no"])
        let lines = result.output.split(separator: "\n")
        #expect(lines.contains("env=A=2") && !lines.contains("env=A=1"))
        #expect(lines.contains("env=FROM_CALLER=yes") && lines.contains("cwd=/tmp"))
        #expect(!result.output.contains("SECRET"))
    }

    @Test func programGetsOnlyItsOwnDescriptors() throws {
        let alone = ["CLOISTER_PLATFORM": ""]
        #expect(try workshop.run(Self.hostRoot + ["--", "descriptors"], environment: alone).output == "0 1 2 3 4\n")
        // The way to the platform's service.
        #expect(try workshop.run(Self.hostRoot + ["--", "descriptors"]).output == "0 1 2 3 4 5\n")
    }

    @Test func colourIsForTerminalsOnly() throws {
        #expect(try !workshop.run(["frob"]).errors.contains("\u{1B}"))
    }

    @Test func residentEnclaveFromStartToStop() throws {
        #expect(try workshop.run(["start", "--insecure-host-root", "--name", "box"]).output == "box\n")
        #expect(try workshop.run(["exec", "box", "--", "echo", "hi", "there"]).output == "hi there\n")
        #expect(try workshop.run(["exec", "box", "--", "exit", "9"]).code == 9)
        #expect(try workshop.run(["logs", "box"]).output.contains("resident"))
        let list = try JSON(parsing: Array(try workshop.run(["ps", "--json"]).output.utf8))
        #expect(list.elements?.first?["name"] == .string("box"))
        #expect(try workshop.run(["ps", "box"]).output.contains("init"))
        #expect(try workshop.run(["stop", "box"]).code == 0)
        #expect(try workshop.run(["ps", "--json"]).output == "[]\n")
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionNamesEveryCommand(shell: String) throws {
        let script = try workshop.run(["completion", shell]).output
        for command in Cloister.configuration.subcommands {
            #expect(script.contains(command._commandName))
        }
    }

    @Test func keyIsNotOverwrittenAndAnotherNameIsNamed() throws {
        #expect(try workshop.run(["keys", "new", "key.pem"]).code == 0)
        let again = try workshop.run(["keys", "new", "key.pem"])
        #expect(again.code == 73 && again.errorLines.count == 1)
        #expect(again.errors.contains("key.pem;") && again.errors.contains("key-2.pem"), "\(again.errors)")
    }

    @Test func misspeltEnclaveIsNamedWithTheRightOne() throws {
        #expect(try workshop.run(["start", "-q", "--insecure-host-root", "--name", "tools"]).code == 0)
        let near = try workshop.run(["logs", "tool"])
        #expect(near.code == 66 && near.errors.contains("did you mean 'tools'?"), "\(near.errors)")
        let far = try workshop.run(["stop", "elsewhere"])
        #expect(far.code == 66 && !far.errors.contains("did you mean"), "\(far.errors)")
    }

    @Test func missingImageIsNamedWithWhatToDo() throws {
        for command in ["run", "inspect", "verify", "explain"] {
            let result = try workshop.run([command, "missing.img"])
            #expect(
                result.errors.contains("no such file, image missing.img; check the path"), "\(command): \(result.errors)")
        }
    }

    @Test func newFolderIsNotOverwritten() throws {
        #expect(try workshop.run(["new", "hello"]).code == 0)
        #expect(FileManager.default.fileExists(atPath: workshop.folder + "/hello/cloister.yaml"))
        #expect(try workshop.run(["new", "hello"]).code == 73)
        try workshop.write("mine", to: "file")
        #expect(try workshop.run(["new", "file"]).code == 73)
    }
}
