// SPDX-License-Identifier: Apache-2.0
//
// The line discipline of a terminal: what the keyboard side sends goes in, lines for the program come out, with the
// echo and the signals on the way. A value without locks, clocks or files: the terminal that owns it does what
// `Effects` says. Follows Linux's drivers/tty/n_tty.c, whose order of tests is kept; see termios(3).

import LinuxABI

struct LineDiscipline {
    /// What the owner has to do after input.
    struct Effects {
        /// Bytes of the input that were taken. Fewer than given: a reader must make room first.
        var accepted = 0
        /// Goes to the terminal's output side at once, not to be processed again.
        var echo: [UInt8] = []
        /// For the foreground process group, in this order.
        var signals: [TerminalSignal] = []
        /// Output that the other side has not read yet is dropped (a signal character without NOFLSH).
        var flushesOutput = false
    }

    enum TerminalSignal {
        case interrupt
        case quit
        case suspend
    }

    /// A line that a reader may have. The bytes up to `end` belong to it; behind an end-of-file character one more
    /// byte, its place holder, is dropped with it.
    struct LineEnd {
        var end: Int
        var isEndOfFile: Bool
    }

    static let bufferSize = 4096

    private(set) var termios: Termios
    var output = TtyOutput()
    /// Output is stopped (^S); the owner holds back writes.
    private(set) var isStopped = false

    // Positions count bytes since the start; the buffer holds those from `tail` to `head`. In canonical mode the line
    // being edited lies behind `lineStart`, which is the end of the last complete line.
    var buffer = RingBuffer(limit: LineDiscipline.bufferSize)
    var lines: [LineEnd] = []
    var tail = 0
    var lineStart = 0
    var head: Int { tail + buffer.count }

    private var isNextLiteral = false
    var isErasing = false
    private var heldEcho: [UInt8] = []

    init(termios: Termios) {
        self.termios = termios
    }

    // MARK: settings

    /// Applies new settings (TCSETS). What is buffered stays; on a change of ICANON it becomes one line, or raw bytes.
    mutating func setTermios(_ new: Termios) -> Effects {
        let old = termios
        termios = new
        var effects = Effects()
        if (old.c_lflag ^ new.c_lflag) & (Tty.ICANON | Tty.EXTPROC) != 0 {
            lines = []
            lineStart = tail
            if isCanonical && !buffer.isEmpty {
                lines = [LineEnd(end: head, isEndOfFile: false)]
                lineStart = head
            }
            isErasing = false
            isNextLiteral = false
        }
        if new.c_iflag & Tty.IXON == 0 && old.c_iflag & Tty.IXON != 0 { start(&effects) }
        return effects
    }

    var isCanonical: Bool { has(local: Tty.ICANON) }

    func has(local flag: UInt32) -> Bool { termios.c_lflag & flag != 0 }
    func has(input flag: UInt32) -> Bool { termios.c_iflag & flag != 0 }

    /// Whether `byte` is the control character at `index`; zero is never one, it disables.
    func isCharacter(_ byte: UInt8, _ index: Int) -> Bool { byte != 0 && termios.c_cc[index] == byte }

    // MARK: input

    /// Takes what the keyboard side sent.
    mutating func receive(_ bytes: Span<UInt8>) -> Effects {
        var effects = Effects()
        while effects.accepted < bytes.count && makeRoom() {
            receiveByte(bytes[effects.accepted], &effects)
            effects.accepted += 1
        }
        return effects
    }

    mutating func receive(_ bytes: [UInt8]) -> Effects { receive(bytes.span) }

    /// Whether one more byte can be taken. A line that is too long loses its last byte for it, so that its end still
    /// gets in, unless complete lines wait to be read.
    private mutating func makeRoom() -> Bool {
        let needed = has(input: Tty.PARMRK) ? 2 : 1
        if buffer.freeCount > needed { return true }
        guard isCanonical && lineStart == tail else { return false }
        if buffer.freeCount < needed { buffer.removeLast(needed - buffer.freeCount) }
        return true
    }

    private mutating func receiveByte(_ input: UInt8, _ effects: inout Effects) {
        var byte = input
        if has(input: Tty.ISTRIP) { byte &= 0x7f }
        if has(input: Tty.IUCLC) && has(local: Tty.IEXTEN) { byte = Ascii.lowercase(byte) }
        if isNextLiteral {
            isNextLiteral = false
            store(byte, &effects)
            return
        }
        if has(local: Tty.EXTPROC) {
            _ = buffer.append(byte)
            return
        }
        if receiveFlowControl(byte, &effects) || receiveSignal(byte, &effects) { return }
        if isStopped && has(input: Tty.IXON) && has(input: Tty.IXANY) { start(&effects) }
        let typed = byte
        if byte == Ascii.carriageReturn {
            if has(input: Tty.IGNCR) { return }
            if has(input: Tty.ICRNL) { byte = Ascii.newline }
        } else if byte == Ascii.newline && has(input: Tty.INLCR) {
            byte = Ascii.carriageReturn
        }
        if isCanonical && receiveEditing(byte, &effects) { return }
        // A newline that was typed echoes as `^J` in raw mode; one that ICRNL made echoes as itself.
        if byte == Ascii.newline && typed != byte {
            if has(local: Tty.ECHO) {
                finishErasing(&effects)
                echoRaw(byte, &effects)
            }
            _ = buffer.append(byte)
            return
        }
        store(byte, &effects)
    }

