// SPDX-License-Identifier: Apache-2.0
// Resident enclaves with the real kernel: what exec, ps, logs and stop show and pass on. Shell scripts get the command as $0.
import Foundation
import Launch
import Testing

@Suite(.serialized) struct ResidentEnclaveTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: try TestPaths.realKernel())
    }

    private func start(_ words: String...) throws {
        let started = try workshop.run(["start", "-q", "--insecure-host-root", "--name", "box"] + words)
        try #require(started.code == 0, "\(started.errors)")
    }

    private func shell(_ script: String) throws -> CommandResult {
        try Workshop.spawn(
            "/bin/bash", ["-c", script, TestPaths.command], input: nil, in: workshop, [:])
    }

    @Test func execHasTheEnclavesEnvironmentAndItsOwn() throws {
        try start("-e", "A=1", "-e", "B=2")
        let result = try workshop.run(["exec", "-e", "B=3", "-e", "C=4", "box", "--", "env"])
        let lines = result.output.split(separator: "\n")
        for line in ["A=1", "B=3", "C=4", "HOME=/root"] { #expect(lines.contains { $0 == line }, "\(result.output)") }
        #expect(lines.count { $0.hasPrefix("B=") } == 1 && lines.count { $0.hasPrefix("PATH=") } == 1)
    }

    @Test func bytesThatAreNoUTF8ReachTheProgram() throws {
        let words = #"-e A=$'\xfe' -- sh -c 'printf "%s" "$A$1"' x $'\xff'"#
        let run = try shell(#""$0" run -q --insecure-host-root -e B=$'\xfd' "# + words + " | od -An -tx1")
        #expect(run.output == " fe ff\n", "\(run.errors)")
        try start()
        #expect(try shell(#""$0" exec box "# + words + " | od -An -tx1").output == " fe ff\n")
        let passed = try shell(
            #"export A=$'\xfc'; "$0" run -q --insecure-host-root --env-pass A -- sh -c 'printf "%s" "$A"' | od -An -tx1"#)
        #expect(passed.output == " fc\n", "\(passed.errors)")
    }

    @Test func processesAreListedWithTheirFigures() throws {
        try start("--", "/bin/bash", "-c", "sleep 1000 & while :; do :; done")
        var rows: [JSON] = []
        // Until the child has become sleep and the loop has run for a millisecond, which the host counts.
        for _ in 0..<600 {
            rows = try JSON(parsing: Array(try workshop.run(["ps", "box", "--json"]).output.utf8)).elements ?? []
            let isSettled = rows.count == 2 && rows[1]["command"]?.text == "sleep 1000" && rows[1]["state"]?.text == "S"
            if isSettled, (rows[0]["cpu_ms"]?.whole ?? 0) > 0 { break }
            usleep(50_000)
        }
        try #require(rows.count == 2)
        let (loop, sleeper) = (rows[0], rows[1])
        #expect(loop["state"]?.text == "R" && sleeper["state"]?.text == "S")
        #expect((loop["cpu_ms"]?.whole ?? 0) > 0)
        for row in rows {
            #expect((row["rss_kb"]?.whole ?? 0) > 0)
            #expect(row["uid"]?.whole == 0 && row["threads"]?.whole == 1)
        }
        #expect(sleeper["ppid"] == loop["pid"] && sleeper["command"]?.text == "sleep 1000")
    }

    @Test func logsShowWhatTheMainProgramWrote() throws {
        try start("--", "/bin/sh", "-c", "echo out; echo err >&2; trap 'echo bye; exit' TERM; sleep 1000 & echo ready; wait")
        let script = #"""
            until "$0" logs box | grep -q ready; do sleep 0.1; done
            "$0" logs -f box > followed & reader=$!
            until grep -q ready followed; do sleep 0.1; done
            "$0" stop box > /dev/null
            wait $reader
            echo "$?"; cat followed
            """#
        #expect(try shell(script).output == "0\nout\nerr\nready\nbye\n")
    }

    @Test func severalClientsAtTheSameTimeKeepTheirStreamsAndCodes() throws {
        try start()
        let script = #"""
            for i in 1 2 3 4 5 6 7 8; do
                (echo "in $i" | "$0" exec box -- sh -c "read line; echo \$line; exit $i" > out.$i; echo "$?" >> out.$i) &
            done
            wait
            for i in 1 2 3 4 5 6 7 8; do tr '\n' ' ' < out.$i; done
            """#
        let expected = (1...8).map { "in \($0) \($0) " }.joined()
        #expect(try shell(script).output == expected)
    }

    @Test func terminalOfExecIsOneInside() throws {
        try start()
        let script = #"script -qec "'$0' exec -it box -- sh -c 'test -t 0 && test -t 1 && tty && exit 7'" /dev/null < /dev/null"#
        let result = try shell(script)
        #expect(result.code == 7 && result.output.contains("/dev/pts/"), "\(result.output)")
    }

    @Test func signalsReachTheProgramOfExec() throws {
        try start()
        let script = #"""
            "$0" exec box -- sh -c 'trap "echo got; exit 3" USR1; echo ready; while :; do sleep 0.1; done' > out & client=$!
            until grep -q ready out; do sleep 0.1; done
            kill -USR1 $client
            wait $client
            echo "$?"; cat out
            """#
        #expect(try shell(script).output == "3\nready\ngot\n")
    }

    @Test func programOfAClientThatIsKilledEnds() throws {
        try start()
        let script = #"""
            "$0" exec box -- sh -c 'echo ready; exec sleep 1000' > out & client=$!
            until grep -q ready out; do sleep 0.1; done
            kill -KILL $client
            while "$0" ps box | grep -q sleep; do sleep 0.1; done
            echo gone
            """#
        #expect(try shell(script).output == "gone\n")
    }

    @Test func graceTimeIsForTheProgramAndThenOver() throws {
        try start("--", "/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")
        #expect(try shell(#"until "$0" logs box | grep -q ready; do sleep 0.1; done"#).code == 0)
        #expect(try workshop.run(["stop", "--time", "1", "box"]).code == 0)
        #expect(try workshop.run(["ps", "--json"]).output == "[]\n")
    }

    @Test func imageIsListedByItsWholePath() throws {
        let image = try workshop.busyboxImage()
        #expect(try workshop.run(["start", "-q", "--name", "box", "tools.img"]).code == 0)
        let list = try JSON(parsing: Array(try workshop.run(["ps", "--json"]).output.utf8))
        #expect(list.elements?.first?["image"]?.text == image)
    }
}
