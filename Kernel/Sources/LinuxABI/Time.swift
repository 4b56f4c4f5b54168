// SPDX-License-Identifier: Apache-2.0
//
// Clocks and timers: clock_gettime(2), timer_create(2), setitimer(2), timerfd_create(2).

/// Clock ids.
public enum ClockID {
    public static let CLOCK_REALTIME: Int32 = 0
    public static let CLOCK_MONOTONIC: Int32 = 1
    public static let CLOCK_PROCESS_CPUTIME_ID: Int32 = 2
    public static let CLOCK_THREAD_CPUTIME_ID: Int32 = 3
    public static let CLOCK_MONOTONIC_RAW: Int32 = 4
    public static let CLOCK_REALTIME_COARSE: Int32 = 5
    public static let CLOCK_MONOTONIC_COARSE: Int32 = 6
    public static let CLOCK_BOOTTIME: Int32 = 7
    public static let CLOCK_REALTIME_ALARM: Int32 = 8
    public static let CLOCK_BOOTTIME_ALARM: Int32 = 9
    public static let CLOCK_SGI_CYCLE: Int32 = 10
    public static let CLOCK_TAI: Int32 = 11
}

/// Timer flags, interval timers and timerfd flags.
public enum TimerFlag {
    public static let TIMER_ABSTIME: Int32 = 1

    public static let ITIMER_REAL: Int32 = 0
    public static let ITIMER_VIRTUAL: Int32 = 1
    public static let ITIMER_PROF: Int32 = 2

    public static let TFD_TIMER_ABSTIME: Int32 = 1
    public static let TFD_TIMER_CANCEL_ON_SET: Int32 = 2
    public static let TFD_CLOEXEC: Int32 = 0o2000000
    public static let TFD_NONBLOCK: Int32 = 0o4000
}

/// Special nanosecond values of utimensat(2).
public enum UtimeSpecial {
    public static let UTIME_NOW: Int64 = 0x3fff_ffff
    public static let UTIME_OMIT: Int64 = 0x3fff_fffe
}
