// SPDX-License-Identifier: Apache-2.0
// The user's terminal in raw mode. It is restored when this value goes, at exit, and on a fatal signal.
internal import CLaunch

package struct WindowSize: Equatable, Sendable {
    package let rows: UInt16
    package let columns: UInt16
}

package struct RawTerminal: ~Copyable {
    /// Makes the terminal behind `fd` raw.
    package init(_ fd: Int32) throws(LaunchError) {
        guard Self.isTerminal(fd) else {
            throw LaunchError(
                .usage, "-t needs a terminal", at: "standard input is none",
                next: "leave out -t, or run from a terminal")
        }
        _ = try System.check(claunch_terminal_raw(fd), "set raw mode", "terminal")
    }

    deinit {
        claunch_terminal_restore()
    }

    package static func isTerminal(_ fd: Int32) -> Bool { claunch_is_terminal(fd) == 1 }

    /// Nil when `fd` is no terminal.
    package static func windowSize(_ fd: Int32) -> WindowSize? {
        let packed = claunch_window_size(fd)
        guard packed >= 0 else { return nil }
        return WindowSize(rows: UInt16(truncatingIfNeeded: packed >> 16), columns: UInt16(truncatingIfNeeded: packed))
    }
}
