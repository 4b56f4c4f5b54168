// SPDX-License-Identifier: Apache-2.0
// The command with the real kernel. Without it these tests fail and say how to build it: a skipped one would be green.
import Foundation
import Launch
import Testing

@Suite(.serialized) struct EnclaveTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: try TestPaths.realKernel())
    }

    private func hostRoot(_ words: String..., input: String? = nil) throws -> CommandResult {
        try workshop.run(["run", "-q", "--insecure-host-root", "--"] + words, input: input)
    }

    @Test func dynamicProgramOfTheHostRuns() throws {
        let result = try hostRoot("/bin/echo", "hello")
        #expect(result.output == "hello\n", "\(result.errors)")
        #expect(result.code == 0)
    }

    @Test func exitCodesAndSignalsAreLinuxs() throws {
        #expect(try hostRoot("/bin/sh", "-c", "exit 42").code == 42)
        #expect(try hostRoot("/bin/sh", "-c", "kill -TERM $$").code == 143)
        #expect(try hostRoot("/nonexistent/program").code == 127)
        #expect(try hostRoot("/etc/passwd").code == 126)
        #expect(try hostRoot("/etc").code == 126)
        #expect(try hostRoot("/etc/passwd/x").code == 126)
        #expect(try hostRoot("no-such-program").code == 127)
    }

    @Test func missingWorkingDirectoryIsNotTakenForTheProgram() throws {
        let run = try workshop.run(["run", "-q", "--insecure-host-root", "--cwd", "/nowhere", "--", "/bin/true"])
        #expect(run.code == 125 && run.errors.contains("working directory /nowhere"), "\(run.errors)")
        #expect(try workshop.run(["start", "-q", "--insecure-host-root", "--name", "box"]).code == 0)
        let exec = try workshop.run(["exec", "--cwd", "/nowhere", "box", "--", "/bin/true"])
        #expect(exec.code == 125 && exec.errors.contains("working directory /nowhere"), "\(exec.errors)")
    }

    @Test func standardInputIsPassedOn() throws {
        #expect(try hostRoot("/usr/bin/tr", "a-z", "A-Z", input: "quiet\n").output == "QUIET\n")
    }

    @Test func pipelinesAndSubshellsWork() throws {
        let script = "for i in 3 1 2; do (echo $i); done | sort | tr '\\n' ' '; cat <<< end"
        let result = try hostRoot("/bin/bash", "-c", script)
        #expect(result.output == "1 2 3 end\n", "\(result.errors)")
    }

    @Test func imageRunsItsEntryPointAndOtherPrograms() throws {
        let image = try workshop.busyboxImage()
        let entry = try workshop.run(["run", "-q", image])
        #expect(entry.output == "from the entry point\n", "\(entry.errors)")
        let other = try workshop.run(
            ["run", "-q", "-e", "GREETING=hi", "--image", image, "--", "/bin/busybox", "sh", "-c"]
                + ["echo $GREETING $COLOUR"])
        #expect(other.output == "hi blue\n", "\(other.errors)")
        let refused = try workshop.run(["run", "-q", "-e", "COLOUR=red", image])
        #expect(refused.code == 125 && refused.errors.contains("COLOUR"))
    }

    @Test func statisticsCountSystemCalls() throws {
        let result = try workshop.run(["run", "-q", "--json", try workshop.busyboxImage()])
        let json = try JSON(parsing: Array((result.errorLines.last ?? "").utf8))
        let served = try #require(json["statistics"]?["syscalls"]?.whole, "\(result.errors)")
        let host = try #require(json["statistics"]?["host_calls"]?.whole)
        #expect(served > 0 && host >= 0)
        #expect(json["identity"]?["measurement"]?.text?.count == 96)
    }

    @Test func tamperedBlockOfAProgramNeverRuns() throws {
        let image = try workshop.busyboxImage()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: image))
        let magic = try #require(bytes.range(of: Data([0x7F, 0x45, 0x4C, 0x46])))
        bytes[magic.lowerBound + 64] ^= 1
        try bytes.write(to: URL(fileURLWithPath: image))
        let result = try workshop.run(["run", "-q", image])
        #expect(result.code != 0 && !result.output.contains("entry point"))
        let verified = try workshop.run(["verify", image])
        #expect(verified.code == 77 && verified.output.contains("/bin/busybox"), "\(verified.output)")
    }

    @Test func residentEnclaveServesExec() throws {
        let image = try workshop.busyboxImage()
        let started = try workshop.run(["start", "-q", "--name", "box", image])
        try #require(started.code == 0, "\(started.errors)")
        #expect(try workshop.run(["exec", "box", "--", "/bin/busybox", "echo", "hi"]).output == "hi\n")
        #expect(try workshop.run(["exec", "box", "--", "/bin/busybox", "sh", "-c", "exit 5"]).code == 5)
        #expect(try workshop.run(["exec", "box", "--", "/bin/busybox", "wc", "-c"], input: "12345").output == "5\n")
        #expect(try workshop.run(["exec", "box", "--", "/nonexistent"]).code == 127)
        #expect(try workshop.run(["exec", "box", "--", "nothing-of-this-name"]).code == 127)
        #expect(try workshop.run(["exec", "box", "--", "/etc/passwd"]).code == 126)
        #expect(try workshop.run(["exec", "box", "--", "/etc"]).code == 126)
        #expect(try workshop.run(["stop", "box"]).code == 0)
    }
}
