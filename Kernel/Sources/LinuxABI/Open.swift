// SPDX-License-Identifier: Apache-2.0
//
// Opening, locking and renaming files: open(2), fcntl(2), flock(2), lseek(2), rename(2), openat2(2).

/// Flags of open(2).
public enum Open {
    public static let O_RDONLY: Int32 = 0
    public static let O_WRONLY: Int32 = 1
    public static let O_RDWR: Int32 = 2
    public static let O_ACCMODE: Int32 = 3
    public static let O_CREAT: Int32 = 0o100
    public static let O_EXCL: Int32 = 0o200
    public static let O_NOCTTY: Int32 = 0o400
    public static let O_TRUNC: Int32 = 0o1000
    public static let O_APPEND: Int32 = 0o2000
    public static let O_NONBLOCK: Int32 = 0o4000
    public static let O_NDELAY: Int32 = 0o4000
    public static let O_DSYNC: Int32 = 0o10000
    public static let O_ASYNC: Int32 = 0o20000
    public static let O_DIRECT: Int32 = 0o40000
    public static let O_LARGEFILE: Int32 = 0o100000
    public static let O_DIRECTORY: Int32 = 0o200000
    public static let O_NOFOLLOW: Int32 = 0o400000
    public static let O_NOATIME: Int32 = 0o1000000
    public static let O_CLOEXEC: Int32 = 0o2000000
    public static let O_SYNC: Int32 = 0o4010000
    public static let O_PATH: Int32 = 0o10000000
    public static let O_TMPFILE: Int32 = 0o20200000
}

/// Flags and markers of the `*at` calls.
public enum At {
    public static let AT_FDCWD: Int32 = -100
    public static let AT_SYMLINK_NOFOLLOW: Int32 = 0x100
    public static let AT_REMOVEDIR: Int32 = 0x200
    public static let AT_EACCESS: Int32 = 0x200
    public static let AT_SYMLINK_FOLLOW: Int32 = 0x400
    public static let AT_NO_AUTOMOUNT: Int32 = 0x800
    public static let AT_EMPTY_PATH: Int32 = 0x1000
    public static let AT_STATX_SYNC_TYPE: Int32 = 0x6000
    public static let AT_STATX_SYNC_AS_STAT: Int32 = 0
    public static let AT_STATX_FORCE_SYNC: Int32 = 0x2000
    public static let AT_STATX_DONT_SYNC: Int32 = 0x4000
    public static let AT_RECURSIVE: Int32 = 0x8000
}

/// Modes of access(2).
public enum AccessMode {
    public static let F_OK: Int32 = 0
    public static let X_OK: Int32 = 1
    public static let W_OK: Int32 = 2
    public static let R_OK: Int32 = 4
}

/// Commands of fcntl(2), lock types and descriptor flags.
public enum Fcntl {
    public static let F_DUPFD: Int32 = 0
    public static let F_GETFD: Int32 = 1
    public static let F_SETFD: Int32 = 2
    public static let F_GETFL: Int32 = 3
    public static let F_SETFL: Int32 = 4
    public static let F_GETLK: Int32 = 5
    public static let F_SETLK: Int32 = 6
    public static let F_SETLKW: Int32 = 7
    public static let F_SETOWN: Int32 = 8
    public static let F_GETOWN: Int32 = 9
    public static let F_SETSIG: Int32 = 10
    public static let F_GETSIG: Int32 = 11
    public static let F_SETOWN_EX: Int32 = 15
    public static let F_GETOWN_EX: Int32 = 16
    public static let F_OFD_GETLK: Int32 = 36
    public static let F_OFD_SETLK: Int32 = 37
    public static let F_OFD_SETLKW: Int32 = 38
    public static let F_SETLEASE: Int32 = 1024
    public static let F_GETLEASE: Int32 = 1025
    public static let F_NOTIFY: Int32 = 1026
    public static let F_DUPFD_CLOEXEC: Int32 = 1030
    public static let F_SETPIPE_SZ: Int32 = 1031
    public static let F_GETPIPE_SZ: Int32 = 1032
    public static let F_ADD_SEALS: Int32 = 1033
    public static let F_GET_SEALS: Int32 = 1034
    public static let F_GET_RW_HINT: Int32 = 1035
    public static let F_SET_RW_HINT: Int32 = 1036
    public static let FD_CLOEXEC: Int32 = 1
    public static let F_RDLCK: Int32 = 0
    public static let F_WRLCK: Int32 = 1
    public static let F_UNLCK: Int32 = 2
    public static let F_OWNER_TID: Int32 = 0
    public static let F_OWNER_PID: Int32 = 1
    public static let F_OWNER_PGRP: Int32 = 2
    public static let F_SEAL_SEAL: Int32 = 1
    public static let F_SEAL_SHRINK: Int32 = 2
    public static let F_SEAL_GROW: Int32 = 4
    public static let F_SEAL_WRITE: Int32 = 8
    public static let F_SEAL_FUTURE_WRITE: Int32 = 16
}

/// Operations of flock(2).
public enum FileLock {
    public static let LOCK_SH: Int32 = 1
    public static let LOCK_EX: Int32 = 2
    public static let LOCK_NB: Int32 = 4
    public static let LOCK_UN: Int32 = 8
}

/// Where lseek(2) counts from.
public enum Seek {
    public static let SEEK_SET: Int32 = 0
    public static let SEEK_CUR: Int32 = 1
    public static let SEEK_END: Int32 = 2
    public static let SEEK_DATA: Int32 = 3
    public static let SEEK_HOLE: Int32 = 4
}

/// Flags of renameat2(2).
public enum RenameFlag {
    public static let RENAME_NOREPLACE: UInt32 = 1
    public static let RENAME_EXCHANGE: UInt32 = 2
    public static let RENAME_WHITEOUT: UInt32 = 4
}

/// How openat2(2) walks a path.
public enum Resolve {
    public static let RESOLVE_NO_XDEV: UInt64 = 1
    public static let RESOLVE_NO_MAGICLINKS: UInt64 = 2
    public static let RESOLVE_NO_SYMLINKS: UInt64 = 4
    public static let RESOLVE_BENEATH: UInt64 = 8
    public static let RESOLVE_IN_ROOT: UInt64 = 0x10
    public static let RESOLVE_CACHED: UInt64 = 0x20
}

/// Flags of close_range(2).
public enum CloseRange {
    public static let CLOSE_RANGE_UNSHARE: UInt32 = 2
    public static let CLOSE_RANGE_CLOEXEC: UInt32 = 4
}
