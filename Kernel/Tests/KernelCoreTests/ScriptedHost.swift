// SPDX-License-Identifier: Apache-2.0
//
// A host that answers what a test tells it to, for every host call.

import Glibc
import Machine

final class ScriptedHost: RawHost {
    /// The answer to a call: number and arguments in, raw result out. It may write to the addresses it is given.
    var answer: (Int64, [UInt64]) -> Int64
    private(set) var calls: Set<Int64> = []

    init(_ answer: @escaping (Int64, [UInt64]) -> Int64) { self.answer = answer }

    /// Gives `result` to everything and fills what the call may write to.
    convenience init(_ result: Int64, _ scribble: Scribble) {
        self.init { number, arguments in
            scribble.apply(number, arguments)
            return result
        }
    }

    override func call(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
        _ f: UInt64 = 0
    ) -> Int64 {
        calls.insert(number)
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

/// What a lying host writes where a call lets it write.
enum Scribble: CaseIterable {
    case nothing
    case zeros
    case ones
    case signBits
    case noise

    func apply(_ number: Int64, _ arguments: [UInt64]) {
        if self == .nothing { return }
        for (address, count) in Scribble.outputs(number, arguments) {
            guard let memory = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(address)) else { continue }
            for i in 0..<count { unsafe memory[i] = byte(i) }
        }
    }

    private func byte(_ index: Int) -> UInt8 {
        switch self {
        case .nothing, .zeros: 0
        case .ones: 0xff
        case .signBits: index & 7 == 7 ? 0x80 : 0
        case .noise: UInt8.random(in: 0...255)
        }
    }

    /// Where the host writes in a call, and how many bytes.
    static func outputs(_ number: Int64, _ a: [UInt64]) -> [(address: UInt64, count: Int)] {
        func length(_ index: Int) -> Int { Int(min(a[index], 1 << 20)) }
        func word(_ address: UInt64) -> UInt64 {
            guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return 0 }
            return unsafe pointer.loadUnaligned(as: UInt64.self)
        }
        switch number {
        case 0, 17: return [(a[1], length(2))]
        case 5: return [(a[1], 144)]
        case 7, 271: return [(a[0], 8 * length(1))]
        case 16: return [(a[2], 4)]
        case 27: return [(a[2], (length(1) + 4095) / 4096)]
        case 45: return [(a[1], length(2))]
        case 47:
            // The name, the control data, and in the header their lengths and the flags.
            return [
                (word(a[1]), Int(word(a[1] + 8) & 0xffff)), (word(a[1] + 32), Int(word(a[1] + 40) & 0xffff)),
                (a[1] + 8, 4), (a[1] + 40, 8), (a[1] + 48, 4),
            ]
        case 51, 52: return [(a[1], 128), (a[2], 4)]
        case 55: return [(a[3], Int(word(a[4]) & 0xffff)), (a[4], 4)]
        case 61: return [(a[1], 4)]
        case 98: return [(a[1], 144)]
        case 99: return [(a[0], 112)]
        case 204: return [(a[2], length(1))]
        case 217: return [(a[1], length(2))]
        case 228, 229: return [(a[1], 16)]
        case 262: return [(a[2], 144)]
        case 267: return [(a[2], length(3))]
        case 281: return [(a[1], 12 * length(2))]
        case 309: return [(a[0], 4), (a[1], 4)]
        default: return []
        }
    }
}
