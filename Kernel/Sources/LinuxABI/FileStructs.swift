// SPDX-License-Identifier: Apache-2.0
//
// File metadata and file-system structures: stat(2), statx(2), statfs(2), fcntl(2), uio(7).

/// `struct stat`, 144 bytes.
public struct Stat: BitwiseCopyable, Sendable {
    public var st_dev: UInt64
    public var st_ino: UInt64
    public var st_nlink: UInt64
    public var st_mode: UInt32
    public var st_uid: UInt32
    public var st_gid: UInt32
    private var pad0: UInt32 = 0
    public var st_rdev: UInt64
    public var st_size: Int64
    public var st_blksize: Int64
    public var st_blocks: Int64
    public var st_atime: UInt64
    public var st_atime_nsec: UInt64
    public var st_mtime: UInt64
    public var st_mtime_nsec: UInt64
    public var st_ctime: UInt64
    public var st_ctime_nsec: UInt64
    private var unused: InlineArray<3, Int64> = InlineArray(repeating: 0)

    public init(
        st_dev: UInt64 = 0,
        st_ino: UInt64 = 0,
        st_nlink: UInt64 = 0,
        st_mode: UInt32 = 0,
        st_uid: UInt32 = 0,
        st_gid: UInt32 = 0,
        st_rdev: UInt64 = 0,
        st_size: Int64 = 0,
        st_blksize: Int64 = 0,
        st_blocks: Int64 = 0,
        st_atime: UInt64 = 0,
        st_atime_nsec: UInt64 = 0,
        st_mtime: UInt64 = 0,
        st_mtime_nsec: UInt64 = 0,
        st_ctime: UInt64 = 0,
        st_ctime_nsec: UInt64 = 0
    ) {
        self.st_dev = st_dev
        self.st_ino = st_ino
        self.st_nlink = st_nlink
        self.st_mode = st_mode
        self.st_uid = st_uid
        self.st_gid = st_gid
        self.st_rdev = st_rdev
        self.st_size = st_size
        self.st_blksize = st_blksize
        self.st_blocks = st_blocks
        self.st_atime = st_atime
        self.st_atime_nsec = st_atime_nsec
        self.st_mtime = st_mtime
        self.st_mtime_nsec = st_mtime_nsec
        self.st_ctime = st_ctime
        self.st_ctime_nsec = st_ctime_nsec
    }
}

/// `struct statx_timestamp`, 16 bytes.
public struct StatxTimestamp: BitwiseCopyable, Sendable {
    public var tv_sec: Int64
    public var tv_nsec: UInt32
    private var reserved: Int32 = 0

    public init(tv_sec: Int64 = 0, tv_nsec: UInt32 = 0) {
        self.tv_sec = tv_sec
        self.tv_nsec = tv_nsec
    }
}

/// `struct statx`, 256 bytes.
public struct StatX: BitwiseCopyable, Sendable {
    public var stx_mask: UInt32
    public var stx_blksize: UInt32
    public var stx_attributes: UInt64
    public var stx_nlink: UInt32
    public var stx_uid: UInt32
    public var stx_gid: UInt32
    public var stx_mode: UInt16
    private var spare0: UInt16 = 0
    public var stx_ino: UInt64
    public var stx_size: UInt64
    public var stx_blocks: UInt64
    public var stx_attributes_mask: UInt64
    public var stx_atime: StatxTimestamp
    public var stx_btime: StatxTimestamp
    public var stx_ctime: StatxTimestamp
    public var stx_mtime: StatxTimestamp
    public var stx_rdev_major: UInt32
    public var stx_rdev_minor: UInt32
    public var stx_dev_major: UInt32
    public var stx_dev_minor: UInt32
    public var stx_mnt_id: UInt64
    public var stx_dio_mem_align: UInt32
    public var stx_dio_offset_align: UInt32
    private var spare3: InlineArray<12, UInt64> = InlineArray(repeating: 0)

