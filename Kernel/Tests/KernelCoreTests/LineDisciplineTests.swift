// SPDX-License-Identifier: Apache-2.0

import LinuxABI
import Testing

@testable import KernelCore

@Suite struct LineDisciplineTests {
    private static let usual: Termios = {
        var termios = Termios()
        termios.c_iflag = Tty.ICRNL | Tty.IXON
        termios.c_oflag = Tty.OPOST | Tty.ONLCR
        termios.c_lflag =
            Tty.ISIG | Tty.ICANON | Tty.ECHO | Tty.ECHOE | Tty.ECHOK | Tty.ECHOCTL | Tty.ECHOKE | Tty.IEXTEN
        let characters: [(Int, UInt8)] = [
            (TtyChar.VINTR, 3), (TtyChar.VQUIT, 28), (TtyChar.VERASE, 127), (TtyChar.VKILL, 21), (TtyChar.VEOF, 4),
            (TtyChar.VMIN, 1), (TtyChar.VSTART, 17), (TtyChar.VSTOP, 19), (TtyChar.VSUSP, 26), (TtyChar.VREPRINT, 18),
            (TtyChar.VDISCARD, 15), (TtyChar.VWERASE, 23), (TtyChar.VLNEXT, 22),
        ]
        for (index, byte) in characters { termios.c_cc[index] = byte }
        return termios
    }()

