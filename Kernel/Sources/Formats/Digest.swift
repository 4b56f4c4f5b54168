// SPDX-License-Identifier: Apache-2.0
// A SHA-256 value without heap storage, and how this module asks its user to hash.

/// 32 bytes, kept as four little-endian words so that comparing and copying need no array.
public struct Digest256: Sendable, Equatable, Hashable {
    private var word0: UInt64 = 0
    private var word1: UInt64 = 0
    private var word2: UInt64 = 0
    private var word3: UInt64 = 0

    public static let byteCount = 32
    public static let zero = Digest256()

    private init() {}

    /// Nil unless exactly 32 bytes are given.
    public init?(_ bytes: [UInt8]) {
        self.init(bytes, at: 0)
        guard bytes.count == Self.byteCount else { return nil }
    }

    /// Reads 32 bytes at `offset`; nil when they are not all there.
    public init?(_ bytes: [UInt8], at offset: Int) {
        guard offset >= 0, bytes.count >= Self.byteCount, offset <= bytes.count - Self.byteCount else { return nil }
        word0 = Self.word(bytes, offset)
        word1 = Self.word(bytes, offset + 8)
        word2 = Self.word(bytes, offset + 16)
        word3 = Self.word(bytes, offset + 24)
    }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.byteCount)
        for word in [word0, word1, word2, word3] {
            for shift in 0..<8 { result.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
        }
        return result
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return value
    }
}

/// SHA-256, supplied by the kernel's or the host tools' crypto library.
public protocol SHA256Function {
    func hash(_ bytes: [UInt8]) -> Digest256
}
