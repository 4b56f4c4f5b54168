// SPDX-License-Identifier: Apache-2.0
//
// Process structures: getrusage(2), prlimit(2), clone3(2), capget(2), sched_setattr(2), get_robust_list(2).

/// `struct rusage`, 144 bytes.
public struct Rusage: BitwiseCopyable, Sendable {
    public var ru_utime: Timeval
    public var ru_stime: Timeval
    public var ru_maxrss: Int64
    public var ru_ixrss: Int64
    public var ru_idrss: Int64
    public var ru_isrss: Int64
    public var ru_minflt: Int64
    public var ru_majflt: Int64
    public var ru_nswap: Int64
    public var ru_inblock: Int64
    public var ru_oublock: Int64
    public var ru_msgsnd: Int64
    public var ru_msgrcv: Int64
    public var ru_nsignals: Int64
    public var ru_nvcsw: Int64
    public var ru_nivcsw: Int64

    public init(
        ru_utime: Timeval = Timeval(),
        ru_stime: Timeval = Timeval(),
        ru_maxrss: Int64 = 0,
        ru_ixrss: Int64 = 0,
        ru_idrss: Int64 = 0,
        ru_isrss: Int64 = 0,
        ru_minflt: Int64 = 0,
        ru_majflt: Int64 = 0,
        ru_nswap: Int64 = 0,
        ru_inblock: Int64 = 0,
        ru_oublock: Int64 = 0,
        ru_msgsnd: Int64 = 0,
        ru_msgrcv: Int64 = 0,
        ru_nsignals: Int64 = 0,
        ru_nvcsw: Int64 = 0,
        ru_nivcsw: Int64 = 0
    ) {
        self.ru_utime = ru_utime
        self.ru_stime = ru_stime
        self.ru_maxrss = ru_maxrss
        self.ru_ixrss = ru_ixrss
        self.ru_idrss = ru_idrss
        self.ru_isrss = ru_isrss
        self.ru_minflt = ru_minflt
        self.ru_majflt = ru_majflt
        self.ru_nswap = ru_nswap
        self.ru_inblock = ru_inblock
        self.ru_oublock = ru_oublock
        self.ru_msgsnd = ru_msgsnd
        self.ru_msgrcv = ru_msgrcv
        self.ru_nsignals = ru_nsignals
        self.ru_nvcsw = ru_nvcsw
        self.ru_nivcsw = ru_nivcsw
    }
}

/// `struct rlimit64`, which is also `struct rlimit` here, 16 bytes.
public struct Rlimit64: BitwiseCopyable, Sendable {
    public var rlim_cur: UInt64
    public var rlim_max: UInt64

    public init(rlim_cur: UInt64 = 0, rlim_max: UInt64 = 0) {
        self.rlim_cur = rlim_cur
        self.rlim_max = rlim_max
    }
}

/// `struct clone_args` of clone3(2), 88 bytes.
public struct CloneArgs: BitwiseCopyable, Sendable {
    public var flags: UInt64
    public var pidfd: UInt64
    public var child_tid: UInt64
    public var parent_tid: UInt64
    public var exit_signal: UInt64
    public var stack: UInt64
    public var stack_size: UInt64
    public var tls: UInt64
    public var set_tid: UInt64
    public var set_tid_size: UInt64
    public var cgroup: UInt64

    public init(
        flags: UInt64 = 0,
        pidfd: UInt64 = 0,
        child_tid: UInt64 = 0,
        parent_tid: UInt64 = 0,
        exit_signal: UInt64 = 0,
        stack: UInt64 = 0,
        stack_size: UInt64 = 0,
        tls: UInt64 = 0,
        set_tid: UInt64 = 0,
        set_tid_size: UInt64 = 0,
        cgroup: UInt64 = 0
    ) {
        self.flags = flags
        self.pidfd = pidfd
        self.child_tid = child_tid
        self.parent_tid = parent_tid
        self.exit_signal = exit_signal
        self.stack = stack
        self.stack_size = stack_size
        self.tls = tls
        self.set_tid = set_tid
        self.set_tid_size = set_tid_size
        self.cgroup = cgroup
    }
}

/// `struct robust_list_head`, 24 bytes.
public struct RobustListHead: BitwiseCopyable, Sendable {
    public var list: UInt64
    public var futex_offset: Int64
    public var list_op_pending: UInt64

    public init(list: UInt64 = 0, futex_offset: Int64 = 0, list_op_pending: UInt64 = 0) {
        self.list = list
        self.futex_offset = futex_offset
        self.list_op_pending = list_op_pending
    }
}

/// `struct futex_waitv`, 24 bytes.
public struct FutexWaitv: BitwiseCopyable, Sendable {
    public var val: UInt64
    public var uaddr: UInt64
    public var flags: UInt32
    private var reserved: UInt32 = 0

    public init(val: UInt64 = 0, uaddr: UInt64 = 0, flags: UInt32 = 0) {
        self.val = val
        self.uaddr = uaddr
        self.flags = flags
    }
}

/// `struct __user_cap_header_struct`, 8 bytes.
public struct CapabilityHeader: BitwiseCopyable, Sendable {
    public var version: UInt32
    public var pid: Int32

    public init(version: UInt32 = 0, pid: Int32 = 0) {
        self.version = version
        self.pid = pid
    }
}

/// `struct __user_cap_data_struct`, 12 bytes; version 3 takes two of them.
public struct CapabilityData: BitwiseCopyable, Sendable {
    public var effective: UInt32
    public var permitted: UInt32
    public var inheritable: UInt32

    public init(effective: UInt32 = 0, permitted: UInt32 = 0, inheritable: UInt32 = 0) {
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
    }
}

/// `struct sched_param`, 4 bytes.
public struct SchedParam: BitwiseCopyable, Sendable {
    public var sched_priority: Int32

    public init(sched_priority: Int32 = 0) {
        self.sched_priority = sched_priority
    }
}

/// `struct sched_attr`, 56 bytes.
public struct SchedAttr: BitwiseCopyable, Sendable {
    public var size: UInt32
    public var sched_policy: UInt32
    public var sched_flags: UInt64
    public var sched_nice: Int32
    public var sched_priority: UInt32
    public var sched_runtime: UInt64
    public var sched_deadline: UInt64
    public var sched_period: UInt64
    public var sched_util_min: UInt32
    public var sched_util_max: UInt32

    public init(
        size: UInt32 = 0,
        sched_policy: UInt32 = 0,
        sched_flags: UInt64 = 0,
        sched_nice: Int32 = 0,
        sched_priority: UInt32 = 0,
        sched_runtime: UInt64 = 0,
        sched_deadline: UInt64 = 0,
        sched_period: UInt64 = 0,
        sched_util_min: UInt32 = 0,
        sched_util_max: UInt32 = 0
    ) {
        self.size = size
        self.sched_policy = sched_policy
        self.sched_flags = sched_flags
        self.sched_nice = sched_nice
        self.sched_priority = sched_priority
        self.sched_runtime = sched_runtime
        self.sched_deadline = sched_deadline
        self.sched_period = sched_period
        self.sched_util_min = sched_util_min
        self.sched_util_max = sched_util_max
    }
}
