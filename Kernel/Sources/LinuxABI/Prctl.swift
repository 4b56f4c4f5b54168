// SPDX-License-Identifier: Apache-2.0
//
// Options of prctl(2), seccomp(2) modes, capabilities(7).

/// Options of prctl(2) and their fixed values.
public enum Prctl {
    public static let PR_SET_PDEATHSIG: Int32 = 1
    public static let PR_GET_PDEATHSIG: Int32 = 2
    public static let PR_GET_DUMPABLE: Int32 = 3
    public static let PR_SET_DUMPABLE: Int32 = 4
    public static let PR_GET_UNALIGN: Int32 = 5
    public static let PR_SET_UNALIGN: Int32 = 6
    public static let PR_GET_KEEPCAPS: Int32 = 7
    public static let PR_SET_KEEPCAPS: Int32 = 8
    public static let PR_GET_TIMING: Int32 = 13
    public static let PR_SET_TIMING: Int32 = 14
    public static let PR_SET_NAME: Int32 = 15
    public static let PR_GET_NAME: Int32 = 16
    public static let PR_GET_ENDIAN: Int32 = 19
    public static let PR_SET_ENDIAN: Int32 = 20
    public static let PR_GET_SECCOMP: Int32 = 21
    public static let PR_SET_SECCOMP: Int32 = 22
    public static let PR_CAPBSET_READ: Int32 = 23
    public static let PR_CAPBSET_DROP: Int32 = 24
    public static let PR_GET_TSC: Int32 = 25
    public static let PR_SET_TSC: Int32 = 26
    public static let PR_GET_SECUREBITS: Int32 = 27
    public static let PR_SET_SECUREBITS: Int32 = 28
    public static let PR_SET_TIMERSLACK: Int32 = 29
    public static let PR_GET_TIMERSLACK: Int32 = 30
    public static let PR_TASK_PERF_EVENTS_DISABLE: Int32 = 31
    public static let PR_TASK_PERF_EVENTS_ENABLE: Int32 = 32
    public static let PR_MCE_KILL: Int32 = 33
    public static let PR_MCE_KILL_GET: Int32 = 34
    public static let PR_SET_MM: Int32 = 35
    public static let PR_SET_PTRACER: Int32 = 1_499_557_217
    public static let PR_SET_CHILD_SUBREAPER: Int32 = 36
    public static let PR_GET_CHILD_SUBREAPER: Int32 = 37
    public static let PR_SET_NO_NEW_PRIVS: Int32 = 38
    public static let PR_GET_NO_NEW_PRIVS: Int32 = 39
    public static let PR_GET_TID_ADDRESS: Int32 = 40
    public static let PR_SET_THP_DISABLE: Int32 = 41
    public static let PR_GET_THP_DISABLE: Int32 = 42
    public static let PR_CAP_AMBIENT: Int32 = 47
    public static let PR_GET_SPECULATION_CTRL: Int32 = 52
    public static let PR_SET_SPECULATION_CTRL: Int32 = 53
    public static let PR_SET_IO_FLUSHER: Int32 = 57
    public static let PR_GET_IO_FLUSHER: Int32 = 58
    public static let PR_SET_SYSCALL_USER_DISPATCH: Int32 = 59
    public static let PR_SYS_DISPATCH_OFF: Int32 = 0
    public static let PR_SYS_DISPATCH_ON: Int32 = 1
    public static let PR_SCHED_CORE: Int32 = 62
    public static let PR_SET_VMA: Int32 = 1_398_164_801
    public static let PR_SET_VMA_ANON_NAME: Int32 = 0
    public static let PR_SET_MDWE: Int32 = 65
    public static let PR_GET_MDWE: Int32 = 66

    public static let PR_CAP_AMBIENT_IS_SET: Int32 = 1
    public static let PR_CAP_AMBIENT_RAISE: Int32 = 2
    public static let PR_CAP_AMBIENT_LOWER: Int32 = 3
    public static let PR_CAP_AMBIENT_CLEAR_ALL: Int32 = 4
    public static let PR_TSC_ENABLE: Int32 = 1
    public static let PR_TSC_SIGSEGV: Int32 = 2
}

