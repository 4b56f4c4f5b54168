// SPDX-License-Identifier: Apache-2.0
//
// Puts a checked program into an empty address space: segments, interpreter, heap, stack, auxiliary vector (elf(5), getauxval(3)).

import LinuxABI
import Machine

struct LoadedProgram {
    /// Where the first instruction is: the interpreter's entry, or the program's.
    var start: UInt64
    var entry: UInt64
    var base: UInt64
    var programHeaders: UInt64
    var programHeaderCount: Int
    var interpreterBase: UInt64
}

enum Loader {
    static func load(_ image: ExecImage, into memory: AddressSpace) throws(Errno) -> LoadedProgram {
        let program = image.program
        var bias: UInt64 = 0
        if program.image.isPositionIndependent {
            // A third of the way up, as Linux places PIE programs, with 28 bits of randomness.
            let alignment = max(program.image.alignment, UInt64(pageSize))
            var base = 0x555_5555_4000 + (Machine.random() & 0xfff_ffff) << 12 & 0xff_ffff_f000
            if image.interpreter == nil { base = 0x555_5555_4000 + (Machine.random() & 0xff_ffff) << 12 }
            base = (base + alignment - 1) & ~(alignment - 1)
            bias = base &- program.image.loadStart
        }
        try mapSegments(program, bias: bias, memory)
        let entry = program.image.entry &+ bias
        var loaded = LoadedProgram(
            start: entry, entry: entry, base: bias, programHeaders: (program.image.programHeaderAddress ?? 0) &+ bias,
            programHeaderCount: program.image.programHeaderCount, interpreterBase: 0)
        if let interpreter = image.interpreter {
            let alignment = max(interpreter.image.alignment, UInt64(pageSize))
            let start = try memory.findFree(
                interpreter.image.loadSize, gap: UInt64(CodeTwin.stubBytes), alignment: alignment)
            let interpreterBias = interpreter.image.isPositionIndependent ? start &- interpreter.image.loadStart : 0
            try mapSegments(interpreter, bias: interpreterBias, memory)
            loaded.start = interpreter.image.entry &+ interpreterBias
            loaded.interpreterBase = interpreterBias
        } else {
            // One page where programs map first, as Linux has [vvar] there: with no neighbour, the host would make and drop
            // three levels of page tables for every mapping.
            _ = try memory.map(MapRequest(bytes: UInt64(pageSize), protection: Mman.PROT_NONE))
        }
        let end = (program.image.lastByteEnd &+ bias + 4095) & ~4095
        memory.heapStart = end + ((Machine.random() & 0x1fff) << 12)
        memory.heapEnd = memory.heapStart
        memory.codeRange = (program.image.loadStart &+ bias, program.image.loadEnd &+ bias)
        return loaded
    }

    private static func mapSegments(_ part: ExecImage.Part, bias: UInt64, _ memory: AddressSpace) throws(Errno) {
        for segment in part.image.segments {
            var protection: Int32 = 0
            if segment.isReadable { protection |= Mman.PROT_READ }
            if segment.isWritable { protection |= Mman.PROT_WRITE }
            if segment.isExecutable { protection |= Mman.PROT_EXEC }
            if segment.fileMapSize > 0 {
                var request = MapRequest(bytes: segment.fileMapSize, protection: protection)
                request.address = segment.pageStart &+ bias
                request.isFixed = true
                request.content = part.content
                request.offset = Int64(segment.fileMapOffset)
                request.file = part.file
                request.kind = .file
                guard request.address >= Machine.userStart else { throw .EPERM }
                _ = try memory.map(request)
                if segment.clearSize > 0 {
                    if !segment.isWritable { try kernel.host.protect(request.address, segment.fileMapSize, protection | Mman.PROT_WRITE) }
                    try UserMemory.zero(segment.clearStart &+ bias, Int(segment.clearSize))
                    if !segment.isWritable { try kernel.host.protect(request.address, segment.fileMapSize, protection) }
                }
            }
            if segment.zeroPagesSize > 0 {
                var request = MapRequest(bytes: segment.zeroPagesSize, protection: protection)
                request.address = segment.zeroPagesStart &+ bias
                request.isFixed = true
                guard request.address >= Machine.userStart else { throw .EPERM }
                _ = try memory.map(request)
            }
        }
    }

