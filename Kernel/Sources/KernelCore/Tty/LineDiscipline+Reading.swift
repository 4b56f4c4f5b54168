// SPDX-License-Identifier: Apache-2.0
//
// The program's side: reads by line or by VMIN and VTIME, readiness, and the count of FIONREAD.

import LinuxABI

extension LineDiscipline {
    /// Bytes for one step of read(2): nil when the caller must wait (for what `rawWait` says in raw mode), an empty
    /// array at end of file (a line of only VEOF).
    mutating func read(upTo maximum: Int) -> [UInt8]? {
        guard maximum > 0 else { return [] }
        guard isCanonical && !has(local: Tty.EXTPROC) else {
            if buffer.isEmpty { return nil }
            return take(min(maximum, buffer.count))
        }
        guard let line = lines.first else { return nil }
        let available = line.end - tail
        let bytes = take(min(maximum, available))
        if bytes.count < available { return bytes }
        lines.removeFirst()
        if line.isEndOfFile { _ = take(1) }
        return bytes
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        let bytes = buffer.read(upTo: count)
        tail += bytes.count
        lineStart = max(lineStart, tail)
        return bytes
    }

    /// How a raw read goes on.
    enum RawWait: Equatable {
        /// Return what there is, even nothing.
        case finished
        case untilInput
        /// Return what there is when no byte comes in this time.
        case untilInputOr(deciseconds: Int)
    }

    /// What a raw read of `requested` bytes does after it has `taken` some: termios(3), "Canonical and noncanonical
    /// mode".
    func rawWait(requested: Int, taken: Int) -> RawWait {
        let minimum = Int(termios.c_cc[TtyChar.VMIN])
        let time = Int(termios.c_cc[TtyChar.VTIME])
        if taken >= requested || taken > 0 && taken >= minimum { return .finished }
        if minimum == 0 {
            return time == 0 ? .finished : .untilInputOr(deciseconds: time)
        }
        return time > 0 && taken > 0 ? .untilInputOr(deciseconds: time) : .untilInput
    }

    /// Whether poll(2) reports input. Without VTIME a raw terminal is ready only at VMIN bytes, as in Linux.
    var isReadable: Bool {
        if isCanonical && !has(local: Tty.EXTPROC) { return !lines.isEmpty }
        let minimum = Int(termios.c_cc[TtyChar.VMIN])
        let needed = termios.c_cc[TtyChar.VTIME] == 0 && minimum > 0 ? minimum : 1
        return buffer.count >= needed
    }

    /// FIONREAD: in canonical mode the bytes of complete lines.
    var availableCount: Int {
        guard isCanonical && !has(local: Tty.EXTPROC) else { return buffer.count }
        return lineStart - tail - lines.reduce(0) { $0 + ($1.isEndOfFile ? 1 : 0) }
    }

    /// Whether the keyboard side may send at least one byte.
    var hasRoom: Bool { buffer.freeCount > 1 || isCanonical && lineStart == tail }
}
