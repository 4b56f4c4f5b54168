// SPDX-License-Identifier: Apache-2.0
//
// Reading clocks, sleeping, CPU time.

import LinuxABI
import Machine

enum TimeCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.clock_gettime, .full) { call throws(Errno) in try getTime(call) },
            SyscallEntry(SyscallNumber.clock_getres, .full) { call throws(Errno) in try getResolution(call) },
            SyscallEntry(SyscallNumber.gettimeofday, .full) { call throws(Errno) in try getTimeOfDay(call) },
            SyscallEntry(SyscallNumber.time, .full) { call throws(Errno) in try seconds(call) },
            SyscallEntry(SyscallNumber.clock_settime, .refused, "EPERM: the clock is the host's") { call throws(Errno) in
                guard call.i0 == ClockID.CLOCK_REALTIME else { throw .EINVAL }
                _ = try Time.nanoseconds(try UserMemory.read(call.a1, Timespec.self))
                throw .EPERM
            },
            SyscallEntry(SyscallNumber.settimeofday, .refused, "EPERM: the clock is the host's") { call throws(Errno) in
                if call.a0 != 0 { _ = try Time.nanoseconds(try UserMemory.read(call.a0, Timeval.self)) }
                if call.a0 == 0 && call.a1 == 0 { return 0 }
                throw .EPERM
            },
            SyscallEntry(SyscallNumber.adjtimex, .partial, "reads only") { call throws(Errno) in try readAdjustment(call.a0) },
            SyscallEntry(SyscallNumber.clock_adjtime, .partial, "reads only") { call throws(Errno) in
                guard call.i0 == ClockID.CLOCK_REALTIME else { throw .EOPNOTSUPP }
                return try readAdjustment(call.a1)
            },
            SyscallEntry(SyscallNumber.nanosleep, .full) { call throws(Errno) in try nanosleep(call) },
            SyscallEntry(SyscallNumber.clock_nanosleep, .full) { call throws(Errno) in try clockNanosleep(call) },
            SyscallEntry(SyscallNumber.times, .full) { call throws(Errno) in try times(call) },
            SyscallEntry(SyscallNumber.getrusage, .full) { call throws(Errno) in try usage(call) },
        ]
    }

    // MARK: clocks

    private static func getTime(_ call: Call) throws(Errno) -> Int {
        let id = call.i0
        if id == ClockID.CLOCK_REALTIME || id == ClockID.CLOCK_MONOTONIC {
            let now = Machine.clock(id)
            try UserMemory.write(Timespec(tv_sec: now.seconds, tv_nsec: now.nanoseconds), to: call.a1)
            return 0
        }
        let clock = try ProgramClock(id, call.thread)
        try UserMemory.write(Time.timespec(clock.now), to: call.a1)
        return 0
    }

    private static func getResolution(_ call: Call) throws(Errno) -> Int {
        let clock = try ProgramClock(call.i0, call.thread)
        guard call.a1 != 0 else { return 0 }
        let resolution = clock.isCPU ? 1 : kernel.host.clockResolution(clock.id)
        try UserMemory.write(Time.timespec(resolution), to: call.a1)
        return 0
    }

    private static func getTimeOfDay(_ call: Call) throws(Errno) -> Int {
        if call.a0 != 0 {
            let now = Machine.clock(ClockID.CLOCK_REALTIME)
            try UserMemory.write(Timeval(tv_sec: now.seconds, tv_usec: now.nanoseconds / 1000), to: call.a0)
        }
        if call.a1 != 0 { try UserMemory.write(Timezone(), to: call.a1) }
        return 0
    }

    private static func seconds(_ call: Call) throws(Errno) -> Int {
        let now = Machine.clock(ClockID.CLOCK_REALTIME).seconds
        if call.a0 != 0 { try UserMemory.write(now, to: call.a0) }
        return Int(now)
    }

    /// `struct timex` is 208 bytes; with no mode bits it is only filled in. TIME_ERROR: the clock is not disciplined from here.
    private static func readAdjustment(_ address: UInt64) throws(Errno) -> Int {
        guard try UserMemory.read(address, UInt32.self) == 0 else { throw .EPERM }
        var bytes = [UInt8](repeating: 0, count: 208)
        func put(_ value: UInt64, at offset: Int) { for i in 0..<8 { bytes[offset + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) } }
        let now = Machine.clock(ClockID.CLOCK_REALTIME)
        put(16_000_000, at: 24)  // maxerror
        put(16_000_000, at: 32)  // esterror
        put(0x40, at: 40)  // STA_UNSYNC
        put(2, at: 48)  // constant
        put(1, at: 56)  // precision
        put(32_768_000, at: 64)  // tolerance
        put(UInt64(bitPattern: now.seconds), at: 72)
        put(UInt64(bitPattern: now.nanoseconds / 1000), at: 80)
        put(10_000, at: 88)  // tick
        try UserMemory.writeBytes(bytes, to: address)
        return 5
    }

    // MARK: sleeping

    private static func nanosleep(_ call: Call) throws(Errno) -> Int {
        let request = try Time.nanoseconds(try UserMemory.read(call.a0, Timespec.self))
        return try sleepFor(call.thread, request, remainder: call.a1)
    }

    /// Relative sleeps go on to the same end when they are restarted.
    private static func sleepFor(_ thread: Thread, _ request: Int64, remainder: UInt64) throws(Errno) -> Int {
        var deadline = Deadline.after(request)
        if thread.isRestarting, let old = thread.restartDeadline { deadline = old }
        if try sleep(thread, until: deadline) { return 0 }
        if remainder != 0 {
            let left = max(0, deadline.nanoseconds &- Machine.monotonicNanoseconds)
            try UserMemory.write(Time.timespec(left), to: remainder)
        }
        thread.restartDeadline = deadline
        throw thread.interrupted(.withDeadline)
    }

    /// False when a signal came first.
    private static func sleep(_ thread: Thread, until deadline: Deadline) throws(Errno) -> Bool {
        while true {
            thread.block.clearWake()
            switch thread.sleep(until: deadline) {
            case .timedOut: return true
            case .interrupted: return deadline.hasPassed && !Signals.hasDeliverable(thread) && !thread.mustExit
            case .woken: if deadline.hasPassed { return true }
            }
        }
    }

    private static func clockNanosleep(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        let id = call.i0
        switch id {
        case ClockID.CLOCK_MONOTONIC_RAW, ClockID.CLOCK_REALTIME_COARSE, ClockID.CLOCK_MONOTONIC_COARSE: throw .EOPNOTSUPP
        case ClockID.CLOCK_THREAD_CPUTIME_ID: throw .EINVAL
        default: break
        }
        let clock = try ProgramClock(id, thread)
        let request = try Time.nanoseconds(try UserMemory.read(call.a2, Timespec.self))
        let isAbsolute = call.i1 & TimerFlag.TIMER_ABSTIME != 0
        if clock.isCPU {
            let end = isAbsolute ? request : Time.sum(clock.now, request)
            while clock.now < end {
                if try !sleep(thread, until: Deadline(nanoseconds: clock.monotonic(at: end))) { throw thread.interrupted(.withoutHandler) }
            }
            return 0
        }
        // All clocks but these two tick like the monotonic one; for relative sleeps even realtime does.
        if !isAbsolute { return try sleepFor(thread, request, remainder: call.a3) }
        var deadline = Deadline(nanoseconds: request)
        if clock.id == ClockID.CLOCK_REALTIME {
            deadline.clock = .realtime
        } else {
            deadline.nanoseconds = max(0, clock.monotonic(at: request))
        }
        if try sleep(thread, until: deadline) { return 0 }
        throw thread.interrupted(.withoutHandler)
    }

    // MARK: CPU time

    private static func times(_ call: Call) throws(Errno) -> Int {
        let tick: Int64 = 10_000_000
        if call.a0 != 0 {
            let own = processUsage(call.process)
            let children = call.process.childUsage
            try UserMemory.write(
                Tms(
                    tms_utime: nanoseconds(own.ru_utime) / tick, tms_stime: nanoseconds(own.ru_stime) / tick,
                    tms_cutime: children.user / tick, tms_cstime: children.system / tick), to: call.a0)
        }
        return Int(Machine.monotonicNanoseconds / tick)
    }

    private static func usage(_ call: Call) throws(Errno) -> Int {
        let result: Rusage
        switch call.i0 {
        case Resource.RUSAGE_SELF: result = processUsage(call.process)
        case Resource.RUSAGE_THREAD: result = kernel.host.usage(Resource.RUSAGE_THREAD)
        case Resource.RUSAGE_CHILDREN: result = rusage(call.process.childUsage)
        default: throw .EINVAL
        }
        try UserMemory.write(result, to: call.a1)
        return 0
    }

    /// The running process's use so far: its host process's, and what earlier ones of its had.
    static func processUsage(_ process: Process) -> Rusage {
        var usage = kernel.host.usage(Resource.RUSAGE_SELF)
        let earlier = process.usage
        usage.ru_utime = exact(nanoseconds(usage.ru_utime) &+ earlier.user)
        usage.ru_stime = exact(nanoseconds(usage.ru_stime) &+ earlier.system)
        usage.ru_minflt = usage.ru_minflt &+ earlier.minorFaults
        usage.ru_maxrss = max(usage.ru_maxrss, earlier.maxResidentKilobytes)
        return usage
    }

    /// For wait4 and waitid.
    static func rusage(_ usage: Usage) -> Rusage {
        Rusage(
            ru_utime: exact(usage.user), ru_stime: exact(usage.system), ru_maxrss: usage.maxResidentKilobytes,
            ru_minflt: usage.minorFaults)
    }

    /// Adds the running host process's use to the process's account; to be called once, when that ends.
    static func settle(_ process: Process) {
        let usage = kernel.host.usage(Resource.RUSAGE_SELF)
        process.usage.user &+= nanoseconds(usage.ru_utime)
        process.usage.system &+= nanoseconds(usage.ru_stime)
        process.usage.minorFaults &+= usage.ru_minflt
        process.usage.maxResidentKilobytes = max(process.usage.maxResidentKilobytes, usage.ru_maxrss)
    }

    private static func nanoseconds(_ time: Timeval) -> Int64 { time.tv_sec &* Time.second &+ time.tv_usec &* 1000 }
    private static func exact(_ nanoseconds: Int64) -> Timeval {
        Timeval(tv_sec: nanoseconds / Time.second, tv_usec: nanoseconds % Time.second / 1000)
    }
}
