// SPDX-License-Identifier: Apache-2.0
//
// Conversions of time, and the clocks a program may name (clock_gettime(2)). A negative id names the CPU clock of a process or a
// thread, see clock_getcpuclockid(3).

import LinuxABI
import Machine

enum Time {
    static let second: Int64 = 1_000_000_000

    static func isValid(_ time: Timespec) -> Bool { time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < second }

    /// Nanoseconds of a valid time; the far future is the end of time.
    static func saturating(_ time: Timespec) -> Int64 {
        let (whole, overflow) = time.tv_sec.multipliedReportingOverflow(by: second)
        if overflow { return .max }
        let (sum, overflow2) = whole.addingReportingOverflow(time.tv_nsec)
        return overflow2 ? .max : sum
    }
    static func nanoseconds(_ time: Timespec) throws(Errno) -> Int64 {
        guard isValid(time) else { throw .EINVAL }
        return saturating(time)
    }
    static func nanoseconds(_ time: Timeval) throws(Errno) -> Int64 {
        guard time.tv_sec >= 0, time.tv_usec >= 0, time.tv_usec < 1_000_000 else { throw .EINVAL }
        return saturating(Timespec(tv_sec: time.tv_sec, tv_nsec: time.tv_usec * 1000))
    }
    static func timespec(_ nanoseconds: Int64) -> Timespec {
        let value = max(nanoseconds, 0)
        return Timespec(tv_sec: value / second, tv_nsec: value % second)
    }
    /// Rounded up, so that what is left is never told as nothing.
    static func timeval(_ nanoseconds: Int64) -> Timeval {
        let value = max(nanoseconds, 0)
        let micro = value / 1000 + (value % 1000 == 0 ? 0 : 1)
        return Timeval(tv_sec: micro / 1_000_000, tv_usec: micro % 1_000_000)
    }
    static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

/// A clock, resolved to what the host calls it.
struct ProgramClock {
    let id: Int32
    /// A clock of CPU time, which only polling can wait for.
    let isCPU: Bool

    private init(_ id: Int32, isCPU: Bool = false) {
        self.id = id
        self.isCPU = isCPU
    }

    static let monotonic = ProgramClock(ClockID.CLOCK_MONOTONIC)

    /// EINVAL for what names no clock.
    init(_ id: Int32, _ thread: Thread) throws(Errno) {
        switch id {
        case ClockID.CLOCK_REALTIME, ClockID.CLOCK_MONOTONIC, ClockID.CLOCK_MONOTONIC_RAW, ClockID.CLOCK_REALTIME_COARSE,
            ClockID.CLOCK_MONOTONIC_COARSE, ClockID.CLOCK_BOOTTIME, ClockID.CLOCK_TAI:
            self.init(id)
        case ClockID.CLOCK_REALTIME_ALARM: self.init(ClockID.CLOCK_REALTIME)
        case ClockID.CLOCK_BOOTTIME_ALARM: self.init(ClockID.CLOCK_BOOTTIME)
        case ClockID.CLOCK_PROCESS_CPUTIME_ID: self.init(process: thread.process, kind: 2)
        case ClockID.CLOCK_THREAD_CPUTIME_ID: self.init(thread: thread, kind: 2)
        default:
            guard id < 0, id & 3 != 3 else { throw .EINVAL }
            let pid = ~(id >> 3)
            if id & 4 != 0 {
                guard let target = pid == 0 ? thread : kernel.processes.thread(pid), target.process === thread.process else { throw .EINVAL }
                self.init(thread: target, kind: id & 3)
            } else {
                guard let target = pid == 0 ? thread.process : kernel.processes.process(pid) else { throw .EINVAL }
                self.init(process: target, kind: id & 3)
            }
        }
    }

    /// CPU time of a process: kind 0 all, 1 user mode only, 2 all by the scheduler's count.
    init(process: Process, kind: Int32) {
        let host = Int32(bitPattern: process.mainThread?.block.hostProcess ?? process.hostProcess)
        self.init((~host &<< 3) | kind, isCPU: true)
    }
    init(thread: Thread, kind: Int32) {
        let host = Int32(bitPattern: thread.block.hostThread)
        self.init((~host &<< 3) | 4 | kind, isCPU: true)
    }

    var now: Int64 {
        if isCPU { return kernel.host.clock(id) }
        let time = Machine.clock(id)
        return time.seconds &* Time.second &+ time.nanoseconds
    }

    /// The monotonic time at which this clock will show `time`, as far as one can tell.
    func monotonic(at time: Int64, threads: Int = 1) -> Int64 {
        if id == ClockID.CLOCK_MONOTONIC { return time }
        let left = time &- now
        let start = Machine.monotonicNanoseconds
        if !isCPU { return Time.sum(start, left) }
        // Several threads may use it up together. Not more often than each millisecond.
        return Time.sum(start, max(left / Int64(max(threads, 1)), 1_000_000))
    }
}