/// Modes and operations of seccomp(2).
public enum Seccomp {
    public static let SECCOMP_MODE_DISABLED: UInt32 = 0
    public static let SECCOMP_MODE_STRICT: UInt32 = 1
    public static let SECCOMP_MODE_FILTER: UInt32 = 2
    public static let SECCOMP_SET_MODE_STRICT: UInt32 = 0
    public static let SECCOMP_SET_MODE_FILTER: UInt32 = 1
    public static let SECCOMP_GET_ACTION_AVAIL: UInt32 = 2
    public static let SECCOMP_GET_NOTIF_SIZES: UInt32 = 3
}

/// Bit numbers of capabilities(7).
public enum Capability {
    public static let CAP_CHOWN: Int32 = 0
    public static let CAP_DAC_OVERRIDE: Int32 = 1
    public static let CAP_DAC_READ_SEARCH: Int32 = 2
    public static let CAP_FOWNER: Int32 = 3
    public static let CAP_FSETID: Int32 = 4
    public static let CAP_KILL: Int32 = 5
    public static let CAP_SETGID: Int32 = 6
    public static let CAP_SETUID: Int32 = 7
    public static let CAP_SETPCAP: Int32 = 8
    public static let CAP_LINUX_IMMUTABLE: Int32 = 9
    public static let CAP_NET_BIND_SERVICE: Int32 = 10
    public static let CAP_NET_BROADCAST: Int32 = 11
    public static let CAP_NET_ADMIN: Int32 = 12
    public static let CAP_NET_RAW: Int32 = 13
    public static let CAP_IPC_LOCK: Int32 = 14
    public static let CAP_IPC_OWNER: Int32 = 15
    public static let CAP_SYS_MODULE: Int32 = 16
    public static let CAP_SYS_RAWIO: Int32 = 17
    public static let CAP_SYS_CHROOT: Int32 = 18
    public static let CAP_SYS_PTRACE: Int32 = 19
    public static let CAP_SYS_PACCT: Int32 = 20
    public static let CAP_SYS_ADMIN: Int32 = 21
    public static let CAP_SYS_BOOT: Int32 = 22
    public static let CAP_SYS_NICE: Int32 = 23
    public static let CAP_SYS_RESOURCE: Int32 = 24
    public static let CAP_SYS_TIME: Int32 = 25
    public static let CAP_SYS_TTY_CONFIG: Int32 = 26
    public static let CAP_MKNOD: Int32 = 27
    public static let CAP_LEASE: Int32 = 28
    public static let CAP_AUDIT_WRITE: Int32 = 29
    public static let CAP_AUDIT_CONTROL: Int32 = 30
    public static let CAP_SETFCAP: Int32 = 31
    public static let CAP_MAC_OVERRIDE: Int32 = 32
    public static let CAP_MAC_ADMIN: Int32 = 33
    public static let CAP_SYSLOG: Int32 = 34
    public static let CAP_WAKE_ALARM: Int32 = 35
    public static let CAP_BLOCK_SUSPEND: Int32 = 36
    public static let CAP_AUDIT_READ: Int32 = 37
    public static let CAP_PERFMON: Int32 = 38
    public static let CAP_BPF: Int32 = 39
    public static let CAP_CHECKPOINT_RESTORE: Int32 = 40
    public static let CAP_LAST_CAP: Int32 = 40
}

/// The `version` words of capget(2).
public enum CapabilityVersion {
    public static let _LINUX_CAPABILITY_VERSION_1: UInt32 = 0x1998_0330
    public static let _LINUX_CAPABILITY_VERSION_2: UInt32 = 0x2007_1026
    public static let _LINUX_CAPABILITY_VERSION_3: UInt32 = 0x2008_0522
}
