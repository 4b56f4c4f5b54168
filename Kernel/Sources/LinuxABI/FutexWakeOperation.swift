// SPDX-License-Identifier: Apache-2.0
//
// The packed operation of FUTEX_WAKE_OP: op in bits 28-30 (bit 31: the argument is a shift), comparison in bits
// 24-27, then two signed 12-bit arguments, see futex(2).

public struct FutexWakeOperation: Sendable, Equatable {
    /// One of FUTEX_OP_SET ... FUTEX_OP_XOR, or a number Linux answers ENOSYS to.
    public let operation: Int32
    /// One of FUTEX_OP_CMP_EQ ... FUTEX_OP_CMP_GE, or a number Linux answers ENOSYS to.
    public let comparison: Int32
    public let comparisonArgument: Int32
    /// The argument of `operation`, already shifted where the word asks for it. Like Linux, a shift beyond 31
    /// counts modulo 32.
    public let argument: Int32

    public init(encoded word: UInt32) {
        let bits = Int32(bitPattern: word)
        operation = bits >> 28 & 7
        comparison = bits >> 24 & 15
        comparisonArgument = (bits &<< 20) >> 20
        let argument = (bits &<< 8) >> 20
        self.argument = bits < 0 ? 1 &<< (argument & 31) : argument
    }
}
