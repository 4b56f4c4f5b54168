// SPDX-License-Identifier: Apache-2.0
//
// Masks and attributes of statx(2).

/// `stx_mask`.
public enum Statx {
    public static let STATX_TYPE: UInt32 = 1
    public static let STATX_MODE: UInt32 = 2
    public static let STATX_NLINK: UInt32 = 4
    public static let STATX_UID: UInt32 = 8
    public static let STATX_GID: UInt32 = 0x10
    public static let STATX_ATIME: UInt32 = 0x20
    public static let STATX_MTIME: UInt32 = 0x40
    public static let STATX_CTIME: UInt32 = 0x80
    public static let STATX_INO: UInt32 = 0x100
    public static let STATX_SIZE: UInt32 = 0x200
    public static let STATX_BLOCKS: UInt32 = 0x400
    public static let STATX_BASIC_STATS: UInt32 = 0x7ff
    public static let STATX_BTIME: UInt32 = 0x800
    public static let STATX_MNT_ID: UInt32 = 0x1000
    public static let STATX_DIOALIGN: UInt32 = 0x2000
    public static let STATX_ALL: UInt32 = 0xfff
    public static let STATX__RESERVED: UInt32 = 0x8000_0000
}

/// `stx_attributes`.
public enum StatxAttribute {
    public static let STATX_ATTR_COMPRESSED: UInt64 = 4
    public static let STATX_ATTR_IMMUTABLE: UInt64 = 0x10
    public static let STATX_ATTR_APPEND: UInt64 = 0x20
    public static let STATX_ATTR_NODUMP: UInt64 = 0x40
    public static let STATX_ATTR_ENCRYPTED: UInt64 = 0x800
    public static let STATX_ATTR_AUTOMOUNT: UInt64 = 0x1000
    public static let STATX_ATTR_MOUNT_ROOT: UInt64 = 0x2000
    public static let STATX_ATTR_VERITY: UInt64 = 0x0010_0000
    public static let STATX_ATTR_DAX: UInt64 = 0x0020_0000
}
