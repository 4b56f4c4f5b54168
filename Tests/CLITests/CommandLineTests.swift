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

    @Test(arguments: [
        (["frob"], Int32(64)), (["run", "--frob"], 64), (["run"], 125), (["run", "--", "ls"], 125),
        (["run", "--insecure-host-root"], 125), (["run", "x.img", "--insecure-host-root", "--", "ls"], 125),
        (["run", "missing.img", "--", "ls"], 125), (["exec", "nobody", "--", "ls"], 125), (["stop", "nobody"], 66),
        (["stop"], 64), (["logs", "nobody"], 66), (["ps", "../x"], 64), (["inspect", "missing.img"], 77),
        (["keys", "show", "missing.pem"], 65), (["build", "missing.yaml"], 65), (["completion", "tcsh"], 64),
        (["gdb", "nobody"], 66),
    ])
    func failuresAreOneLineWithADocumentedCode(arguments: [String], code: Int32) throws {
        let result = try workshop.run(arguments)
        #expect(result.code == code, "\(result.errors)")
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(result.errors.hasPrefix("cloister: error: "))
        #expect(result.errors.contains("; "), "no next step: \(result.errors)")
        #expect(result.output.isEmpty)
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
                "-e", "A=1", "-e", "A=2", "--env-pass", "FROM_CALLER", "--cwd", "/tmp", "--", "show", "argv", "env", "cwd",
            ], environment: ["FROM_CALLER": "yes", "SECRET": "no"])
        let lines = result.output.split(separator: "\n")
        #expect(lines.contains("env=A=2") && !lines.contains("env=A=1"))
        #expect(lines.contains("env=FROM_CALLER=yes") && lines.contains("cwd=/tmp"))
        #expect(!result.output.contains("SECRET"))
    }

    @Test func programGetsOnlyItsOwnDescriptors() throws {
        #expect(try workshop.run(Self.hostRoot + ["--", "descriptors"]).output == "0 1 2 3 4\n")
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

    @Test func newFolderIsNotOverwritten() throws {
        #expect(try workshop.run(["new", "hello"]).code == 0)
        #expect(FileManager.default.fileExists(atPath: workshop.folder + "/hello/cloister.yaml"))
        #expect(try workshop.run(["new", "hello"]).code == 73)
    }
}
