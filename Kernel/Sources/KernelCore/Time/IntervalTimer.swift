// SPDX-License-Identifier: Apache-2.0
//
// alarm(2) and setitimer(2): one timer each for real, user and CPU time.

import LinuxABI
import Machine

public final class IntervalTimer: ClockTimer {
    private let signal: Int32
    /// The process lets go of its timers when it ends.
    private let process: Process

    init(_ which: Int, _ process: Process) {
        self.process = process
        switch which {
        case 1:
            signal = Signal.SIGVTALRM
            super.init(ProgramClock(process: process, kind: 1))
        case 2:
            signal = Signal.SIGPROF
            super.init(ProgramClock(process: process, kind: 2))
        default:
            signal = Signal.SIGALRM
            super.init(.monotonic)
        }
    }

    override var threads: Int { process.threads.count }

    override func expired() {
        Signals.send(signal, to: process)
        // A signal a tenth of a millisecond is more than any program can want.
        _ = advance(atLeast: 100_000)
    }

    /// The process's timer, made when first used.
    static func of(_ process: Process, _ which: Int) -> IntervalTimer {
        if let timer = process.timers.intervals[which] { return timer }
        let timer = IntervalTimer(which, process)
        process.timers.intervals[which] = timer
        return timer
    }
}
