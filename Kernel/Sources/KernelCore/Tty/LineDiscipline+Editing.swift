// SPDX-License-Identifier: Apache-2.0
//
// Erasing and echoing: what the user sees of the line being edited (eraser and echo_char of n_tty.c).

import LinuxABI

extension LineDiscipline {
    enum EraseUnit {
        case character
        case word
        case line
    }

    /// KILL: the whole line, erased on the screen only where the settings allow it.
    mutating func eraseLine(_ effects: inout Effects) {
        guard head != lineStart else { return }
        let erasesVisibly = has(local: Tty.ECHOK) && has(local: Tty.ECHOKE) && has(local: Tty.ECHOE)
        if has(local: Tty.ECHO) && erasesVisibly {
            erase(.line, &effects)
            return
        }
        buffer.removeLast(head - lineStart)
        guard has(local: Tty.ECHO) else { return }
        finishErasing(&effects)
        echo(termios.c_cc[TtyChar.VKILL], &effects)
        if has(local: Tty.ECHOK) { echoRaw(Ascii.newline, &effects) }
    }

    mutating func erase(_ unit: EraseUnit, _ effects: inout Effects) {
        guard head != lineStart else { return }
        var isInWord = false
        while head != lineStart {
            guard let length = lastCharacterLength() else { break }
            let first = buffer[buffer.count - length]
            if unit == .word {
                if Ascii.isAlphanumeric(first) || first == Ascii.underscore {
                    isInWord = true
                } else if isInWord {
                    break
                }
            }
            let trailing = (1..<length).map { buffer[buffer.count - length + $0] }
            buffer.removeLast(length)
            if has(local: Tty.ECHO) { echoErasure(of: first, trailing, unit, &effects) }
            if unit == .character { break }
        }
        if head == lineStart && has(local: Tty.ECHO) { finishErasing(&effects) }
    }

    /// Bytes of the last character of the line; nil when only its continuation bytes are there.
    private func lastCharacterLength() -> Int? {
        let available = head - lineStart
        for length in 1...available where !Ascii.isContinuation(buffer[buffer.count - length], termios) {
            return length
        }
        return nil
    }

    private mutating func echoErasure(
        of byte: UInt8, _ trailing: [UInt8], _ unit: EraseUnit, _ effects: inout Effects
    ) {
        if has(local: Tty.ECHOPRT) {
            if !isErasing {
                echoRaw(Ascii.backslash, &effects)
                isErasing = true
            }
            echo(byte, &effects)
            for byte in trailing {
                echoRaw(byte, &effects)
                output.moveBack()
            }
        } else if unit == .character && !has(local: Tty.ECHOE) {
            echo(termios.c_cc[TtyChar.VERASE], &effects)
        } else if byte == Ascii.tab {
            let (width, followsTab) = columnsBeforeTab()
            emit(&effects) { $0.eraseTab(width: width, followsTab: followsTab, to: &$1) }
        } else {
            let isControl = Ascii.isControl(byte)
            if isControl && has(local: Tty.ECHOCTL) { echoRubout(&effects) }
            if !isControl || has(local: Tty.ECHOCTL) { echoRubout(&effects) }
        }
    }

    private func columnsBeforeTab() -> (width: Int, followsTab: Bool) {
        var width = 0
        var index = buffer.count
        let first = buffer.count - (head - lineStart)
        while index > first {
            index -= 1
            let byte = buffer[index]
            if byte == Ascii.tab { return (width, true) }
            if Ascii.isControl(byte) {
                if has(local: Tty.ECHOCTL) { width += 2 }
            } else if !Ascii.isContinuation(byte, termios) {
                width += 1
            }
        }
        return (width, false)
    }

    private mutating func echoRubout(_ effects: inout Effects) {
        echoRaw(Ascii.backspace, &effects)
        echoRaw(Ascii.space, &effects)
        echoRaw(Ascii.backspace, &effects)
    }

    // MARK: echo

    /// A byte that is being added to the line.
    mutating func echoInput(_ byte: UInt8, _ effects: inout Effects) {
        if head == lineStart { output.markLineStart() }
        echo(byte, &effects)
    }

    /// A byte as the user shall see it, `^X` for a control character.
    mutating func echo(_ byte: UInt8, _ effects: inout Effects) {
        if has(local: Tty.ECHOCTL) && Ascii.isControl(byte) && byte != Ascii.tab {
            emit(&effects) { $0.putControl(byte, to: &$1) }
        } else {
            echoRaw(byte, &effects)
        }
    }

    mutating func echoRaw(_ byte: UInt8, _ effects: inout Effects) {
        let termios = termios
        emit(&effects) { $0.putEcho(byte, termios, to: &$1) }
    }

    /// `^` with the cursor put back on it: the next byte is taken literally.
    mutating func echoLiteralNext(_ effects: inout Effects) {
        guard has(local: Tty.ECHO) else { return }
        finishErasing(&effects)
        guard has(local: Tty.ECHOCTL) else { return }
        echoRaw(Ascii.caret, &effects)
        echoRaw(Ascii.backspace, &effects)
    }

    mutating func reprint(_ byte: UInt8, _ effects: inout Effects) {
        finishErasing(&effects)
        echo(byte, &effects)
        echoRaw(Ascii.newline, &effects)
        for index in (buffer.count - (head - lineStart))..<buffer.count {
            echo(buffer[index], &effects)
        }
    }

    /// Ends the `\...` of a printing terminal (ECHOPRT).
    mutating func finishErasing(_ effects: inout Effects) {
        guard isErasing else { return }
        echoRaw(Ascii.slash, &effects)
        isErasing = false
    }
}
