// SPDX-License-Identifier: Apache-2.0
//
// The seccomp filter, run by an interpreter of classic BPF: what it admits and what it kills.

import CMachine
import Foundation
import Testing

@Suite("Host-call filter")
struct HostFilterTests {
    static let text: Range<UInt64> = 0x1000_0000_2000..<0x1000_0010_0000
    static let kernelCode: UInt64 = 0x1000_0000_3456
    private let program: [UInt64]

    init() {
        var buffer = [UInt64](repeating: 0, count: 512)
        let count = unsafe cm_filter_build(&buffer, 512, Self.text.lowerBound, Self.text.upperBound)
        program = [UInt64](buffer.prefix(Int(count)))
    }

    /// Whether a call passes. Traps on an instruction the kernel's own checker would refuse.
    private func admits(
        _ number: UInt32, _ arguments: [UInt64] = [], at instruction: UInt64 = kernelCode, arch: UInt32 = 0xc000_003e
    ) -> Bool {
        var data: [UInt32] = [
            number, arch, UInt32(truncatingIfNeeded: instruction), UInt32(truncatingIfNeeded: instruction >> 32),
        ]
        for index in 0..<6 {
            let value = index < arguments.count ? arguments[index] : 0
            data.append(UInt32(truncatingIfNeeded: value))
            data.append(UInt32(truncatingIfNeeded: value >> 32))
        }
        var a: UInt32 = 0
        var x: UInt32 = 0
        var at = 0
        while true {
            let code = program[at] & 0xffff
            let jt = Int(program[at] >> 16 & 0xff)
            let jf = Int(program[at] >> 24 & 0xff)
            let k = UInt32(program[at] >> 32)
            at += 1
            switch code {
            case 0x20: a = data[Int(k) / 4]
            case 0x07: x = a
            case 0x0c: a &+= x
            case 0x05: at += Int(k)
            case 0x15: at += a == k ? jt : jf
            case 0x25: at += a > k ? jt : jf
            case 0x35: at += a >= k ? jt : jf
            case 0x3d: at += a >= x ? jt : jf
            case 0x45: at += a & k != 0 ? jt : jf
            case 0x06: return k == 0x7fff_0000
            default: preconditionFailure("instruction \(code)")
            }
        }
    }

    @Test func `it fits`() {
        #expect(program.count > 100 && program.count < 512)
        var small = [UInt64](repeating: 0, count: 10)
        #expect(unsafe cm_filter_build(&small, 10, Self.text.lowerBound, Self.text.upperBound) == 0)
    }

