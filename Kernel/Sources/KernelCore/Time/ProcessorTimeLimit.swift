// SPDX-License-Identifier: Apache-2.0
//
// RLIMIT_CPU (setrlimit(2)): SIGXCPU when the soft limit is used up and each second of processor time after it, for which the soft
// limit moves on, as in Linux; SIGKILL at the hard limit.

import LinuxABI
import Machine

final class ProcessorTimeLimit: KernelTimer {
    /// The process lets go of its timers when it ends.
    private let process: Process

    private init(_ process: Process) {
        self.process = process
        super.init()
    }

    /// To be called when the limits of a process were set or inherited.
    static func limitsChanged(_ process: Process) {
        guard process.limits.current(Resource.RLIMIT_CPU) != ResourceLimit.RLIM_INFINITY else {
            if let timer = process.timers.processorTime { kernel.timers.cancel(timer) }
            process.timers.processorTime = nil
            return
        }
        let timer = process.timers.processorTime ?? ProcessorTimeLimit(process)
        process.timers.processorTime = timer
        timer.fire()
    }

    override func fire() {
        guard process.state == .running, !process.isExiting else { return }
        var limit = process.limits[Resource.RLIMIT_CPU]
        guard limit.rlim_cur != ResourceLimit.RLIM_INFINITY else { return }
        let times = ProcTimes.of(process)
        let used = times.user &+ times.system
        let hard = ProcessorTimeLimit.nanoseconds(limit.rlim_max)
        if used >= hard {
            Signals.send(Signal.SIGKILL, to: process)
            return
        }
        if used >= ProcessorTimeLimit.nanoseconds(limit.rlim_cur) {
            Signals.send(Signal.SIGXCPU, to: process)
            limit.rlim_cur += 1
            process.limits[Resource.RLIMIT_CPU] = limit
        }
        let next = min(hard, ProcessorTimeLimit.nanoseconds(limit.rlim_cur))
        // Not more often than each millisecond; several threads use it up together.
        let left = max((next &- used) / Int64(max(process.threads.count, 1)), 1_000_000)
        kernel.timers.schedule(self, at: Time.sum(Machine.monotonicNanoseconds, left))
    }

    private static func nanoseconds(_ seconds: UInt64) -> Int64 {
        seconds > UInt64(Int64.max / Time.second) ? .max : Int64(seconds) * Time.second
    }
}
