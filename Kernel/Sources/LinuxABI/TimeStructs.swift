// SPDX-License-Identifier: Apache-2.0
//
// Time structures: clock_gettime(2), setitimer(2), timerfd_settime(2), times(2), utime(2), adjtimex(2).

/// `struct timespec` with 64-bit fields, 16 bytes.
public struct Timespec: BitwiseCopyable, Sendable {
    public var tv_sec: Int64
    public var tv_nsec: Int64

    public init(tv_sec: Int64 = 0, tv_nsec: Int64 = 0) {
        self.tv_sec = tv_sec
        self.tv_nsec = tv_nsec
    }
}

/// `struct timeval`, 16 bytes.
public struct Timeval: BitwiseCopyable, Sendable {
    public var tv_sec: Int64
    public var tv_usec: Int64

    public init(tv_sec: Int64 = 0, tv_usec: Int64 = 0) {
        self.tv_sec = tv_sec
        self.tv_usec = tv_usec
    }
}

/// `struct timezone` of gettimeofday(2), 8 bytes.
public struct Timezone: BitwiseCopyable, Sendable {
    public var tz_minuteswest: Int32
    public var tz_dsttime: Int32

    public init(tz_minuteswest: Int32 = 0, tz_dsttime: Int32 = 0) {
        self.tz_minuteswest = tz_minuteswest
        self.tz_dsttime = tz_dsttime
    }
}

/// `struct itimerval`, 32 bytes.
public struct Itimerval: BitwiseCopyable, Sendable {
    public var it_interval: Timeval
    public var it_value: Timeval

    public init(it_interval: Timeval = Timeval(), it_value: Timeval = Timeval()) {
        self.it_interval = it_interval
        self.it_value = it_value
    }
}

/// `struct itimerspec`, 32 bytes.
public struct Itimerspec: BitwiseCopyable, Sendable {
    public var it_interval: Timespec
    public var it_value: Timespec

    public init(it_interval: Timespec = Timespec(), it_value: Timespec = Timespec()) {
        self.it_interval = it_interval
        self.it_value = it_value
    }
}

/// `struct tms` of times(2), in units of `SystemLimit.USER_HZ`, 32 bytes.
public struct Tms: BitwiseCopyable, Sendable {
    public var tms_utime: Int64
    public var tms_stime: Int64
    public var tms_cutime: Int64
    public var tms_cstime: Int64

    public init(tms_utime: Int64 = 0, tms_stime: Int64 = 0, tms_cutime: Int64 = 0, tms_cstime: Int64 = 0) {
        self.tms_utime = tms_utime
        self.tms_stime = tms_stime
        self.tms_cutime = tms_cutime
        self.tms_cstime = tms_cstime
    }
}

/// `struct utimbuf`, 16 bytes.
public struct Utimbuf: BitwiseCopyable, Sendable {
    public var actime: Int64
    public var modtime: Int64

    public init(actime: Int64 = 0, modtime: Int64 = 0) {
        self.actime = actime
        self.modtime = modtime
    }
}
