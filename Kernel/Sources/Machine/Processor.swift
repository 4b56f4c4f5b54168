// SPDX-License-Identifier: Apache-2.0
//
// CPUID.

import CMachine

extension Machine {
    public struct ProcessorAnswer {
        public var a: UInt32
        public var b: UInt32
        public var c: UInt32
        public var d: UInt32
    }

    public static func processor(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> ProcessorAnswer {
        let low = cm_cpuid_half(leaf, subleaf, 0)
        let high = cm_cpuid_half(leaf, subleaf, 1)
        return ProcessorAnswer(
            a: UInt32(truncatingIfNeeded: low), b: UInt32(truncatingIfNeeded: low >> 32),
            c: UInt32(truncatingIfNeeded: high),
            d: UInt32(truncatingIfNeeded: high >> 32))
    }
}