    private func terminal(_ change: (inout Termios) -> Void = { _ in }) -> LineDiscipline {
        var termios = LineDisciplineTests.usual
        change(&termios)
        return LineDiscipline(termios: termios)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        ("abc\r", "abc\n", "abc\r\n"),
        ("abx\u{7f}c\r", "abc\n", "abx\u{8} \u{8}c\r\n"),
        ("one two \u{17}2\r", "one 2\n", "one two \u{8} \u{8}\u{8} \u{8}\u{8} \u{8}\u{8} \u{8}2\r\n"),
        ("ab\u{15}c\r", "c\n", "ab\u{8} \u{8}\u{8} \u{8}c\r\n"),
        ("\u{1}\u{7f}x\r", "x\n", "^A\u{8} \u{8}\u{8} \u{8}x\r\n"),
        ("\u{16}\u{3}\r", "\u{3}\n", "^\u{8}^C\r\n"),
        ("ab\u{12}\r", "ab\n", "ab^R\r\nab\r\n"),
        ("a\t\u{7f}b\r", "ab\n", "a\t\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}b\r\n"),
        ("\u{7f}\u{15}\u{17}\r", "\n", "\r\n"),
    ])
    func editsAndEchoesALine(input: String, line: String, echo: String) {
        var tty = terminal()
        #expect(!tty.isReadable)
        let effects = tty.receive(bytes(input))
        #expect(effects.accepted == input.utf8.count)
        #expect(effects.echo == bytes(echo))
        #expect(tty.isReadable && tty.availableCount == line.utf8.count)
        #expect(tty.read(upTo: 4096) == bytes(line))
        #expect(tty.read(upTo: 4096) == nil)
    }

    @Test func erasesAWholeCharacterOfUTF8() {
        var tty = terminal { $0.c_iflag |= Tty.IUTF8 }
        #expect(tty.receive(bytes("aé€\u{7f}\u{7f}\r")).echo == bytes("aé€\u{8} \u{8}\u{8} \u{8}\r\n"))
        #expect(tty.read(upTo: 10) == bytes("a\n"))
    }

    @Test func killWithoutVisualEraseEchoesItself() {
        var tty = terminal { $0.c_lflag &= ~Tty.ECHOKE }
        #expect(tty.receive(bytes("ab\u{15}")).echo == bytes("ab^U\r\n"))
    }

    @Test func printsErasedCharactersOnAPrintingTerminal() {
        var tty = terminal { $0.c_lflag |= Tty.ECHOPRT }
        #expect(tty.receive(bytes("ab\u{7f}c\r")).echo == bytes("ab\\b/c\r\n"))
    }

    @Test func endOfFileEndsALineWithoutAByte() {
        var tty = terminal()
        #expect(tty.receive(bytes("ab\u{4}\u{4}cd\r")).echo == bytes("abcd\r\n"))
        #expect(tty.availableCount == 5)
        // The marker right behind an exactly filled buffer goes with it.
        #expect(tty.read(upTo: 1) == bytes("a"))
        #expect(tty.read(upTo: 1) == bytes("b"))
        #expect(tty.read(upTo: 10) == [])
        #expect(tty.read(upTo: 2) == bytes("cd"))
        #expect(tty.read(upTo: 2) == bytes("\n"))
    }

    @Test(arguments: [
        (UInt8(3), LineDiscipline.TerminalSignal.interrupt, "^C"), (28, .quit, "^\\"), (26, .suspend, "^Z"),
    ])
    func signalCharactersFlush(byte: UInt8, signal: LineDiscipline.TerminalSignal, echo: String) {
        var tty = terminal()
        _ = tty.receive(bytes("half"))
        let effects = tty.receive([byte])
        #expect(effects.signals == [signal] && effects.flushesOutput && effects.echo == bytes(echo))
        _ = tty.receive(bytes("x\r"))
        #expect(tty.read(upTo: 10) == bytes("x\n"))
    }

    @Test func noflshKeepsTheInput() {
        var tty = terminal { $0.c_lflag |= Tty.NOFLSH }
        let effects = tty.receive(bytes("a\u{3}b\r"))
        #expect(effects.signals == [.interrupt] && !effects.flushesOutput)
        #expect(tty.read(upTo: 10) == bytes("ab\n"))
    }

    @Test func stoppedOutputHoldsTheEcho() {
        var tty = terminal()
        #expect(tty.receive(bytes("a\u{13}bc")).echo == bytes("a") && tty.isStopped)
        #expect(tty.receive([17]).echo == bytes("bc") && !tty.isStopped)
        var any = terminal { $0.c_iflag |= Tty.IXANY }
        _ = any.receive([19])
        #expect(any.receive(bytes("x")).echo == bytes("x") && !any.isStopped)
    }

    @Test func mapsCarriageReturnsAndCase() {
        var mapped = terminal {
            $0.c_iflag = Tty.INLCR | Tty.IUCLC | Tty.ISTRIP
            $0.c_lflag = Tty.IEXTEN
        }
        _ = mapped.receive([0x41, 0x0a, 0xe1])
        #expect(mapped.read(upTo: 10) == [0x61, 0x0d, 0x61])
        var ignored = terminal { $0.c_iflag = Tty.IGNCR | Tty.ICRNL }
        _ = ignored.receive(bytes("a\r\n"))
        #expect(ignored.read(upTo: 10) == bytes("a\n"))
    }

    @Test func aLineIsCutAt4095BytesAndStillEnds() {
        var tty = terminal()
        let effects = tty.receive([UInt8](repeating: 0x61, count: 5000) + [0x0d])
        #expect(effects.accepted == 5001)
        let line = tty.read(upTo: 10_000)
        #expect(line?.count == 4096 && line?.last == 0x0a)
    }

    @Test func completeLinesAreNeverOverwritten() {
        var tty = terminal()
        _ = tty.receive(bytes("first\r"))
        let effects = tty.receive([UInt8](repeating: 0x61, count: 5000))
        #expect(effects.accepted == 4095 - 6 && !tty.hasRoom)
        #expect(tty.read(upTo: 100) == bytes("first\n"))
        #expect(tty.hasRoom)
    }

    @Test func rawModeDecidesByMinimumAndTime() {
        func wait(_ minimum: UInt8, _ time: UInt8, taken: Int, of requested: Int = 10) -> LineDiscipline.RawWait {
            terminal {
                $0.c_lflag = 0
                $0.c_cc[TtyChar.VMIN] = minimum
                $0.c_cc[TtyChar.VTIME] = time
            }.rawWait(requested: requested, taken: taken)
        }
        #expect(wait(1, 0, taken: 0) == .untilInput && wait(1, 0, taken: 1) == .finished)
        #expect(wait(5, 0, taken: 3) == .untilInput && wait(5, 0, taken: 3, of: 3) == .finished)
        #expect(wait(5, 2, taken: 0) == .untilInput && wait(5, 2, taken: 1) == .untilInputOr(deciseconds: 2))
        #expect(wait(0, 3, taken: 0) == .untilInputOr(deciseconds: 3) && wait(0, 3, taken: 1) == .finished)
        #expect(wait(0, 0, taken: 0) == .finished)
    }

    @Test func changingTheModeKeepsTheInput() {
        var tty = terminal()
        _ = tty.receive(bytes("done\rpart"))
        var raw = tty.termios
        raw.c_lflag &= ~Tty.ICANON
        _ = tty.setTermios(raw)
        #expect(tty.read(upTo: 6) == bytes("done\np"))
        _ = tty.setTermios(LineDisciplineTests.usual)
        #expect(tty.read(upTo: 10) == bytes("art"))
        #expect(tty.read(upTo: 10) == nil)
    }

    @Test(arguments: [
        (Tty.OPOST | Tty.ONLCR, "a\nb", "a\r\nb"), (Tty.ONLCR, "a\n", "a\n"), (Tty.OPOST | Tty.OCRNL, "a\r", "a\n"),
        (Tty.OPOST | Tty.ONOCR, "\ra\r", "a\r"), (Tty.OPOST | Tty.XTABS, "ab\tc", "ab      c"),
        (Tty.OPOST | Tty.OLCUC, "ab", "AB"),
    ])
    func processesOutput(flags: UInt32, text: String, expected: String) {
        var termios = Termios()
        termios.c_oflag = flags
        var output = TtyOutput()
        var written: [UInt8] = []
        output.process(bytes(text).span, termios, to: &written)
        #expect(written == bytes(expected))
    }

    @Test func randomInputNeverTrapsAndNeverGrows() {
        var random = SplitMix(state: 0x77E)
        var tty = terminal()
        for _ in 0..<20_000 {
            let count = Int(random.next() % 40)
            _ = tty.receive((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() % 160) })
            if random.next() % 3 == 0 { _ = tty.read(upTo: Int(random.next() % 100)) }
            if random.next() % 16 == 0 {
                var termios = LineDisciplineTests.usual
                termios.c_lflag = UInt32(truncatingIfNeeded: random.next()) & 0o177777
                termios.c_iflag = UInt32(truncatingIfNeeded: random.next()) & 0o77777
                _ = tty.setTermios(termios)
            }
            #expect(tty.buffer.count <= LineDiscipline.bufferSize && tty.lineStart >= tty.tail)
            #expect(tty.availableCount >= 0)
        }
    }
}
