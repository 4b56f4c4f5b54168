// SPDX-License-Identifier: Apache-2.0
// How enclaves end, and what is left of them, with the real kernel.
import Foundation
import Testing

@Suite(.serialized) struct EnclaveEndTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: try TestPaths.realKernel())
    }

    /// `program` runs in the background as `$pid`, its output in the file `out`; `then` goes on when it printed "ready".
    private func background(_ program: String, then: String) throws -> CommandResult {
        try Workshop.spawn(
            "/bin/bash",
            [
                "-c",
                """
                "$1" run -q --insecure-host-root -- \(program) > out 2> err &
                pid=$!
                for _ in $(seq 200); do grep -q ready out && break; sleep 0.05; done
                kernel=$(pgrep -P $pid)
                \(then)
                """, "bash", TestPaths.command,
            ], input: nil, in: workshop, [:])
    }

    private static let idle = "/bin/bash -c 'sleep 100 & echo ready; wait'"
    private static let waitForEnd = "for _ in $(seq 100); do [[ -d /proc/$kernel ]] || break; sleep 0.05; done"

    @Test func killedHostProcessEndsTheEnclave() throws {
        let result = try background(
            Self.idle,
            then: """
                one=$(pgrep -P $kernel | tail -n 1)
                kill -KILL $one
                wait $pid; code=$?
                cat err >&2
                for _ in $(seq 100); do pgrep -g $kernel > left || break; sleep 0.05; done
                cat left
                exit $code
                """)
        #expect(result.code == 71, "\(result.errors)")
        #expect(result.errors.contains("died outside the kernel's control"), "\(result.errors)")
        #expect(result.output.isEmpty, "host processes are left: \(result.output)")
    }

    @Test func enclaveDiesWithItsCommand() throws {
        let result = try background(
            Self.idle,
            then: """
                children=$(pgrep -P $kernel)
                kill -KILL $pid; wait $pid 2>/dev/null
                \(Self.waitForEnd)
                sleep 0.2
                for process in $kernel $children; do [[ -d /proc/$process ]] && echo "left: $process"; done
                echo "children: $(wc -w <<< "$children")"
                """)
        #expect(result.output == "children: 2\n" || result.output == "children: 3\n", "\(result.output)")
    }

    @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129), ("USR1", 138)])
    func signalEndsTheProgram(name: String, code: Int) throws {
        let result = try background(
            "/bin/sh -c 'echo ready; exec sleep 100'", then: "sleep 0.3; kill -s \(name) $pid; wait $pid")
        #expect(Int(result.code) == code, "\(result.errors)")
    }

    @Test func trapsOfAProgramSeeTheSignal() throws {
        let result = try background(
            "/bin/bash -c 'trap \"echo caught; exit 9\" TERM; echo ready; while :; do sleep 0.1; done'",
            then: "kill -TERM $pid; wait $pid; code=$?; cat out; exit $code")
        #expect(result.code == 9)
        #expect(result.output == "ready\ncaught\n")
    }

    @Test func missingKernelIsNoProgramsCode() throws {
        let lost = try Workshop(kernel: "/nonexistent/kernel")
        let result = try lost.run(["run", "-q", "--insecure-host-root", "--", "/bin/true"])
        #expect(result.code == 125 && result.errors.contains("make kernel"), "\(result.errors)")
    }

    @Test func traceNamesCallsArgumentsAndResults() throws {
        let result = try workshop.run(
            ["run", "-q", "--insecure-host-root", "--trace=log", "--", "/bin/cat", "/nonexistent-file"])
        #expect(result.code == 1)
        let log = try String(contentsOfFile: workshop.folder + "/log", encoding: .utf8)
        #expect(log.contains("openat(AT_FDCWD, \"/nonexistent-file\", O_RDONLY) = -1 ENOENT"), "\(log.suffix(1000))")
        #expect(log.contains("exit_group(1)"))
    }

    @Test func gdbSeesTheKernelsOwnFunctions() throws {
        try #require(FileManager.default.isExecutableFile(atPath: "/usr/bin/gdb"), "gdb is missing: make deps")
        let started = try workshop.run([
            "start", "-q", "--name", "box", "--insecure-host-root", "--", "/bin/sleep", "100",
        ])
        try #require(started.code == 0, "\(started.errors)")
        let result = try workshop.run(["gdb", "box", "--", "-batch", "-ex", "bt"])
        #expect(result.output.contains("Supervisor"), "\(result.output.suffix(1000)) \(result.errors.suffix(1000))")
        #expect(try workshop.run(["stop", "box"]).code == 0)
    }
}
