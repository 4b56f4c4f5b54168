// SPDX-License-Identifier: Apache-2.0
// Seeded random input for a bounded time: about two seconds a test, or CLOISTER_FUZZ_SECONDS. Both packages use it.

import Foundation

/// SplitMix64: the same inputs on each run, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

public enum FuzzBudget {
    public static let seconds: Double =
        ProcessInfo.processInfo.environment["CLOISTER_FUZZ_SECONDS"].flatMap { Double($0) } ?? 2

    /// Calls `body` until the time is over; returns how often.
    public static func spend(_ body: () throws -> Void) rethrows -> Int {
        let end = Date().addingTimeInterval(seconds)
        var rounds = 0
        while Date() < end {
            for _ in 0..<50 { try body() }
            rounds += 50
        }
        return rounds
    }
}

/// A damaged copy: flipped, removed, inserted or repeated bytes, or a cut.
public func mutated(_ bytes: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = result.isEmpty ? 0 : Int.random(in: 0..<result.count, using: &generator)
        switch Int.random(in: 0..<7, using: &generator) {
        case 0 where !result.isEmpty: result[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where !result.isEmpty: result[position] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
        case 2 where !result.isEmpty: result.remove(at: position)
        case 3: result.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 4: result.removeLast(result.count - position)
        case 5 where result.count >= 4 && position <= result.count - 4:
            for index in 0..<4 { result[position + index] = UInt8.random(in: 0...255, using: &generator) }
        default: result += result.prefix(position).suffix(16)
        }
    }
    return result
}
