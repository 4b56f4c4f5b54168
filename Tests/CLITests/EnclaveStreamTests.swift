// SPDX-License-Identifier: Apache-2.0
// Standard streams of every kind: a program sees of them in an enclave what it sees natively.
import Foundation
import Testing

@Suite(.serialized) struct EnclaveStreamTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: try TestPaths.realKernel())
    }

    /// Writes what it finds to the file named by its argument.
    private static let probe = """
        import ctypes, fcntl, mmap, os, select, stat, struct, sys
        def attempt(call, *arguments):
            try:
                result = call(*arguments)
                return "ok" if result is None else result
            except (OSError, ValueError) as error:
                return getattr(error, "errno", "value")
        def unread(fd): return struct.unpack("i", fcntl.ioctl(fd, 0x541b, bytes(4)))[0]
        def events(fd):
            poll = select.poll(); poll.register(fd, 0x3ff)
            return poll.poll(0) and poll.poll(0)[0][1]
        def mapped(fd): return mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)[:5]
        lines = []
        for fd in range(3):
            say = lambda *words: lines.append(" ".join(str(word) for word in (fd,) + words))
            info = lambda: attempt(os.fstat, fd)
            kind = lambda: info() if isinstance(info(), int) else (stat.S_IFMT(info().st_mode), info().st_size, info().st_nlink, info().st_rdev)
            say("stat", kind())
            say("flags", attempt(fcntl.fcntl, fd, fcntl.F_GETFL), "poll", events(fd))
            say("position", attempt(os.lseek, fd, 0, 1), "unread", attempt(unread, fd))
            if fd == 0: say("read", attempt(os.read, 0, 2), attempt(os.pread, 0, 3, 1), "write", attempt(os.write, 0, b""), "map", attempt(mapped, 0))
            else: say("write", attempt(os.write, fd, b"xyz"), attempt(os.pwrite, fd, b"w", 1), "read", attempt(os.read, fd, 0))
            say("position", attempt(os.lseek, fd, 0, 1), "unread", attempt(unread, fd))
            if fd == 1: say("cut", attempt(os.ftruncate, 1, 2), attempt(os.fsync, 1))
            say("end", attempt(os.lseek, fd, 0, 2), kind(), "poll", events(fd))
        answer = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(answer, "\\n".join(lines).encode())
        """

    private static let driver = """
        fresh() { printf hello > in; printf 12345678 > out; printf 12345 > err; }
        here=$PWD
        fresh; eval "/usr/bin/python3 -SE probe.py $here/native $2"; cp out out.native
        fresh; eval "'$1' run -q --insecure-host-root --mount '$here:$here' -- /usr/bin/python3 -SE $here/probe.py $here/inside $2"
        diff -a native inside && cmp out out.native && test -s native && echo same
        """

    /// Nothing else may write to standard error here: the command names insecure options on it.
    @Test(arguments: [
        "< in > out 2>/dev/null", "< in >> out 2>/dev/null", "<> in 1<> out 2>/dev/null", "< /dev/null > /dev/null 2>/dev/null",
        "<&- > out 2>/dev/null", "< in >&- 2>/dev/null", "< in > out 2>&-", "<&- >&- 2>&-",
    ])
    func streamIsAsOutside(redirections: String) throws {
        try workshop.write(Self.probe, to: "probe.py")
        let result = try Workshop.spawn(
            "/bin/bash", ["-c", Self.driver, "bash", TestPaths.command, redirections], input: nil, in: workshop, [:])
        #expect(result.output == "same\n", "\(result.output) \(result.errors)")
    }

    @Test func socketAsStandardInputIsASocket() throws {
        let script = """
            import socket, subprocess, sys
            program = "import socket; s = socket.socket(fileno=0); print(s.family, s.type, s.recv(3), s.send(b'back'), flush=True)"
            def run(words):
                mine, theirs = socket.socketpair()
                mine.send(b"hello")
                done = subprocess.run(words + ["/usr/bin/python3", "-c", program], stdin=theirs, capture_output=True, text=True)
                return done.stdout, mine.recv(10)
            native = run([])
            inside = run([sys.argv[1], "run", "-q", "--insecure-host-root", "--"])
            print("same" if native == inside and native[1] == b"back" else (native, inside))
            """
        try workshop.write(script, to: "streams.py")
        let result = try Workshop.spawn("/usr/bin/python3", ["streams.py", TestPaths.command], input: nil, in: workshop, [:])
        #expect(result.output == "same\n", "\(result.output) \(result.errors)")
    }

    /// A terminal that nobody reads, and another process of the same enclave that must go on, by timers and by new processes.
    @Test func blockedTerminalStopsNobodyElse() throws {
        let script = """
            import fcntl, os, pty, sys, termios, time, subprocess
            command, here = sys.argv[1], os.getcwd()
            work = "sleep 0.5; for i in 1 2 3 4 5 6 7 8; do sleep 0.05; /bin/true; done; echo worked > %s/done" % here
            program = "(%s) & for i in 1 2 3 4 5; do head -c 1500 /dev/zero; sleep 0.02; done; cat /dev/zero" % work
            master, slave = os.openpty()
            child = subprocess.Popen(
                [command, "run", "-q", "-t", "--insecure-host-root", "--mount", here + ":" + here, "--", "/bin/bash", "-c", program],
                stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
            end = time.monotonic() + 30
            while not os.path.exists("done") and time.monotonic() < end: time.sleep(0.05)
            print(open("done").read().strip() if os.path.exists("done") else "stuck", flush=True)
            child.kill(); child.wait()
            """
        try workshop.write(script, to: "blocked.py")
        let result = try Workshop.spawn("/usr/bin/python3", ["blocked.py", TestPaths.command], input: nil, in: workshop, [:])
        #expect(result.output == "worked\n", "\(result.output) \(result.errors)")
    }
}
