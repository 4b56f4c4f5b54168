// SPDX-License-Identifier: Apache-2.0
//
// /proc/cpuinfo, from CPUID.

import LinuxABI
import Machine

enum ProcProcessors {
    static func text() -> [UInt8] {
        var text: [UInt8] = []
        let identity = Machine.processor(0)
        let version = Machine.processor(1).a
        var family = version >> 8 & 15
        if family == 15 { family += version >> 20 & 255 }
        var model = version >> 4 & 15
        if family >= 6 { model += (version >> 16 & 15) << 4 }
        let flags = flags()
        let sizes = Machine.processor(0x8000_0008).a
        let count = max(1, Machine.processorCount)
        for i in 0..<count {
            text.append("processor\t: ")
            text.append(decimal: i)
            text.append("\nvendor_id\t: ")
            for word in [identity.b, identity.d, identity.c] { text.appendText(word) }
            text.append("\ncpu family\t: ")
            text.append(decimal: Int(family))
            text.append("\nmodel\t\t: ")
            text.append(decimal: Int(model))
            text.append("\nmodel name\t: ")
            text.append(contentsOf: name())
            text.append("\nstepping\t: ")
            text.append(decimal: Int(version & 15))
            text.append("\nmicrocode\t: 0x1\ncpu MHz\t\t: ")
            let rate = Machine.processor(0x16).a & 0xffff
            text.append(decimal: identity.a >= 0x16 && rate != 0 ? Int(rate) : 2000)
            text.append(".000\ncache size\t: 1024 KB\nphysical id\t: 0\nsiblings\t: ")
            text.append(decimal: count)
            text.append("\ncore id\t\t: ")
            text.append(decimal: i)
            text.append("\ncpu cores\t: ")
            text.append(decimal: count)
            text.append("\napicid\t\t: ")
            text.append(decimal: i)
            text.append("\ninitial apicid\t: ")
            text.append(decimal: i)
            text.append("\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: ")
            text.append(decimal: Int(identity.a))
            text.append("\nwp\t\t: yes\nflags\t\t:")
            text.append(contentsOf: flags)
            text.append(
                "\nbugs\t\t:\nbogomips\t: 4000.00\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: ")
            text.append(decimal: Int(sizes & 255))
            text.append(" bits physical, ")
            text.append(decimal: Int(sizes >> 8 & 255))
            text.append(" bits virtual\npower management:\n\n")
        }
        return text
    }

    private static func name() -> [UInt8] {
        var text: [UInt8] = []
        for leaf: UInt32 in 0x8000_0002...0x8000_0004 {
            let part = Machine.processor(leaf)
            for word in [part.a, part.b, part.c, part.d] { text.appendText(word) }
        }
        while text.first == 0x20 { text.removeFirst() }
        while text.last == 0x20 { text.removeLast() }
        return text.isEmpty ? [UInt8]("unknown") : text
    }

    // The names of Linux's cpufeatures.h for bits 0 to 31, `-` for none.
    private static let leaf1d: StaticString =
        "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe"
    private static let leaf1c: StaticString =
        "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor"
    private static let leaf7b: StaticString =
        "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl"
    private static let leaf7c: StaticString =
        "- avx512vbmi umip pku - waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid - bus_lock_detect cldemote - movdiri movdir64b enqcmd - -"
    private static let extendedD: StaticString =
        "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow"
    private static let extendedC: StaticString =
        "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext - - - - ptsc mwaitx - - -"

    private static func flags() -> [UInt8] {
        let basic = Machine.processor(1)
        let structured = Machine.processor(7)
        let extended = Machine.processor(0x8000_0001)
        var text: [UInt8] = []
        add(leaf1d, basic.d, &text)
        add(extendedD, extended.d, &text)
        add(leaf1c, basic.c, &text)
        add(extendedC, extended.c, &text)
        add(leaf7b, structured.b, &text)
        add(leaf7c, structured.c, &text)
        return text
    }

    private static func add(_ names: StaticString, _ bits: UInt32, _ text: inout [UInt8]) {
        var index: UInt32 = 0
        for name in [UInt8](names).split(separator: 0x20) {
            if bits >> index & 1 != 0 && name.first != 0x2d {
                text.append(0x20)
                text.append(contentsOf: name)
            }
            index += 1
            if index > 31 { break }
        }
    }
}

extension Array where Element == UInt8 {
    /// Four characters of a register.
    fileprivate mutating func appendText(_ word: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] {
            let byte = UInt8(truncatingIfNeeded: word >> shift)
            if byte >= 0x20 && byte < 0x7f { append(byte) }
        }
    }
}
