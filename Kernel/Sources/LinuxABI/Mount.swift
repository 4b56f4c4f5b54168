// SPDX-License-Identifier: Apache-2.0
//
// Mounting and file-system identity: mount(2), umount(2), statfs(2).

/// Flags of mount(2).
public enum MountFlag {
    public static let MS_RDONLY: UInt64 = 1
    public static let MS_NOSUID: UInt64 = 2
    public static let MS_NODEV: UInt64 = 4
    public static let MS_NOEXEC: UInt64 = 8
    public static let MS_SYNCHRONOUS: UInt64 = 0x10
    public static let MS_REMOUNT: UInt64 = 0x20
    public static let MS_MANDLOCK: UInt64 = 0x40
    public static let MS_DIRSYNC: UInt64 = 0x80
    public static let MS_NOSYMFOLLOW: UInt64 = 0x100
    public static let MS_NOATIME: UInt64 = 0x400
    public static let MS_NODIRATIME: UInt64 = 0x800
    public static let MS_BIND: UInt64 = 0x1000
    public static let MS_MOVE: UInt64 = 0x2000
    public static let MS_REC: UInt64 = 0x4000
    public static let MS_SILENT: UInt64 = 0x8000
    public static let MS_UNBINDABLE: UInt64 = 0x0002_0000
    public static let MS_PRIVATE: UInt64 = 0x0004_0000
    public static let MS_SLAVE: UInt64 = 0x0008_0000
    public static let MS_SHARED: UInt64 = 0x0010_0000
    public static let MS_RELATIME: UInt64 = 0x0020_0000
    public static let MS_STRICTATIME: UInt64 = 0x0100_0000
    public static let MS_LAZYTIME: UInt64 = 0x0200_0000
    public static let MS_MGC_VAL: UInt64 = 0xc0ed_0000
    public static let MS_MGC_MSK: UInt64 = 0xffff_0000
}

/// Flags of umount2(2).
public enum UnmountFlag {
    public static let MNT_FORCE: Int32 = 1
    public static let MNT_DETACH: Int32 = 2
    public static let MNT_EXPIRE: Int32 = 4
    public static let UMOUNT_NOFOLLOW: Int32 = 8
}

/// `f_flags`.
public enum StatfsFlag {
    public static let ST_RDONLY: Int64 = 1
    public static let ST_NOSUID: Int64 = 2
    public static let ST_NODEV: Int64 = 4
    public static let ST_NOEXEC: Int64 = 8
    public static let ST_SYNCHRONOUS: Int64 = 0x10
    public static let ST_VALID: Int64 = 0x20
    public static let ST_NOATIME: Int64 = 0x400
    public static let ST_NODIRATIME: Int64 = 0x800
    public static let ST_RELATIME: Int64 = 0x1000
}

/// `f_type`.
public enum StatfsMagic {
    public static let TMPFS_MAGIC: Int64 = 0x0102_1994
    public static let PROC_SUPER_MAGIC: Int64 = 0x9fa0
    public static let SYSFS_MAGIC: Int64 = 0x6265_6572
    public static let CONFIGFS_MAGIC: Int64 = 0x6265_6570
    public static let DEVPTS_SUPER_MAGIC: Int64 = 0x1cd1
    public static let RAMFS_MAGIC: Int64 = 0x8584_58f6
    public static let EXT4_SUPER_MAGIC: Int64 = 0xef53
    public static let OVERLAYFS_SUPER_MAGIC: Int64 = 0x794c_7630
    public static let XFS_SUPER_MAGIC: Int64 = 0x5846_5342
    public static let BTRFS_SUPER_MAGIC: Int64 = 0x9123_683e
    public static let PIPEFS_MAGIC: Int64 = 0x5049_5045
    public static let SOCKFS_MAGIC: Int64 = 0x534f_434b
    public static let ANON_INODE_FS_MAGIC: Int64 = 0x0904_1934
    public static let NSFS_MAGIC: Int64 = 0x6e73_6673
    public static let CGROUP2_SUPER_MAGIC: Int64 = 0x6367_7270
    public static let SQUASHFS_MAGIC: Int64 = 0x7371_7368
    public static let FUSE_SUPER_MAGIC: Int64 = 0x6573_5546
    public static let MQUEUE_MAGIC: Int64 = 0x1980_0202
    public static let DEVTMPFS_MAGIC: Int64 = 0x1373
}
