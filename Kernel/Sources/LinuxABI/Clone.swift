// SPDX-License-Identifier: Apache-2.0
//
// Processes: clone(2), wait(2), waitid(2), arch_prctl(2), sched(7).

/// Flags of clone(2) and clone3(2).
public enum Clone {
    public static let CSIGNAL: UInt64 = 0xff
    public static let CLONE_VM: UInt64 = 0x100
    public static let CLONE_FS: UInt64 = 0x200
    public static let CLONE_FILES: UInt64 = 0x400
    public static let CLONE_SIGHAND: UInt64 = 0x800
    public static let CLONE_PIDFD: UInt64 = 0x1000
    public static let CLONE_PTRACE: UInt64 = 0x2000
    public static let CLONE_VFORK: UInt64 = 0x4000
    public static let CLONE_PARENT: UInt64 = 0x8000
    public static let CLONE_THREAD: UInt64 = 0x0001_0000
    public static let CLONE_NEWNS: UInt64 = 0x0002_0000
    public static let CLONE_SYSVSEM: UInt64 = 0x0004_0000
    public static let CLONE_SETTLS: UInt64 = 0x0008_0000
    public static let CLONE_PARENT_SETTID: UInt64 = 0x0010_0000
    public static let CLONE_CHILD_CLEARTID: UInt64 = 0x0020_0000
    public static let CLONE_DETACHED: UInt64 = 0x0040_0000
    public static let CLONE_UNTRACED: UInt64 = 0x0080_0000
    public static let CLONE_CHILD_SETTID: UInt64 = 0x0100_0000
    public static let CLONE_NEWCGROUP: UInt64 = 0x0200_0000
    public static let CLONE_NEWUTS: UInt64 = 0x0400_0000
    public static let CLONE_NEWIPC: UInt64 = 0x0800_0000
    public static let CLONE_NEWUSER: UInt64 = 0x1000_0000
    public static let CLONE_NEWPID: UInt64 = 0x2000_0000
    public static let CLONE_NEWNET: UInt64 = 0x4000_0000
    public static let CLONE_IO: UInt64 = 0x8000_0000
    public static let CLONE_NEWTIME: UInt64 = 0x80
    public static let CLONE_CLEAR_SIGHAND: UInt64 = 0x0000_0001_0000_0000
    public static let CLONE_INTO_CGROUP: UInt64 = 0x0000_0002_0000_0000
    public static let CLONE_ARGS_SIZE_VER0: UInt64 = 0x40
    public static let CLONE_ARGS_SIZE_VER1: UInt64 = 0x50
    public static let CLONE_ARGS_SIZE_VER2: UInt64 = 0x58
}

/// Options and id types of the wait calls.
public enum WaitOption {
    public static let WNOHANG: Int32 = 1
    public static let WUNTRACED: Int32 = 2
    public static let WSTOPPED: Int32 = 2
    public static let WEXITED: Int32 = 4
    public static let WCONTINUED: Int32 = 8
    public static let WNOWAIT: Int32 = 0x0100_0000
    public static let __WNOTHREAD: Int32 = 0x2000_0000
    public static let __WALL: Int32 = 0x4000_0000
    public static let __WCLONE: Int32 = .min

    public static let P_ALL: Int32 = 0
    public static let P_PID: Int32 = 1
    public static let P_PGID: Int32 = 2
    public static let P_PIDFD: Int32 = 3
}

/// Codes of arch_prctl(2).
public enum ArchPrctl {
    public static let ARCH_SET_GS: Int32 = 0x1001
    public static let ARCH_SET_FS: Int32 = 0x1002
    public static let ARCH_GET_FS: Int32 = 0x1003
    public static let ARCH_GET_GS: Int32 = 0x1004
    public static let ARCH_GET_CPUID: Int32 = 0x1011
    public static let ARCH_SET_CPUID: Int32 = 0x1012
    public static let ARCH_GET_XCOMP_SUPP: Int32 = 0x1021
    public static let ARCH_GET_XCOMP_PERM: Int32 = 0x1022
    public static let ARCH_REQ_XCOMP_PERM: Int32 = 0x1023
}

/// Scheduling policies and priority ranges.
public enum Sched {
    public static let SCHED_NORMAL: Int32 = 0
    public static let SCHED_OTHER: Int32 = 0
    public static let SCHED_FIFO: Int32 = 1
    public static let SCHED_RR: Int32 = 2
    public static let SCHED_BATCH: Int32 = 3
    public static let SCHED_IDLE: Int32 = 5
    public static let SCHED_DEADLINE: Int32 = 6
    public static let SCHED_RESET_ON_FORK: Int32 = 0x4000_0000

    public static let PRIO_PROCESS: Int32 = 0
    public static let PRIO_PGRP: Int32 = 1
    public static let PRIO_USER: Int32 = 2
}

/// Who ioprio_set(2) is about, and the classes.
public enum Ioprio {
    public static let IOPRIO_WHO_PROCESS: Int32 = 1
    public static let IOPRIO_WHO_PGRP: Int32 = 2
    public static let IOPRIO_WHO_USER: Int32 = 3
    public static let IOPRIO_CLASS_NONE: Int32 = 0
    public static let IOPRIO_CLASS_RT: Int32 = 1
    public static let IOPRIO_CLASS_BE: Int32 = 2
    public static let IOPRIO_CLASS_IDLE: Int32 = 3
    public static let IOPRIO_CLASS_SHIFT: Int32 = 13
}
