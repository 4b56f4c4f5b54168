// SPDX-License-Identifier: Apache-2.0
//
// Operations of futex(2), the bits of a futex word and the encoding of FUTEX_WAKE_OP.

/// Commands, flags and FUTEX_WAKE_OP fields.
public enum Futex {
    public static let FUTEX_WAIT: Int32 = 0
    public static let FUTEX_WAKE: Int32 = 1
    public static let FUTEX_FD: Int32 = 2
    public static let FUTEX_REQUEUE: Int32 = 3
    public static let FUTEX_CMP_REQUEUE: Int32 = 4
    public static let FUTEX_WAKE_OP: Int32 = 5
    public static let FUTEX_LOCK_PI: Int32 = 6
    public static let FUTEX_UNLOCK_PI: Int32 = 7
    public static let FUTEX_TRYLOCK_PI: Int32 = 8
    public static let FUTEX_WAIT_BITSET: Int32 = 9
    public static let FUTEX_WAKE_BITSET: Int32 = 10
    public static let FUTEX_WAIT_REQUEUE_PI: Int32 = 11
    public static let FUTEX_CMP_REQUEUE_PI: Int32 = 12
    public static let FUTEX_LOCK_PI2: Int32 = 13
    public static let FUTEX_PRIVATE_FLAG: Int32 = 128
    public static let FUTEX_CLOCK_REALTIME: Int32 = 256
    public static let FUTEX_CMD_MASK: Int32 = -385

    public static let FUTEX_OP_SET: Int32 = 0
    public static let FUTEX_OP_ADD: Int32 = 1
    public static let FUTEX_OP_OR: Int32 = 2
    public static let FUTEX_OP_ANDN: Int32 = 3
    public static let FUTEX_OP_XOR: Int32 = 4
    public static let FUTEX_OP_OPARG_SHIFT: Int32 = 8
    public static let FUTEX_OP_CMP_EQ: Int32 = 0
    public static let FUTEX_OP_CMP_NE: Int32 = 1
    public static let FUTEX_OP_CMP_LT: Int32 = 2
    public static let FUTEX_OP_CMP_LE: Int32 = 3
    public static let FUTEX_OP_CMP_GT: Int32 = 4
    public static let FUTEX_OP_CMP_GE: Int32 = 5

    public static let FUTEX_WAITV_MAX: Int32 = 128
    public static let ROBUST_LIST_LIMIT: Int32 = 2048
}

/// Bits of a robust or priority-inheriting futex word, and the bitset that matches all.
public enum FutexWord {
    public static let FUTEX_WAITERS: UInt32 = 0x8000_0000
    public static let FUTEX_OWNER_DIED: UInt32 = 0x4000_0000
    public static let FUTEX_TID_MASK: UInt32 = 0x3fff_ffff
    public static let FUTEX_BITSET_MATCH_ANY: UInt32 = 0xffff_ffff
    public static let FUTEX_32: UInt32 = 2
}

/// Flags of rseq(2) and the initial `cpu_id` values.
public enum Rseq {
    public static let RSEQ_FLAG_UNREGISTER: Int32 = 1
    public static let RSEQ_CPU_ID_UNINITIALIZED: Int32 = -1
    public static let RSEQ_CPU_ID_REGISTRATION_FAILED: Int32 = -2
}
