// SPDX-License-Identifier: Apache-2.0
// Linux signal numbers that the command relays, by name.

package enum Signals {
    package static let SIGHUP: Int32 = 1
    package static let SIGINT: Int32 = 2
    package static let SIGQUIT: Int32 = 3
    package static let SIGKILL: Int32 = 9
    package static let SIGUSR1: Int32 = 10
    package static let SIGUSR2: Int32 = 12
    package static let SIGTERM: Int32 = 15
    package static let SIGCONT: Int32 = 18
    package static let SIGTSTP: Int32 = 20
    package static let SIGWINCH: Int32 = 28

    /// Passed on to the program.
    static let relayed = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGTSTP, SIGCONT]

    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]

    /// "SIGTERM" for 15; the number where there is no name.
    package static func name(_ number: Int32) -> String {
        let index = Int(number) - 1
        return names.indices.contains(index) ? "SIG" + names[index] : "\(number)"
    }
}
