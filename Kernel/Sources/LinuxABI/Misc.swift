// SPDX-License-Identifier: Apache-2.0
//
// What belongs to no other area: random numbers, splicing, allocation, advice, I/O flags, limits.

/// Flags of getrandom(2).
public enum RandomFlag {
    public static let GRND_NONBLOCK: UInt32 = 1
    public static let GRND_RANDOM: UInt32 = 2
    public static let GRND_INSECURE: UInt32 = 4
}

/// Flags of splice(2), tee(2) and vmsplice(2).
public enum SpliceFlag {
    public static let SPLICE_F_MOVE: UInt32 = 1
    public static let SPLICE_F_NONBLOCK: UInt32 = 2
    public static let SPLICE_F_MORE: UInt32 = 4
    public static let SPLICE_F_GIFT: UInt32 = 8
}

/// Modes of fallocate(2).
public enum Fallocate {
    public static let FALLOC_FL_KEEP_SIZE: Int32 = 1
    public static let FALLOC_FL_PUNCH_HOLE: Int32 = 2
    public static let FALLOC_FL_NO_HIDE_STALE: Int32 = 4
    public static let FALLOC_FL_COLLAPSE_RANGE: Int32 = 8
    public static let FALLOC_FL_ZERO_RANGE: Int32 = 0x10
    public static let FALLOC_FL_INSERT_RANGE: Int32 = 0x20
    public static let FALLOC_FL_UNSHARE_RANGE: Int32 = 0x40
}

/// Advice of posix_fadvise(2).
public enum Fadvise {
    public static let POSIX_FADV_NORMAL: Int32 = 0
    public static let POSIX_FADV_RANDOM: Int32 = 1
    public static let POSIX_FADV_SEQUENTIAL: Int32 = 2
    public static let POSIX_FADV_WILLNEED: Int32 = 3
    public static let POSIX_FADV_DONTNEED: Int32 = 4
    public static let POSIX_FADV_NOREUSE: Int32 = 5
}

/// Flags of sync_file_range(2).
public enum SyncFileRange {
    public static let SYNC_FILE_RANGE_WAIT_BEFORE: UInt32 = 1
    public static let SYNC_FILE_RANGE_WRITE: UInt32 = 2
    public static let SYNC_FILE_RANGE_WAIT_AFTER: UInt32 = 4
}

/// Flags of preadv2(2) and pwritev2(2).
public enum ReadWriteFlag {
    public static let RWF_HIPRI: Int32 = 1
    public static let RWF_DSYNC: Int32 = 2
    public static let RWF_SYNC: Int32 = 4
    public static let RWF_NOWAIT: Int32 = 8
    public static let RWF_APPEND: Int32 = 0x10
}

/// Execution domains, personality(2).
public enum Personality {
    public static let PER_LINUX: UInt32 = 0
    public static let UNAME26: UInt32 = 0x0002_0000
    public static let ADDR_NO_RANDOMIZE: UInt32 = 0x0004_0000
    public static let FDPIC_FUNCPTRS: UInt32 = 0x0008_0000
    public static let MMAP_PAGE_ZERO: UInt32 = 0x0010_0000
    public static let ADDR_COMPAT_LAYOUT: UInt32 = 0x0020_0000
    public static let READ_IMPLIES_EXEC: UInt32 = 0x0040_0000
    public static let ADDR_LIMIT_32BIT: UInt32 = 0x0080_0000
    public static let SHORT_INODE: UInt32 = 0x0100_0000
    public static let WHOLE_SECONDS: UInt32 = 0x0200_0000
    public static let STICKY_TIMEOUTS: UInt32 = 0x0400_0000
    public static let ADDR_LIMIT_3GB: UInt32 = 0x0800_0000
}

/// Flags and commands of System V IPC, sysvipc(7).
public enum SystemV {
    public static let IPC_PRIVATE: Int32 = 0
    public static let IPC_CREAT: Int32 = 0o1000
    public static let IPC_EXCL: Int32 = 0o2000
    public static let IPC_NOWAIT: Int32 = 0o4000
    public static let IPC_RMID: Int32 = 0
    public static let IPC_SET: Int32 = 1
    public static let IPC_STAT: Int32 = 2
    public static let IPC_INFO: Int32 = 3
    public static let IPC_64: Int32 = 0o400
    public static let SEM_UNDO: Int32 = 0o10000
    public static let GETPID: Int32 = 0o13
    public static let GETVAL: Int32 = 0o14
    public static let GETALL: Int32 = 0o15
    public static let GETNCNT: Int32 = 0o16
    public static let GETZCNT: Int32 = 0o17
    public static let SETVAL: Int32 = 0o20
    public static let SETALL: Int32 = 0o21
    public static let MSG_NOERROR: Int32 = 0o10000
    public static let SHM_RDONLY: Int32 = 0o10000
    public static let SHM_RND: Int32 = 0o20000
    public static let SHM_REMAP: Int32 = 0o40000
    public static let SHM_EXEC: Int32 = 0o100000
}

