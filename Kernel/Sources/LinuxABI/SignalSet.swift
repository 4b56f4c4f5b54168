// SPDX-License-Identifier: Apache-2.0
//
// The kernel's 64-bit sigset_t: bit n-1 stands for signal n. Only valid signal numbers may be passed to the
// members; the shift is masked, so a wrong number gives a wrong bit and never a trap.

public struct SignalSet: BitwiseCopyable, Sendable, Equatable {
    public var bits: UInt64

    public init(bits: UInt64 = 0) {
        self.bits = bits
    }

    /// The set that holds `signal` alone.
    public init(_ signal: Int32) {
        bits = SignalSet.mask(signal)
    }

    public static let empty = SignalSet()
    public static let full = SignalSet(bits: .max)
    /// SIGKILL and SIGSTOP, which no mask can hold back.
    public static let unblockable = SignalSet(bits: 0x4_0100)

    public static func mask(_ signal: Int32) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: signal &- 1)
    }

    public var isEmpty: Bool { bits == 0 }

    public func contains(_ signal: Int32) -> Bool {
        bits & SignalSet.mask(signal) != 0
    }

    public mutating func insert(_ signal: Int32) {
        bits |= SignalSet.mask(signal)
    }

    public mutating func remove(_ signal: Int32) {
        bits &= ~SignalSet.mask(signal)
    }

    /// The lowest signal in the set, which Linux delivers first among those of its kind.
    public var first: Int32? {
        bits == 0 ? nil : Int32(truncatingIfNeeded: bits.trailingZeroBitCount) + 1
    }

    public func union(_ other: SignalSet) -> SignalSet {
        SignalSet(bits: bits | other.bits)
    }

    public func intersection(_ other: SignalSet) -> SignalSet {
        SignalSet(bits: bits & other.bits)
    }

    public func subtracting(_ other: SignalSet) -> SignalSet {
        SignalSet(bits: bits & ~other.bits)
    }
}
