// SPDX-License-Identifier: Apache-2.0
//
// The line discipline beside the host's own: random input under random settings into a real pty and into ours; the
// echo and every read must be the same. Flow control is left out, since Linux looks ahead for it at times of its own.

import Glibc
import LinuxABI
import Testing

@testable import KernelCore

@Suite(.serialized) struct LineDisciplinePtyTests {
    private static let alphabet: [UInt8] =
        Array("ab_ .\tA\r\n\r\n".utf8) + [
            127, 127, 127, 21, 23, 22, 18, 4, 1, 5, 0x80, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xff, 0, 3, 26, 6, 7,
        ]
    private static let characters: [(Int, UInt8)] = [
        (TtyChar.VINTR, 3), (TtyChar.VQUIT, 28), (TtyChar.VERASE, 127), (TtyChar.VKILL, 21), (TtyChar.VEOF, 4),
        (TtyChar.VMIN, 1), (TtyChar.VSUSP, 26), (TtyChar.VREPRINT, 18), (TtyChar.VWERASE, 23), (TtyChar.VLNEXT, 22),
        (TtyChar.VEOL, 6), (TtyChar.VEOL2, 7),
    ]

    private func randomSettings(_ random: inout SplitMix) -> Termios {
        func some(_ flags: [UInt32], _ random: inout SplitMix) -> UInt32 {
            flags.reduce(0) { random.next() % 3 == 0 ? $0 : $0 | $1 }
        }
        var termios = Termios()
        termios.c_cflag = Tty.CS8 | Tty.CREAD | Tty.B38400
        termios.c_iflag = some([Tty.ICRNL, Tty.IUTF8], &random)
        if random.next() % 4 == 0 {
            termios.c_iflag |= some([Tty.INLCR, Tty.IGNCR, Tty.ISTRIP, Tty.IUCLC, Tty.PARMRK], &random)
        }
        termios.c_oflag = some([Tty.OPOST, Tty.ONLCR], &random)
        if random.next() % 4 == 0 {
            termios.c_oflag |= some([Tty.OCRNL, Tty.ONOCR, Tty.ONLRET, Tty.XTABS, Tty.OLCUC], &random)
        }
        let usual = [Tty.ECHO, Tty.ECHOE, Tty.ECHOK, Tty.ECHOCTL, Tty.ECHOKE, Tty.IEXTEN, Tty.ECHONL]
        termios.c_lflag = some(usual, &random) | Tty.NOFLSH
        if random.next() % 8 != 0 { termios.c_lflag |= Tty.ICANON }
        if random.next() % 3 != 0 { termios.c_lflag |= Tty.ISIG }
        if random.next() % 5 == 0 { termios.c_lflag |= Tty.ECHOPRT }
        for (index, byte) in LineDisciplinePtyTests.characters { termios.c_cc[index] = byte }
        return termios
    }

    @Test func behavesAsTheHostsTerminal() throws {
        var random = SplitMix(state: 0x977)
        for round in 0..<400 {
            let termios = randomSettings(&random)
            let count = 1 + Int(random.next() % 40)
            let alphabet = LineDisciplinePtyTests.alphabet
            let input = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            let readSize = [3, 7, 4096][Int(random.next() % 3)]

            var ours = LineDiscipline(termios: termios)
            let echo = ours.receive(input).echo
            var reads: [[UInt8]] = []
            while reads.count < 100, let bytes = ours.read(upTo: readSize) { reads.append(bytes) }

            let host = try #require(HostPty(termios))
            host.type(input)
            let hostEcho = host.echo(expecting: echo.count)
            let hostReads = host.reads(of: readSize)
            let flags =
                "i \(String(termios.c_iflag, radix: 8)) o \(String(termios.c_oflag, radix: 8)) "
                + "l \(String(termios.c_lflag, radix: 8))"
            #expect(hostEcho == echo, "round \(round): \(flags), input \(input)")
            #expect(hostReads == reads, "round \(round): \(flags), input \(input)")
            if hostEcho != echo || hostReads != reads { break }
        }
    }
}

/// A pty of the host, both ends non-blocking.
private final class HostPty {
    private let master: Int32
    private let slave: Int32

    init?(_ settings: Termios) {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        var lock: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN: unlockpt and ptsname are not in the module map.
        guard master >= 0, unsafe ioctl(master, UInt(0x4004_5431), &lock) == 0,
            unsafe ioctl(master, UInt(0x8004_5430), &number) == 0
        else { return nil }
        slave = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_NONBLOCK)
        guard slave >= 0 else { return nil }
        var raw = settings
        // TCSETS with the kernel's structure, which `Termios` is.
        guard unsafe ioctl(slave, UInt(0x5402), &raw) == 0 else { return nil }
    }

    deinit {
        close(slave)
        close(master)
    }

    func type(_ bytes: [UInt8]) { _ = unsafe write(master, bytes, bytes.count) }

    /// What comes back within a moment, and whatever surplus follows it.
    func echo(expecting count: Int) -> [UInt8] {
        var result: [UInt8] = []
        for _ in 0..<100 where result.count < count {
            result += step(master, 4096) ?? []
            if result.count < count { usleep(2000) }
        }
        usleep(4000)
        return result + (step(master, 4096) ?? [])
    }

    func reads(of size: Int) -> [[UInt8]] {
        var result: [[UInt8]] = []
        while result.count < 100, let bytes = step(slave, size) { result.append(bytes) }
        return result
    }

    private func step(_ descriptor: Int32, _ size: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: size)
        let count = unsafe read(descriptor, &buffer, size)
        return count < 0 ? nil : [UInt8](buffer.prefix(count))
    }
}
