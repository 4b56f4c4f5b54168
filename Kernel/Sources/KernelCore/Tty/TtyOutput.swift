// SPDX-License-Identifier: Apache-2.0
//
// Output processing of a terminal (OPOST): newline and tab expansion, and the column, which erasing a tab needs.
// Follows do_output_char of Linux's drivers/tty/n_tty.c.

import LinuxABI

struct TtyOutput {
    /// The column of the cursor, and the one at which the line being edited began.
    private(set) var column = 0
    var lineStartColumn = 0

    private static let tabWidth = 8

    /// Appends `bytes` as the terminal shall see them.
    mutating func process(_ bytes: Span<UInt8>, _ termios: Termios, to output: inout [UInt8]) {
        for index in 0..<bytes.count {
            put(bytes[index], termios, to: &output)
        }
    }

    mutating func put(_ byte: UInt8, _ termios: Termios, to output: inout [UInt8]) {
        let flags = termios.c_oflag
        guard flags & Tty.OPOST != 0 else {
            output.append(byte)
            return
        }
        switch byte {
        case Ascii.newline:
            newline(flags, to: &output)
        case Ascii.carriageReturn:
            carriageReturn(flags, to: &output)
        case Ascii.tab:
            let width = TtyOutput.tabWidth - column % TtyOutput.tabWidth
            column += width
            if flags & Tty.TABDLY == Tty.XTABS {
                output.append(contentsOf: repeatElement(Ascii.space, count: width))
            } else {
                output.append(byte)
            }
        case Ascii.backspace:
            column = max(0, column - 1)
            output.append(byte)
        default:
            guard !Ascii.isControl(byte) else {
                output.append(byte)
                return
            }
            if !Ascii.isContinuation(byte, termios) { column += 1 }
            output.append(flags & Tty.OLCUC != 0 ? Ascii.uppercase(byte) : byte)
        }
    }

    /// A byte of echo. Linux marks operations in its echo buffer with 0xff, and so counts a column for that byte even
    /// without OPOST.
    mutating func putEcho(_ byte: UInt8, _ termios: Termios, to output: inout [UInt8]) {
        guard byte == 0xff else {
            put(byte, termios, to: &output)
            return
        }
        output.append(byte)
        column += 1
    }

    /// `^X` as echo writes it: two columns, never processed.
    mutating func putControl(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(Ascii.caret)
        output.append(byte ^ 0x40)
        column += 2
    }

    /// Moves back over a tab that began `width` columns after the line's start, or after the tab before it.
    mutating func eraseTab(width: Int, followsTab: Bool, to output: inout [UInt8]) {
        let start = followsTab ? width : width + lineStartColumn
        let steps = TtyOutput.tabWidth - start % TtyOutput.tabWidth
        output.append(contentsOf: repeatElement(Ascii.backspace, count: steps))
        column = max(0, column - steps)
    }

    mutating func markLineStart() { lineStartColumn = column }
    mutating func moveBack() { column = max(0, column - 1) }

    private mutating func newline(_ flags: UInt32, to output: inout [UInt8]) {
        if flags & Tty.ONLRET != 0 { column = 0 }
        if flags & Tty.ONLCR != 0 {
            column = 0
            output.append(Ascii.carriageReturn)
        }
        lineStartColumn = column
        output.append(Ascii.newline)
    }

    private mutating func carriageReturn(_ flags: UInt32, to output: inout [UInt8]) {
        if flags & Tty.ONOCR != 0 && column == 0 { return }
        if flags & Tty.OCRNL != 0 {
            if flags & Tty.ONLRET != 0 {
                column = 0
                lineStartColumn = 0
            }
            output.append(Ascii.newline)
            return
        }
        column = 0
        lineStartColumn = 0
        output.append(Ascii.carriageReturn)
    }
}

/// The few facts about characters that a terminal needs.
enum Ascii {
    static let backspace: UInt8 = 0x08
    static let tab: UInt8 = 0x09
    static let newline: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    static let space: UInt8 = 0x20
    static let slash: UInt8 = 0x2f
    static let backslash: UInt8 = 0x5c
    static let caret: UInt8 = 0x5e
    static let underscore: UInt8 = 0x5f

    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

    /// Letters of Latin-1 count, as in Linux: so a UTF-8 lead byte is part of a word.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case 0xc0...0xff: byte != 0xd7 && byte != 0xf7
        default: false
        }
    }

    static func isContinuation(_ byte: UInt8, _ termios: Termios) -> Bool {
        termios.c_iflag & Tty.IUTF8 != 0 && byte & 0xc0 == 0x80
    }

    static func uppercase(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x61...0x7a, 0xe0...0xf6, 0xf8...0xfe: byte - 0x20
        default: byte
        }
    }

    static func lowercase(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5a, 0xc0...0xd6, 0xd8...0xde: byte + 0x20
        default: byte
        }
    }
}
