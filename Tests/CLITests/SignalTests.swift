// SPDX-License-Identifier: Apache-2.0
// Signals and terminals, from the command to the (stand-in) kernel.
import Foundation
import Testing

@Suite(.serialized) struct SignalTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
    }

    private func shell(_ script: String) throws -> CommandResult {
        try Workshop.spawn(
            "/bin/bash", ["-c", script, "bash", TestPaths.command], input: nil, in: workshop, [:])
    }

    /// Starts the command in the background, waits until the program is ready, signals the command.
    private func signalled(_ signal: String, program: String) throws -> CommandResult {
        try shell(
            """
            "$1" run -q --insecure-host-root -- \(program) > out 2> err &
            pid=$!
            for _ in $(seq 200); do grep -q ready out && break; sleep 0.05; done
            for s in \(signal); do kill -s $s $pid; sleep 0.1; done
            wait $pid; code=$?
            cat out; exit $code
            """)
    }

    @Test(arguments: [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3), ("USR1", 10), ("USR2", 12)])
    func signalReachesTheProgram(name: String, number: Int) throws {
        let result = try signalled(name, program: "wait-signal")
        #expect(result.output == "ready\nsignal \(number)\n")
        #expect(result.code == 0)
    }

    @Test func thirdInterruptKillsADeafEnclave() throws {
        #expect(try signalled("INT INT INT", program: "deaf").code == 137)
    }

    @Test func enclaveDiesWithItsCommand() throws {
        let result = try shell(
            """
            "$1" run -q --insecure-host-root -- deaf > out 2> err &
            pid=$!
            for _ in $(seq 200); do grep -q ready out && break; sleep 0.05; done
            kernel=$(pgrep -P $pid)
            kill -KILL $pid; wait $pid 2>/dev/null
            for _ in $(seq 100); do [[ -d /proc/$kernel ]] || { echo gone; exit 0; }; sleep 0.05; done
            echo "still there: $kernel"
            """)
        #expect(result.output == "gone\n")
    }

    @Test func terminalIsRawMeanwhileAndRestoredAfter() throws {
        let script = """
            import fcntl, os, pty, select, struct, sys, termios
            size = lambda rows, columns: fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            master, slave = os.openpty()
            fd = master
            size(24, 80)
            before = termios.tcgetattr(slave)
            pid = os.fork()
            if pid == 0:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for number in range(3): os.dup2(slave, number)
                os.execv(sys.argv[1], [sys.argv[1], "run", "-q", "-it", "--insecure-host-root", "--", "terminal"])
            seen, resized, done = b"", False, False
            while not done:
                if select.select([master], [], [], 0.2)[0]: seen += os.read(master, 1000)
                elif os.waitpid(pid, os.WNOHANG)[0]: done = True
                if b"terminal 24x80" in seen and not resized:
                    resized = True
                    assert not termios.tcgetattr(slave)[3] & termios.ICANON, "not raw"
                    size(50, 132)
            assert b"window 50x132" in seen, seen
            assert termios.tcgetattr(slave) == before, "not restored"
            print("good")
            """
        try workshop.write(script, to: "terminal.py")
        let result = try Workshop.spawn(
            "/usr/bin/python3", ["terminal.py", TestPaths.command], input: nil, in: workshop, [:])
        #expect(result.output == "good\n", "\(result.errors)")
    }
}