    /// Maps the stack, writes arguments, environment and auxiliary vector, and returns the stack pointer.
    static func buildStack(_ image: ExecImage, _ loaded: LoadedProgram, _ process: Process) throws(Errno) -> UInt64 {
        let memory = process.memory
        let soft = process.limits.current(Resource.RLIMIT_STACK)
        let bytes = min(max(soft, 1 << 17), 1 << 30) & ~4095
        let top = (Machine.userEnd - 0x1_0000_0000 - ((Machine.random() & 0x3f_ffff) << 12)) & ~4095
        var protection = Mman.PROT_READ | Mman.PROT_WRITE
        if image.program.image.stack == .readWriteExecute { protection |= Mman.PROT_EXEC }
        var request = MapRequest(bytes: bytes, protection: protection)
        request.address = top - bytes
        request.isFixed = true
        request.kind = .stack
        _ = try memory.map(request)
        memory.stackRange = (top - bytes, top)

        var strings: [UInt8] = []
        var argumentOffsets: [Int] = []
        var environmentOffsets: [Int] = []
        for argument in image.arguments {
            argumentOffsets.append(strings.count)
            strings.append(contentsOf: argument)
            strings.append(0)
        }
        let argumentBytes = strings.count
        process.commandLine = strings
        for variable in image.environment {
            environmentOffsets.append(strings.count)
            strings.append(contentsOf: variable)
            strings.append(0)
        }
        process.environment = Array(strings[argumentBytes...])
        let environmentEnd = strings.count
        let pathOffset = strings.count
        strings.append(contentsOf: image.path)
        strings.append(0)
        let platformOffset = strings.count
        strings.append("x86_64")
        strings.append(0)
        let randomOffset = strings.count
        strings.append(littleEndian: Machine.random())
        strings.append(littleEndian: Machine.random())

        let stringsStart = (top - 16 - UInt64(strings.count)) & ~15
        memory.argumentRange = (stringsStart, stringsStart + UInt64(argumentBytes))
        memory.environmentRange = (stringsStart + UInt64(argumentBytes), stringsStart + UInt64(environmentEnd))
        let vector = auxiliaryVector(image, loaded, process, stringsStart, pathOffset, platformOffset, randomOffset)
        process.auxiliaryVector = vector
        var table: [UInt8] = []
        table.append(littleEndian: UInt64(image.arguments.count))
        for offset in argumentOffsets { table.append(littleEndian: stringsStart + UInt64(offset)) }
        table.append(littleEndian: UInt64(0))
        for offset in environmentOffsets { table.append(littleEndian: stringsStart + UInt64(offset)) }
        table.append(littleEndian: UInt64(0))
        table.append(contentsOf: vector)
        guard UInt64(strings.count + table.count) < bytes - 16384 else { throw .E2BIG }
        let stack = (stringsStart - UInt64(table.count)) & ~15
        try UserMemory.writeBytes(strings, to: stringsStart)
        try UserMemory.writeBytes(table, to: stack)
        return stack
    }

    private static func auxiliaryVector(
        _ image: ExecImage, _ loaded: LoadedProgram, _ process: Process, _ strings: UInt64, _ path: Int, _ platform: Int, _ random: Int
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ tag: UInt64, _ value: UInt64) {
            bytes.append(littleEndian: tag)
            bytes.append(littleEndian: value)
        }
        let who = process.credentials
        if Machine.vdso != 0 { add(AuxvTag.AT_SYSINFO_EHDR, Machine.vdso) }
        add(AuxvTag.AT_HWCAP, Machine.hwcap)
        add(AuxvTag.AT_PAGESZ, UInt64(pageSize))
        add(AuxvTag.AT_CLKTCK, 100)
        add(AuxvTag.AT_PHDR, loaded.programHeaders)
        add(AuxvTag.AT_PHENT, 56)
        add(AuxvTag.AT_PHNUM, UInt64(loaded.programHeaderCount))
        add(AuxvTag.AT_BASE, loaded.interpreterBase)
        add(AuxvTag.AT_FLAGS, 0)
        add(AuxvTag.AT_ENTRY, loaded.entry)
        add(AuxvTag.AT_UID, UInt64(who.uid))
        add(AuxvTag.AT_EUID, UInt64(who.euid))
        add(AuxvTag.AT_GID, UInt64(who.gid))
        add(AuxvTag.AT_EGID, UInt64(who.egid))
        add(AuxvTag.AT_SECURE, who.uid != who.euid || who.gid != who.egid ? 1 : 0)
        add(AuxvTag.AT_RANDOM, strings + UInt64(random))
        // FSGSBASE is the kernel's own: a guest that used GS would break it, so the bit is hidden.
        add(AuxvTag.AT_HWCAP2, Machine.hwcap2 & ~2)
        add(AuxvTag.AT_MINSIGSTKSZ, UInt64(Machine.xstateBytes) + 1024)
        add(AuxvTag.AT_EXECFN, strings + UInt64(path))
        add(AuxvTag.AT_PLATFORM, strings + UInt64(platform))
        add(AuxvTag.AT_NULL, 0)
        return bytes
    }
}