    private mutating func receiveFlowControl(_ byte: UInt8, _ effects: inout Effects) -> Bool {
        guard has(input: Tty.IXON) else { return false }
        if isCharacter(byte, TtyChar.VSTART) {
            start(&effects)
            return true
        }
        if isCharacter(byte, TtyChar.VSTOP) {
            stop()
            return true
        }
        return false
    }

    private mutating func receiveSignal(_ byte: UInt8, _ effects: inout Effects) -> Bool {
        guard has(local: Tty.ISIG) else { return false }
        let signal: TerminalSignal
        if isCharacter(byte, TtyChar.VINTR) {
            signal = .interrupt
        } else if isCharacter(byte, TtyChar.VQUIT) {
            signal = .quit
        } else if isCharacter(byte, TtyChar.VSUSP) {
            signal = .suspend
        } else {
            return false
        }
        if !has(local: Tty.NOFLSH) {
            flushInput()
            heldEcho = []
            effects.echo = []
            effects.flushesOutput = true
        }
        effects.signals.append(signal)
        if has(input: Tty.IXON) { start(&effects) }
        if has(local: Tty.ECHO) { echo(byte, &effects) }
        return true
    }

    /// The characters that only canonical mode knows; false when `byte` is none of them.
    private mutating func receiveEditing(_ byte: UInt8, _ effects: inout Effects) -> Bool {
        let isExtended = has(local: Tty.IEXTEN)
        if isCharacter(byte, TtyChar.VERASE) {
            erase(.character, &effects)
        } else if isCharacter(byte, TtyChar.VKILL) {
            eraseLine(&effects)
        } else if isExtended && isCharacter(byte, TtyChar.VWERASE) {
            erase(.word, &effects)
        } else if isExtended && isCharacter(byte, TtyChar.VLNEXT) {
            isNextLiteral = true
            echoLiteralNext(&effects)
        } else if isExtended && has(local: Tty.ECHO) && isCharacter(byte, TtyChar.VREPRINT) {
            reprint(byte, &effects)
        } else if byte == Ascii.newline {
            if has(local: Tty.ECHO) || has(local: Tty.ECHONL) { echoRaw(Ascii.newline, &effects) }
            endLine(byte, isEndOfFile: false)
        } else if isCharacter(byte, TtyChar.VEOF) {
            endLine(0, isEndOfFile: true)
        } else if isCharacter(byte, TtyChar.VEOL) || isExtended && isCharacter(byte, TtyChar.VEOL2) {
            if has(local: Tty.ECHO) { echoInput(byte, &effects) }
            endLine(byte, isEndOfFile: false)
        } else {
            return false
        }
        return true
    }

    private mutating func store(_ byte: UInt8, _ effects: inout Effects) {
        if has(local: Tty.ECHO) {
            finishErasing(&effects)
            echoInput(byte, &effects)
        }
        if byte == 0xff && has(input: Tty.PARMRK) { _ = buffer.append(byte) }
        _ = buffer.append(byte)
    }

    private mutating func endLine(_ byte: UInt8, isEndOfFile: Bool) {
        let end = isEndOfFile ? head : head + 1
        _ = buffer.append(byte)
        lines.append(LineEnd(end: end, isEndOfFile: isEndOfFile))
        lineStart = head
    }

    // MARK: flow

    /// Stops output: ^S or TCOOFF.
    mutating func stop() { isStopped = true }

    /// Starts output again (^Q or TCOON) and lets out the echo that was held back.
    mutating func start() -> Effects {
        var effects = Effects()
        start(&effects)
        return effects
    }

    private mutating func start(_ effects: inout Effects) {
        guard isStopped else { return }
        isStopped = false
        effects.echo.append(contentsOf: heldEcho)
        heldEcho = []
    }

    /// All echo goes through here: held back while output is stopped, up to a buffer's worth as in Linux.
    mutating func emit(_ effects: inout Effects, _ write: (inout TtyOutput, inout [UInt8]) -> Void) {
        if !isStopped {
            write(&output, &effects.echo)
        } else if heldEcho.count < LineDiscipline.bufferSize {
            write(&output, &heldEcho)
        }
    }

    /// Drops all input (TCIFLUSH).
    mutating func flushInput() {
        tail = head
        lineStart = tail
        buffer.removeAll()
        lines = []
        isErasing = false
        isNextLiteral = false
    }
}
