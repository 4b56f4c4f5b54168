// SPDX-License-Identifier: Apache-2.0
//
// A host that answers what a test tells it to, for every host call.

import Machine

final class ScriptedHost: RawHost {
    /// The answer to a call: number and arguments in, raw result out. It may write to the addresses it is given.
    var answer: (Int64, [UInt64]) -> Int64
    private(set) var calls: [Int64] = []

    init(_ answer: @escaping (Int64, [UInt64]) -> Int64) { self.answer = answer }

    override func call(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
        _ f: UInt64 = 0
    ) -> Int64 {
        calls.append(number)
        return answer(number, [a, b, c, d, e, f])
    }
    override func interruptible(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
        _ f: UInt64 = 0
    ) -> Int64 { call(number, a, b, c, d, e, f) }
    override func unlocked(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
        _ f: UInt64 = 0
    ) -> Int64 { call(number, a, b, c, d, e, f) }
    override func sleeping(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
        _ f: UInt64 = 0
    ) -> Int64 { call(number, a, b, c, d, e, f) }
}

/// Raw results that no honest host gives, and some that it may.
let wrongAnswers: [Int64] = [
    1, 2, 7, 8, 9, 4095, 4096, 4097, 65537, 1 << 31, 1 << 32, 1 << 47, .max, -1, -4, -11, -12, -41, -58, -133, -134,
    -4095, -4096, .min,
]