    public init(
        stx_mask: UInt32 = 0,
        stx_blksize: UInt32 = 0,
        stx_attributes: UInt64 = 0,
        stx_nlink: UInt32 = 0,
        stx_uid: UInt32 = 0,
        stx_gid: UInt32 = 0,
        stx_mode: UInt16 = 0,
        stx_ino: UInt64 = 0,
        stx_size: UInt64 = 0,
        stx_blocks: UInt64 = 0,
        stx_attributes_mask: UInt64 = 0,
        stx_atime: StatxTimestamp = StatxTimestamp(),
        stx_btime: StatxTimestamp = StatxTimestamp(),
        stx_ctime: StatxTimestamp = StatxTimestamp(),
        stx_mtime: StatxTimestamp = StatxTimestamp(),
        stx_rdev_major: UInt32 = 0,
        stx_rdev_minor: UInt32 = 0,
        stx_dev_major: UInt32 = 0,
        stx_dev_minor: UInt32 = 0,
        stx_mnt_id: UInt64 = 0,
        stx_dio_mem_align: UInt32 = 0,
        stx_dio_offset_align: UInt32 = 0
    ) {
        self.stx_mask = stx_mask
        self.stx_blksize = stx_blksize
        self.stx_attributes = stx_attributes
        self.stx_nlink = stx_nlink
        self.stx_uid = stx_uid
        self.stx_gid = stx_gid
        self.stx_mode = stx_mode
        self.stx_ino = stx_ino
        self.stx_size = stx_size
        self.stx_blocks = stx_blocks
        self.stx_attributes_mask = stx_attributes_mask
        self.stx_atime = stx_atime
        self.stx_btime = stx_btime
        self.stx_ctime = stx_ctime
        self.stx_mtime = stx_mtime
        self.stx_rdev_major = stx_rdev_major
        self.stx_rdev_minor = stx_rdev_minor
        self.stx_dev_major = stx_dev_major
        self.stx_dev_minor = stx_dev_minor
        self.stx_mnt_id = stx_mnt_id
        self.stx_dio_mem_align = stx_dio_mem_align
        self.stx_dio_offset_align = stx_dio_offset_align
    }
}

/// `struct statfs`, 120 bytes.
public struct Statfs: BitwiseCopyable, Sendable {
    public var f_type: Int64
    public var f_bsize: Int64
    public var f_blocks: Int64
    public var f_bfree: Int64
    public var f_bavail: Int64
    public var f_files: Int64
    public var f_ffree: Int64
    public var f_fsid0: Int32
    public var f_fsid1: Int32
    public var f_namelen: Int64
    public var f_frsize: Int64
    public var f_flags: Int64
    public var f_spare: InlineArray<4, Int64>

    public init(
        f_type: Int64 = 0,
        f_bsize: Int64 = 0,
        f_blocks: Int64 = 0,
        f_bfree: Int64 = 0,
        f_bavail: Int64 = 0,
        f_files: Int64 = 0,
        f_ffree: Int64 = 0,
        f_fsid0: Int32 = 0,
        f_fsid1: Int32 = 0,
        f_namelen: Int64 = 0,
        f_frsize: Int64 = 0,
        f_flags: Int64 = 0,
        f_spare: InlineArray<4, Int64> = InlineArray(repeating: 0)
    ) {
        self.f_type = f_type
        self.f_bsize = f_bsize
        self.f_blocks = f_blocks
        self.f_bfree = f_bfree
        self.f_bavail = f_bavail
        self.f_files = f_files
        self.f_ffree = f_ffree
        self.f_fsid0 = f_fsid0
        self.f_fsid1 = f_fsid1
        self.f_namelen = f_namelen
        self.f_frsize = f_frsize
        self.f_flags = f_flags
        self.f_spare = f_spare
    }
}

/// `struct flock`, 32 bytes.
public struct Flock: BitwiseCopyable, Sendable {
    public var l_type: Int16
    public var l_whence: Int16
    private var pad0: UInt32 = 0
    public var l_start: Int64
    public var l_len: Int64
    public var l_pid: Int32
    private var pad1: UInt32 = 0

    public init(l_type: Int16 = 0, l_whence: Int16 = 0, l_start: Int64 = 0, l_len: Int64 = 0, l_pid: Int32 = 0) {
        self.l_type = l_type
        self.l_whence = l_whence
        self.l_start = l_start
        self.l_len = l_len
        self.l_pid = l_pid
    }
}

/// `struct f_owner_ex`, 8 bytes.
public struct FOwnerEx: BitwiseCopyable, Sendable {
    public var type: Int32
    public var pid: Int32

    public init(type: Int32 = 0, pid: Int32 = 0) {
        self.type = type
        self.pid = pid
    }
}

/// `struct open_how` of openat2(2), 24 bytes.
public struct OpenHow: BitwiseCopyable, Sendable {
    public var flags: UInt64
    public var mode: UInt64
    public var resolve: UInt64

    public init(flags: UInt64 = 0, mode: UInt64 = 0, resolve: UInt64 = 0) {
        self.flags = flags
        self.mode = mode
        self.resolve = resolve
    }
}

/// `struct iovec`, 16 bytes.
public struct Iovec: BitwiseCopyable, Sendable {
    public var iov_base: UInt64
    public var iov_len: UInt64

    public init(iov_base: UInt64 = 0, iov_len: UInt64 = 0) {
        self.iov_base = iov_base
        self.iov_len = iov_len
    }
}