    @Test func `the host's kernel takes it, and it kills`() async {
        // In a child: install a filter whose text range is nowhere, so that the next call dies by SIGSYS.
        await #expect(processExitsWith: .signal(SIGSYS)) {
            var buffer = [UInt64](repeating: 0, count: 512)
            let count = unsafe cm_filter_build(&buffer, 512, 0x1000_0000_2000, 0x1000_0010_0000)
            unsafe buffer.withUnsafeMutableBytes { bytes in
                var filter = unsafe (UInt64(count), UInt64(UInt(bitPattern: bytes.baseAddress)))
                _ = unsafe withUnsafeMutablePointer(to: &filter) { pointer in
                    _ = cm_host_call(157, 38, 1, 0, 0, 0, 0)
                    return unsafe cm_host_call(317, 1, 0, UInt64(UInt(bitPattern: pointer)), 0, 0, 0)
                }
            }
            _ = cm_host_call(39, 0, 0, 0, 0, 0, 0)
        }
    }

    @Test func `every listed call without a check passes, from the kernel's text only`() {
        let checked: Set<UInt32> = [9, 10, 11, 16, 25, 41, 56, 62, 72, 157, 234]
        for index in 0..<cm_filter_rule_count() {
            let number = cm_filter_rule_number(index)
            if index > 0 { #expect(number > cm_filter_rule_number(index - 1), "ascending") }
            if checked.contains(number) { continue }
            #expect(admits(number))
            #expect(!admits(number, at: 0x4000_0000))
            #expect(!admits(number, at: Self.text.upperBound + 1))
            #expect(!admits(number, at: Self.text.lowerBound))
            #expect(!admits(number, at: Self.kernelCode &+ 1 << 32))
            #expect(!admits(number, arch: 0x4000_0003))
            #expect(!admits(number | 0x4000_0000))
        }
    }

    @Test func `a call that is not listed is refused`() {
        let listed = Set((0..<cm_filter_rule_count()).map { cm_filter_rule_number($0) })
        for number in UInt32(0)..<600 where !listed.contains(number) { #expect(!admits(number), "\(number)") }
        for dangerous: UInt32 in [59, 101, 157, 158, 165, 310, 311, 317, 321, 322] { #expect(!admits(dangerous)) }
    }

    static let userEnd: UInt64 = 0x1000_0000_0000

    @Test(arguments: [10, 11] as [UInt32])
    func `memory calls stay below the guest's end`(number: UInt32) {
        #expect(admits(number, [0x1_0000, 0x1000]))
        #expect(admits(number, [0x1_0000, Self.userEnd - 0x1_0000]))
        #expect(admits(number, [Self.userEnd - 0x1000, 0x1000]))
        #expect(admits(number, [0xfff_0000_0000, 0x1_0000_0000]))
        #expect(!admits(number, [Self.userEnd - 0x1000, 0x2000]))
        #expect(!admits(number, [Self.userEnd, 0x1000]))
        #expect(!admits(number, [0x1_0000, Self.userEnd]))
        #expect(!admits(number, [0x1000, UInt64.max - 0x0fff]))
        #expect(!admits(number, [0x7fff_ffff_f000, 0x1000]))
        #expect(!admits(number, [0xffe_ffff_f000, 0x2_0000_0000]))
    }

    @Test func `random ranges are judged exactly`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let start = UInt64.random(in: 0..<(1 << 46), using: &random) & ~0xfff
            let length = UInt64.random(in: 1..<(1 << 46), using: &random) & ~0xfff
            let isInside = start < Self.userEnd && length <= Self.userEnd - start
            #expect(admits(11, [start, length]) == isInside, "\(start) \(length)")
        }
    }

    @Test func `mappings are fixed`() {
        #expect(admits(9, [0x1_0000, 0x1000, 7, 0x32, .max, 0]))
        #expect(!admits(9, [0x1_0000, 0x1000, 3, 0x22, .max, 0]))
        #expect(!admits(9, [Self.userEnd, 0x1000, 3, 0x32, .max, 0]))
        #expect(admits(9, [0x1200_0002_0000, 0x1000, 0, 0x32, .max, 0]))
        #expect(!admits(9, [0x1200_0002_0000, 0x1000, 3, 0x32, .max, 0]))
        #expect(admits(25, [0x1_0000, 0x1000, 0x2000, 3, 0x10_0000]))
        #expect(!admits(25, [0x1_0000, 0x1000, 0x2000, 1, 0]))
        #expect(!admits(25, [0x1_0000, 0x1000, 0x2000, 3, Self.userEnd]))
    }

    @Test func `selectors are restricted`() {
        #expect(admits(157, [59, 1]) && !admits(157, [22]) && !admits(157, [38]))
        #expect(admits(62, [1, 9]) && !admits(62, [1, 15]))
        #expect(admits(234, [1, 1, 63]) && !admits(234, [1, 1, 9]))
        #expect(
            admits(41, [2, 1, 0]) && admits(41, [10, 2, 0]) && !admits(41, [16, 3, 0]) && !admits(41, [1, 1, 0]))
        #expect(admits(16, [0, 0x541b]) && !admits(16, [0, 0x5412]) && !admits(16, [0, 0x8914]))
        #expect(admits(72, [0, 1030]) && !admits(72, [0, 8]))
        #expect(admits(56, [0x0100_0411]) && admits(56, [0x0135_0f00]))
        #expect(!admits(56, [0x1000_0411]) && !admits(56, [0x11]) && !admits(56, [1 << 32 | 0x411]))
    }
}
