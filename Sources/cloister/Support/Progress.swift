// SPDX-License-Identifier: Apache-2.0
// One line of progress on standard error, only when a person looks at it; it is wiped before anything else is printed.
import Image
import Launch
import Synchronization

final class ProgressLine: Sendable {
    private struct State {
        var lastShown: Int64 = 0
        var isVisible = false
    }

    private static let intervalMicroseconds: Int64 = 80_000
    private let isEnabled: Bool
    private let state = Mutex(State())

    init(isEnabled: Bool = RawTerminal.isTerminal(2)) {
        self.isEnabled = isEnabled
    }

    /// Called from any thread.
    func show(_ progress: BuildProgress) {
        guard isEnabled else { return }
        state.withLock { state in
            let now = System.monotonicMicroseconds()
            guard now - state.lastShown >= Self.intervalMicroseconds else { return }
            state.lastShown = now
            state.isVisible = true
            Self.write("\r\u{1B}[K\(Self.text(progress))")
        }
    }

    func clear() {
        state.withLock { state in
            if state.isVisible { Self.write("\r\u{1B}[K") }
            state.isVisible = false
        }
    }

    static func text(_ progress: BuildProgress) -> String {
        guard progress.total > 0 else { return "\(progress.phase.rawValue) ..." }
        return "\(progress.phase.rawValue) \(progress.completed * 100 / progress.total) %"
    }

    private static func write(_ text: String) {
        try? System.write(Array(text.utf8), to: 2, name: "standard error")
    }
}
