// SPDX-License-Identifier: Apache-2.0
//
// Resource limits and usage: getrlimit(2), getrusage(2).

/// Limits by number, and whose usage getrusage reports.
public enum Resource {
    public static let RLIMIT_CPU: Int32 = 0
    public static let RLIMIT_FSIZE: Int32 = 1
    public static let RLIMIT_DATA: Int32 = 2
    public static let RLIMIT_STACK: Int32 = 3
    public static let RLIMIT_CORE: Int32 = 4
    public static let RLIMIT_RSS: Int32 = 5
    public static let RLIMIT_NPROC: Int32 = 6
    public static let RLIMIT_NOFILE: Int32 = 7
    public static let RLIMIT_MEMLOCK: Int32 = 8
    public static let RLIMIT_AS: Int32 = 9
    public static let RLIMIT_LOCKS: Int32 = 10
    public static let RLIMIT_SIGPENDING: Int32 = 11
    public static let RLIMIT_MSGQUEUE: Int32 = 12
    public static let RLIMIT_NICE: Int32 = 13
    public static let RLIMIT_RTPRIO: Int32 = 14
    public static let RLIMIT_RTTIME: Int32 = 15
    public static let RLIM_NLIMITS: Int32 = 16

    public static let RUSAGE_SELF: Int32 = 0
    public static let RUSAGE_CHILDREN: Int32 = -1
    public static let RUSAGE_THREAD: Int32 = 1
}

/// The limit that is none.
public enum ResourceLimit {
    public static let RLIM_INFINITY: UInt64 = .max
}
