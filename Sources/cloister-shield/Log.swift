// SPDX-License-Identifier: Apache-2.0
// Lines on standard error. Peers choose how often something fails: there are at most a few lines a second.
import Synchronization

enum Log {
    private static let budget = Mutex<(second: Int64, lines: Int)>((0, 0))
    private static let limit = 10

    static func say(_ text: String) {
        let now = SystemFiles.now
        let lines = budget.withLock { budget in
            budget = budget.second == now ? (now, budget.lines + 1) : (now, 1)
            return budget.lines
        }
        if lines <= limit { SystemFiles.write("cloister-shield: \(text)\n") }
    }
}