/// Sizes that programs rely on.
public enum SystemLimit {
    public static let IOV_MAX: Int = 1024
    public static let PATH_MAX: Int = 4096
    public static let NAME_MAX: Int = 255
    public static let ARG_MAX: Int = 131_072
    public static let MAX_ARG_STRLEN: Int = 131_072
    public static let PIPE_BUF: Int = 4096
    public static let NGROUPS_MAX: Int = 65536
    public static let TASK_COMM_LEN: Int = 16
    public static let HOST_NAME_MAX: Int = 64
    public static let MAXSYMLINKS: Int = 40
    public static let MAX_RW_COUNT: Int = 2_147_479_552
    public static let PAGE_SIZE: Int = 4096
    public static let USER_HZ: Int = 100
    public static let BINPRM_BUF_SIZE: Int = 256
    public static let EPOLL_MAX_EVENTS: Int = 178_956_970
    public static let PID_MAX_DEFAULT: Int = 32768
}

/// Actions of syslog(2).
public enum KernelLog {
    public static let SYSLOG_ACTION_CLOSE: Int32 = 0
    public static let SYSLOG_ACTION_OPEN: Int32 = 1
    public static let SYSLOG_ACTION_READ: Int32 = 2
    public static let SYSLOG_ACTION_READ_ALL: Int32 = 3
    public static let SYSLOG_ACTION_READ_CLEAR: Int32 = 4
    public static let SYSLOG_ACTION_CLEAR: Int32 = 5
    public static let SYSLOG_ACTION_CONSOLE_OFF: Int32 = 6
    public static let SYSLOG_ACTION_CONSOLE_ON: Int32 = 7
    public static let SYSLOG_ACTION_CONSOLE_LEVEL: Int32 = 8
    public static let SYSLOG_ACTION_SIZE_UNREAD: Int32 = 9
    public static let SYSLOG_ACTION_SIZE_BUFFER: Int32 = 10
}

/// Magic and commands of reboot(2).
public enum Reboot {
    public static let LINUX_REBOOT_MAGIC1: UInt32 = 0xfee1_dead
    public static let LINUX_REBOOT_MAGIC2: UInt32 = 0x2812_1969
    public static let LINUX_REBOOT_CMD_RESTART: UInt32 = 0x0123_4567
    public static let LINUX_REBOOT_CMD_HALT: UInt32 = 0xcdef_0123
    public static let LINUX_REBOOT_CMD_POWER_OFF: UInt32 = 0x4321_fedc
}

/// What kcmp(2) compares.
public enum Kcmp {
    public static let KCMP_FILE: Int32 = 0
    public static let KCMP_VM: Int32 = 1
    public static let KCMP_FILES: Int32 = 2
    public static let KCMP_FS: Int32 = 3
    public static let KCMP_SIGHAND: Int32 = 4
    public static let KCMP_IO: Int32 = 5
    public static let KCMP_SYSVSEM: Int32 = 6
}

/// The requests of ptrace(2) that a kernel may meet.
public enum PtraceOption {
    public static let PTRACE_TRACEME: Int32 = 0
    public static let PTRACE_PEEKTEXT: Int32 = 1
    public static let PTRACE_PEEKDATA: Int32 = 2
    public static let PTRACE_POKETEXT: Int32 = 4
    public static let PTRACE_POKEDATA: Int32 = 5
    public static let PTRACE_CONT: Int32 = 7
    public static let PTRACE_KILL: Int32 = 8
    public static let PTRACE_SINGLESTEP: Int32 = 9
    public static let PTRACE_ATTACH: Int32 = 0x10
    public static let PTRACE_DETACH: Int32 = 0x11
    public static let PTRACE_SYSCALL: Int32 = 0x18
    public static let PTRACE_SETOPTIONS: Int32 = 0x4200
    public static let PTRACE_GETEVENTMSG: Int32 = 0x4201
    public static let PTRACE_GETSIGINFO: Int32 = 0x4202
    public static let PTRACE_SEIZE: Int32 = 0x4206
    public static let PTRACE_INTERRUPT: Int32 = 0x4207
    public static let PTRACE_GETREGSET: Int32 = 0x4204
}
