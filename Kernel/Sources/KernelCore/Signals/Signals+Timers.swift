// SPDX-License-Identifier: Apache-2.0
import LinuxABI
import Machine

extension Signals {
    /// Completes a timer's signal when it is taken.
    static func timed(_ info: Siginfo, _ process: Process) -> Siginfo { info }
}
