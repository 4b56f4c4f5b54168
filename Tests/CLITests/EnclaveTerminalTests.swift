// SPDX-License-Identifier: Apache-2.0
// A person at a terminal: bash in an enclave, with line editing, job control and a window that changes its size.
import Foundation
import Testing

@Suite struct EnclaveTerminalTests {
    private static let script = """
        import fcntl, os, pty, select, struct, sys, termios, time
        resize = lambda rows, columns: fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.environ["TERM"] = "dumb"     # with any other, readline marks what it reads
        master, slave = os.openpty()
        resize(24, 80)
        before = termios.tcgetattr(slave)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in range(3): os.dup2(slave, number)
            words = [sys.argv[1], "run", "-q", "-it", "--insecure-host-root", "-e", "PS1=% ", "--", "bash", "--norc"]
            os.execv(sys.argv[1], words)
        seen = b""
        def until(text):
            global seen
            end = time.monotonic() + 20
            while text not in seen:
                assert time.monotonic() < end, (text, seen)
                if select.select([master], [], [], 0.2)[0]: seen += os.read(master, 4096)
            seen = seen[seen.index(text) + len(text):]
        def type(text): os.write(master, text)
        until(b"% ")
        type(b"echo wrong\\x15echo $((40+3))X\\x7f\\r")     # kill the line, rub out the last character
        until(b"\\n43\\r\\n"); until(b"% ")
        type(b"stty size\\r"); until(b"\\n24 80\\r\\n"); until(b"% ")
        resize(50, 132); time.sleep(0.3)
        type(b"stty size\\r"); until(b"\\n50 132\\r\\n"); until(b"% ")
        type(b"sleep 100\\r"); time.sleep(0.7); type(b"\\x1a"); until(b"Stopped"); until(b"% ")
        type(b"jobs\\r"); until(b"Stopped"); until(b"% ")
        type(b"fg\\r"); until(b"sleep 100"); time.sleep(0.5); type(b"\\x03"); until(b"% ")
        type(b"echo code=$?\\r"); until(b"\\ncode=130\\r\\n"); until(b"% ")
        type(b"exit 3\\r")
        end = time.monotonic() + 20
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done: break
            assert time.monotonic() < end, "does not end"
            if select.select([master], [], [], 0.1)[0]: os.read(master, 4096)
        assert os.waitstatus_to_exitcode(status) == 3, status
        assert termios.tcgetattr(slave) == before, "not restored"
        print("good")
        """

    @Test func bashOnATerminal() throws {
        let workshop = try Workshop(kernel: try TestPaths.realKernel())
        try workshop.write(Self.script, to: "terminal.py")
        let result = try Workshop.spawn(
            "/usr/bin/python3", ["terminal.py", TestPaths.command], input: nil, in: workshop, [:])
        #expect(result.output == "good\n", "\(result.errors)")
    }
}
