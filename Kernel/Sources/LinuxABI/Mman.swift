// SPDX-License-Identifier: Apache-2.0
//
// Memory mapping: mmap(2), mremap(2), madvise(2), msync(2), mlock(2), memfd_create(2).

/// Protection, mapping, advice, sync and lock flags.
public enum Mman {
    public static let PROT_NONE: Int32 = 0
    public static let PROT_READ: Int32 = 1
    public static let PROT_WRITE: Int32 = 2
    public static let PROT_EXEC: Int32 = 4
    public static let PROT_SEM: Int32 = 8
    public static let PROT_GROWSDOWN: Int32 = 0x0100_0000
    public static let PROT_GROWSUP: Int32 = 0x0200_0000

    public static let MAP_SHARED: Int32 = 1
    public static let MAP_PRIVATE: Int32 = 2
    public static let MAP_SHARED_VALIDATE: Int32 = 3
    public static let MAP_TYPE: Int32 = 0xf
    public static let MAP_FIXED: Int32 = 0x10
    public static let MAP_ANONYMOUS: Int32 = 0x20
    public static let MAP_32BIT: Int32 = 0x40
    public static let MAP_GROWSDOWN: Int32 = 0x100
    public static let MAP_DENYWRITE: Int32 = 0x800
    public static let MAP_EXECUTABLE: Int32 = 0x1000
    public static let MAP_LOCKED: Int32 = 0x2000
    public static let MAP_NORESERVE: Int32 = 0x4000
    public static let MAP_POPULATE: Int32 = 0x8000
    public static let MAP_NONBLOCK: Int32 = 0x0001_0000
    public static let MAP_STACK: Int32 = 0x0002_0000
    public static let MAP_HUGETLB: Int32 = 0x0004_0000
    public static let MAP_SYNC: Int32 = 0x0008_0000
    public static let MAP_FIXED_NOREPLACE: Int32 = 0x0010_0000
    public static let MAP_HUGE_SHIFT: Int32 = 0x1a
    public static let MAP_HUGE_MASK: Int32 = 0x3f

    public static let MREMAP_MAYMOVE: Int32 = 1
    public static let MREMAP_FIXED: Int32 = 2
    public static let MREMAP_DONTUNMAP: Int32 = 4

    public static let MS_ASYNC: Int32 = 1
    public static let MS_INVALIDATE: Int32 = 2
    public static let MS_SYNC: Int32 = 4

    public static let MCL_CURRENT: Int32 = 1
    public static let MCL_FUTURE: Int32 = 2
    public static let MCL_ONFAULT: Int32 = 4
    public static let MLOCK_ONFAULT: Int32 = 1

    public static let PKEY_DISABLE_ACCESS: Int32 = 1
    public static let PKEY_DISABLE_WRITE: Int32 = 2
}

/// Advice of madvise(2).
public enum Madvise {
    public static let MADV_NORMAL: Int32 = 0
    public static let MADV_RANDOM: Int32 = 1
    public static let MADV_SEQUENTIAL: Int32 = 2
    public static let MADV_WILLNEED: Int32 = 3
    public static let MADV_DONTNEED: Int32 = 4
    public static let MADV_FREE: Int32 = 8
    public static let MADV_REMOVE: Int32 = 9
    public static let MADV_DONTFORK: Int32 = 10
    public static let MADV_DOFORK: Int32 = 11
    public static let MADV_HWPOISON: Int32 = 100
    public static let MADV_SOFT_OFFLINE: Int32 = 101
    public static let MADV_MERGEABLE: Int32 = 12
    public static let MADV_UNMERGEABLE: Int32 = 13
    public static let MADV_HUGEPAGE: Int32 = 14
    public static let MADV_NOHUGEPAGE: Int32 = 15
    public static let MADV_DONTDUMP: Int32 = 16
    public static let MADV_DODUMP: Int32 = 17
    public static let MADV_WIPEONFORK: Int32 = 18
    public static let MADV_KEEPONFORK: Int32 = 19
    public static let MADV_COLD: Int32 = 20
    public static let MADV_PAGEOUT: Int32 = 21
    public static let MADV_POPULATE_READ: Int32 = 22
    public static let MADV_POPULATE_WRITE: Int32 = 23
    public static let MADV_DONTNEED_LOCKED: Int32 = 24
    public static let MADV_COLLAPSE: Int32 = 25
}

/// Flags of memfd_create(2).
public enum Memfd {
    public static let MFD_CLOEXEC: UInt32 = 1
    public static let MFD_ALLOW_SEALING: UInt32 = 2
    public static let MFD_HUGETLB: UInt32 = 4
    public static let MFD_NOEXEC_SEAL: UInt32 = 8
    public static let MFD_EXEC: UInt32 = 0x10
}

/// Commands of membarrier(2).
public enum Membarrier {
    public static let MEMBARRIER_CMD_QUERY: Int32 = 0
    public static let MEMBARRIER_CMD_GLOBAL: Int32 = 1
    public static let MEMBARRIER_CMD_GLOBAL_EXPEDITED: Int32 = 2
    public static let MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED: Int32 = 4
    public static let MEMBARRIER_CMD_PRIVATE_EXPEDITED: Int32 = 8
    public static let MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED: Int32 = 16
    public static let MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE: Int32 = 32
    public static let MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE: Int32 = 64
    public static let MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ: Int32 = 128
    public static let MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ: Int32 = 256
}
