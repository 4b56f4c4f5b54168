// SPDX-License-Identifier: Apache-2.0
//
// Timers that run without a waiting thread: alarm, interval timers, POSIX timers, timerfd.

import LinuxABI
import Machine

enum TimerCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.alarm, .full) { call throws(Errno) in alarm(call) },
            SyscallEntry(SyscallNumber.getitimer, .full) { call throws(Errno) in try getInterval(call) },
            SyscallEntry(SyscallNumber.setitimer, .full) { call throws(Errno) in try setInterval(call) },
            SyscallEntry(SyscallNumber.timer_create, .full) { call throws(Errno) in try create(call) },
            SyscallEntry(SyscallNumber.timer_settime, .full) { call throws(Errno) in try set(call) },
            SyscallEntry(SyscallNumber.timer_gettime, .full) { call throws(Errno) in
                let timer = try find(call)
                try UserMemory.write(state(timer), to: call.a1)
                return 0
            },
            SyscallEntry(SyscallNumber.timer_getoverrun, .full) { call throws(Errno) in Int(try find(call).lastOverrun) },
            SyscallEntry(SyscallNumber.timer_delete, .full) { call throws(Errno) in try delete(call) },
            SyscallEntry(SyscallNumber.timerfd_create, .full) { call throws(Errno) in try createFile(call) },
            SyscallEntry(SyscallNumber.timerfd_settime, .partial, "TFD_TIMER_CANCEL_ON_SET never cancels") { call throws(Errno) in
                try setFile(call)
            },
            SyscallEntry(SyscallNumber.timerfd_gettime, .full) { call throws(Errno) in
                let file = try timerFile(call)
                try UserMemory.write(state(file.timer), to: call.a1)
                return 0
            },
        ]
    }

    // MARK: interval timers

    private static func alarm(_ call: Call) -> Int {
        let timer = IntervalTimer.of(call.process, 0)
        let left = timer.remaining()
        timer.arm(Int64(call.u0) * Time.second, interval: 0, isAbsolute: false)
        if left == 0 { return 0 }
        // Rounded to the nearest second, but never to "no alarm".
        return max(1, Int((left + Time.second / 2) / Time.second))
    }

    private static func interval(_ call: Call) throws(Errno) -> IntervalTimer {
        guard call.i0 >= 0, call.i0 <= 2 else { throw .EINVAL }
        return IntervalTimer.of(call.process, Int(call.i0))
    }

    private static func getInterval(_ call: Call) throws(Errno) -> Int {
        let timer = try interval(call)
        let value = Itimerval(it_interval: Time.timeval(timer.interval), it_value: Time.timeval(timer.remaining()))
        try UserMemory.write(value, to: call.a1)
        return 0
    }

    private static func setInterval(_ call: Call) throws(Errno) -> Int {
        var new = Itimerval()
        if call.a1 != 0 { new = try UserMemory.read(call.a1, Itimerval.self) }
        let value = try Time.nanoseconds(new.it_value)
        let period = try Time.nanoseconds(new.it_interval)
        let timer = try interval(call)
        let old = Itimerval(it_interval: Time.timeval(timer.interval), it_value: Time.timeval(timer.remaining()))
        timer.arm(value, interval: value == 0 ? 0 : period, isAbsolute: false)
        if call.a2 != 0 { try UserMemory.write(old, to: call.a2) }
        return 0
    }

    // MARK: POSIX timers

    private static let maximumTimers = 4096

    private static func create(_ call: Call) throws(Errno) -> Int {
        let process = call.process
        switch call.i0 {
        case ClockID.CLOCK_MONOTONIC_RAW, ClockID.CLOCK_REALTIME_COARSE, ClockID.CLOCK_MONOTONIC_COARSE: throw .EOPNOTSUPP
        default: break
        }
        let clock = try ProgramClock(call.i0, call.thread)
        guard process.timers.posix.count < maximumTimers else { throw .EAGAIN }
        try Headroom.check()
        let number = process.timers.nextPosixID
        var event = SigEvent(
            sigev_value: UInt64(UInt32(bitPattern: number)), sigev_signo: Signal.SIGALRM, sigev_notify: Signal.SIGEV_SIGNAL)
        if call.a1 != 0 {
            event = try UserMemory.read(call.a1, SigEvent.self)
            switch event.sigev_notify {
            case Signal.SIGEV_NONE: break
            case Signal.SIGEV_SIGNAL, Signal.SIGEV_THREAD:
                guard Signal.isValid(event.sigev_signo) else { throw .EINVAL }
            case Signal.SIGEV_SIGNAL | Signal.SIGEV_THREAD_ID, Signal.SIGEV_THREAD | Signal.SIGEV_THREAD_ID:
                guard Signal.isValid(event.sigev_signo), let target = kernel.processes.thread(event.sigev_tid),
                    target.process === process
                else { throw .EINVAL }
            default: throw .EINVAL
            }
        }
        try UserMemory.write(number, to: call.a2)
        process.timers.nextPosixID = number == .max ? 0 : number + 1
        process.timers.posix.append(PosixTimer(number, clock, event, process))
        return 0
    }

    private static func find(_ call: Call) throws(Errno) -> PosixTimer {
        for timer in call.process.timers.posix where timer.number == call.i0 { return timer }
        throw .EINVAL
    }

    private static func state(_ timer: ClockTimer) -> Itimerspec {
        Itimerspec(it_interval: Time.timespec(timer.interval), it_value: Time.timespec(timer.remaining()))
    }

    private static func set(_ call: Call) throws(Errno) -> Int {
        guard call.a2 != 0 else { throw .EINVAL }
        let new = try UserMemory.read(call.a2, Itimerspec.self)
        let value = try Time.nanoseconds(new.it_value)
        let period = try Time.nanoseconds(new.it_interval)
        let timer = try find(call)
        let old = state(timer)
        timer.set(value, interval: value == 0 ? 0 : period, isAbsolute: call.i1 & TimerFlag.TIMER_ABSTIME != 0)
        if call.a3 != 0 { try UserMemory.write(old, to: call.a3) }
        return 0
    }

    private static func delete(_ call: Call) throws(Errno) -> Int {
        let timer = try find(call)
        timer.disarm()
        call.process.timers.posix.removeAll { $0 === timer }
        return 0
    }

    // MARK: timerfd

    private static func createFile(_ call: Call) throws(Errno) -> Int {
        let flags = call.i1
        guard flags & ~(TimerFlag.TFD_CLOEXEC | TimerFlag.TFD_NONBLOCK) == 0 else { throw .EINVAL }
        switch call.i0 {
        case ClockID.CLOCK_REALTIME, ClockID.CLOCK_MONOTONIC, ClockID.CLOCK_BOOTTIME: break
        case ClockID.CLOCK_REALTIME_ALARM, ClockID.CLOCK_BOOTTIME_ALARM:
            guard call.process.credentials.isPrivileged else { throw .EPERM }
        default: throw .EINVAL
        }
        let file = TimerFile(try ProgramClock(call.i0, call.thread), flags: flags)
        let closes = flags & TimerFlag.TFD_CLOEXEC != 0
        return Int(try call.files.add(file, closeOnExec: closes, limit: call.process.limits.openFiles))
    }

    private static func timerFile(_ call: Call) throws(Errno) -> TimerFile {
        guard let file = try call.files.real(call.i0) as? TimerFile else { throw .EINVAL }
        return file
    }

    private static func setFile(_ call: Call) throws(Errno) -> Int {
        let new = try UserMemory.read(call.a2, Itimerspec.self)
        let flags = call.i1
        guard flags & ~(TimerFlag.TFD_TIMER_ABSTIME | TimerFlag.TFD_TIMER_CANCEL_ON_SET) == 0 else { throw .EINVAL }
        let value = try Time.nanoseconds(new.it_value)
        let period = try Time.nanoseconds(new.it_interval)
        let file = try timerFile(call)
        let old = state(file.timer)
        file.set(value, interval: period, isAbsolute: flags & TimerFlag.TFD_TIMER_ABSTIME != 0)
        if call.a3 != 0 { try UserMemory.write(old, to: call.a3) }
        return 0
    }
}
