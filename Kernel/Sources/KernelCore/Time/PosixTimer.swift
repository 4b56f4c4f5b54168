// SPDX-License-Identifier: Apache-2.0
//
// timer_create(2). At most one signal of a timer is pending; the timer goes on when that is taken, and what ran out meanwhile is
// the overrun count (timer_getoverrun(2)).

import LinuxABI
import Machine

public final class PosixTimer: ClockTimer {
    let number: Int32
    let event: SigEvent
    private let process: Process
    var lastOverrun: Int32 = 0

    init(_ number: Int32, _ clock: ProgramClock, _ event: SigEvent, _ process: Process) {
        self.number = number
        self.event = event
        self.process = process
        super.init(clock)
    }

    override var threads: Int { process.threads.count }

    override func expired() {
        if event.sigev_notify == Signal.SIGEV_NONE {
            _ = advance(atLeast: 1_000_000)
            return
        }
        let signal = event.sigev_signo
        let info = Siginfo.timer(signal: signal, timer: number, overrun: 0, value: event.sigev_value)
        var isPending = process.pending.hasTimer(signal, number)
        if event.sigev_notify & Signal.SIGEV_THREAD_ID != 0 {
            guard let target = kernel.processes.thread(event.sigev_tid), target.process === process else {
                disarm()
                return
            }
            isPending = target.pending.hasTimer(signal, number)
            if !isPending { Signals.send(info, signal, toThread: target) }
            isPending = target.pending.hasTimer(signal, number)
        } else {
            if !isPending { Signals.send(info, signal, to: process) }
            isPending = process.pending.hasTimer(signal, number)
        }
        // An ignored signal is never taken: the timer runs on by itself.
        if !isPending { _ = advance(atLeast: 1_000_000) }
    }

    /// Its signal was taken: the overrun count for the information.
    func taken() -> Int32 {
        let passed = max(advance(), 1) - 1
        lastOverrun = Int32(clamping: passed)
        return lastOverrun
    }

    func set(_ value: Int64, interval: Int64, isAbsolute: Bool) {
        lastOverrun = 0
        arm(value, interval: interval, isAbsolute: isAbsolute)
    }
}

extension Signals {
    /// Completes a timer's signal when it is taken.
    static func timed(_ info: Siginfo, _ process: Process) -> Siginfo {
        guard info.si_code == SignalCode.SI_TIMER else { return info }
        for timer in process.timers.posix where timer.number == info.si_timerid {
            return Siginfo.timer(signal: info.si_signo, timer: timer.number, overrun: timer.taken(), value: info.si_value)
        }
        return info
    }
}
