// SPDX-License-Identifier: Apache-2.0
//
// File types and permission bits: inode(7), getdents(2), umask(2).

/// File type and permissions in `st_mode`.
public enum FileMode {
    public static let S_IFMT: UInt32 = 0o170000
    public static let S_IFSOCK: UInt32 = 0o140000
    public static let S_IFLNK: UInt32 = 0o120000
    public static let S_IFREG: UInt32 = 0o100000
    public static let S_IFBLK: UInt32 = 0o60000
    public static let S_IFDIR: UInt32 = 0o40000
    public static let S_IFCHR: UInt32 = 0o20000
    public static let S_IFIFO: UInt32 = 0o10000
    public static let S_ISUID: UInt32 = 0o4000
    public static let S_ISGID: UInt32 = 0o2000
    public static let S_ISVTX: UInt32 = 0o1000
    public static let S_IRWXU: UInt32 = 0o700
    public static let S_IRUSR: UInt32 = 0o400
    public static let S_IWUSR: UInt32 = 0o200
    public static let S_IXUSR: UInt32 = 0o100
    public static let S_IRWXG: UInt32 = 0o70
    public static let S_IRGRP: UInt32 = 0o40
    public static let S_IWGRP: UInt32 = 0o20
    public static let S_IXGRP: UInt32 = 0o10
    public static let S_IRWXO: UInt32 = 7
    public static let S_IROTH: UInt32 = 4
    public static let S_IWOTH: UInt32 = 2
    public static let S_IXOTH: UInt32 = 1
}

/// File types in `d_type`.
public enum DirectoryEntryType {
    public static let DT_UNKNOWN: UInt8 = 0
    public static let DT_FIFO: UInt8 = 1
    public static let DT_CHR: UInt8 = 2
    public static let DT_DIR: UInt8 = 4
    public static let DT_BLK: UInt8 = 6
    public static let DT_REG: UInt8 = 8
    public static let DT_LNK: UInt8 = 10
    public static let DT_SOCK: UInt8 = 12
    public static let DT_WHT: UInt8 = 14
}

/// Flags of setxattr(2) and the limits of extended attributes.
public enum XattrFlag {
    public static let XATTR_CREATE: Int32 = 1
    public static let XATTR_REPLACE: Int32 = 2
    public static let XATTR_NAME_MAX: Int32 = 255
    public static let XATTR_SIZE_MAX: Int32 = 65536
    public static let XATTR_LIST_MAX: Int32 = 65536
}
