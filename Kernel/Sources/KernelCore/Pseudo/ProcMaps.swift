// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/maps, smaps and smaps_rollup, from the kernel's own map of the process.

import LinuxABI
import Machine

enum ProcMaps {
    static func maps(_ process: Process) -> [UInt8] {
        var text: [UInt8] = []
        each(process) { area, name in line(area, name, &text) }
        return text
    }

    static func smaps(_ process: Process) -> [UInt8] {
        var text: [UInt8] = []
        each(process) { area, name in
            line(area, name, &text)
            figures(
                area.bytes, ProcMemoryUse.resident(area), isShared: area.isShared, isFile: area.kind == .file, &text)
            text.append("THPeligible:    0\nVmFlags:")
            if area.protection & Mman.PROT_READ != 0 { text.append(" rd") }
            if area.protection & Mman.PROT_WRITE != 0 { text.append(" wr") }
            if area.protection & Mman.PROT_EXEC != 0 { text.append(" ex") }
            if area.isShared { text.append(" sh") }
            text.append(" mr mw me")
            if area.kind == .stack { text.append(" gd") }
            if area.isLocked { text.append(" lo") }
            text.append(" sd \n")
        }
        return text
    }

    static func rollup(_ process: Process) -> [UInt8] {
        let use = ProcMemoryUse(process)
        guard let first = process.memory.areas.first, let last = process.memory.areas.last else { return [] }
        var text: [UInt8] = []
        text.append(hex: first.start, width: 8)
        text.append("-")
        text.append(hex: last.end, width: 8)
        text.append(" ---p 00000000 00:00 0                          [rollup]\n")
        figures(nil, use.resident, isShared: false, isFile: false, &text)
        return text
    }

    /// Every area but the kernel's own, and the vDSO, in order of address.
    private static func each(_ process: Process, _ body: (Area, [UInt8]) -> Void) {
        guard process.state == .running else { return }
        let reader = currentThread
        var vdso: Area?
        if Machine.vdso != 0 && !process.memory.areas.isEmpty {
            vdso = Area(
                start: Machine.vdso, end: Machine.vdso + 0x2000, protection: Mman.PROT_READ | Mman.PROT_EXEC,
                kind: .anonymous,
                isShared: false, content: nil, offset: 0, twin: nil, file: nil)
        }
        for area in process.memory.areas where area.kind != .stubs {
            if let code = vdso, code.start < area.start {
                body(code, [UInt8]("[vdso]"))
                vdso = nil
            }
            body(area, name(area, reader))
        }
        if let vdso { body(vdso, [UInt8]("[vdso]")) }
    }

    private static func name(_ area: Area, _ reader: Thread) -> [UInt8] {
        switch area.kind {
        case .heap: return [UInt8]("[heap]")
        case .stack: return [UInt8]("[stack]")
        default: break
        }
        if let location = area.file?.location { return PathText.link(to: location, reader) }
        if let file = area.file { return file.linkText }
        return area.isShared ? [UInt8]("/dev/zero (deleted)") : []
    }

    private static func line(_ area: Area, _ name: [UInt8], _ text: inout [UInt8]) {
        let start = text.count
        text.append(hex: area.start, width: 8)
        text.append("-")
        text.append(hex: area.end, width: 8)
        text.append(0x20)
        text.append(area.protection & Mman.PROT_READ != 0 ? 0x72 : 0x2d)
        text.append(area.protection & Mman.PROT_WRITE != 0 ? 0x77 : 0x2d)
        text.append(area.protection & Mman.PROT_EXEC != 0 ? 0x78 : 0x2d)
        text.append(area.isShared ? 0x73 : 0x70)
        text.append(0x20)
        let inode = area.file?.inode
        text.append(hex: UInt64(bitPattern: inode == nil ? 0 : area.offset), width: 8)
        text.append(0x20)
        let device = inode?.superblock.deviceID ?? 0
        text.append(hex: UInt64(DeviceNumber.major(of: device)), width: 2)
        text.append(":")
        text.append(hex: UInt64(DeviceNumber.minor(of: device)), width: 2)
        text.append(0x20)
        text.append(decimal: Int(truncatingIfNeeded: inode?.number ?? 0))
        // Linux ends the line of an area without a name with a space.
        let width = text.count - start
        if name.isEmpty {
            text.append(" \n")
            return
        }
        text.append(contentsOf: repeatElement(0x20, count: max(1, 73 - width)))
        for byte in name {
            if byte == 0x0a { text.append("\\012") } else { text.append(byte) }
        }
        text.append("\n")
    }

    private static func figures(
        _ size: UInt64?, _ resident: UInt64, isShared: Bool, isFile: Bool, _ text: inout [UInt8]
    ) {
        func row(_ name: StaticString, _ bytes: UInt64) {
            text.append(padded: name, width: 16)
            text.append(decimal: Int(bytes >> 10), width: 8)
            text.append(" kB\n")
        }
        if let size {
            row("Size:", size)
            row("KernelPageSize:", 4096)
            row("MMUPageSize:", 4096)
        }
        let isAnonymous = !isShared && !isFile
        row("Rss:", resident)
        row("Pss:", resident)
        row("Shared_Clean:", isShared ? resident : 0)
        row("Shared_Dirty:", 0)
        row("Private_Clean:", isFile && !isShared ? resident : 0)
        row("Private_Dirty:", isAnonymous ? resident : 0)
        row("Referenced:", resident)
        row("Anonymous:", isAnonymous ? resident : 0)
        row("LazyFree:", 0)
        row("AnonHugePages:", 0)
        row("ShmemPmdMapped:", 0)
        row("FilePmdMapped:", 0)
        row("Shared_Hugetlb:", 0)
        row("Private_Hugetlb:", 0)
        row("Swap:", 0)
        row("SwapPss:", 0)
        row("Locked:", 0)
    }
}
