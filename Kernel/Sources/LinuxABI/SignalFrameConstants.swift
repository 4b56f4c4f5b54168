// SPDX-License-Identifier: Apache-2.0
//
// Flags and magic numbers of the signal frame: arch/x86/include/uapi/asm/ucontext.h and sigcontext.h.

public enum SignalFrameFlag {
    // uc_flags.
    /// An XSAVE area follows, described by `FpxSwBytes`.
    public static let UC_FP_XSTATE: UInt64 = 1
    /// The saved `ss` is meaningful, and rt_sigreturn restores it as it is.
    public static let UC_SIGCONTEXT_SS: UInt64 = 2
    public static let UC_STRICT_RESTORE_SS: UInt64 = 4

    // The marks of an extended state area: in `FpxSwBytes.magic1`, and in the four bytes after the area.
    public static let FP_XSTATE_MAGIC1: UInt32 = 0x4650_5853
    public static let FP_XSTATE_MAGIC2: UInt32 = 0x4650_5845
    public static let FP_XSTATE_MAGIC2_SIZE: UInt64 = 4

    /// Where the XSAVE header lies, behind the FXSAVE area, and its size.
    public static let xsaveHeaderOffset: UInt64 = 512
    public static let xsaveHeaderSize: UInt64 = 64
    /// Bytes below the stack pointer that belong to the interrupted code (System V ABI, AMD64, 3.2.2).
    public static let redZone: UInt64 = 128

    // Selectors of user code under 64-bit Linux.
    public static let userCodeSelector: UInt16 = 0x33
    public static let userStackSelector: UInt16 = 0x2b
}
