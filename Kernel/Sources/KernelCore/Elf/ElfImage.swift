// SPDX-License-Identifier: Apache-2.0
//
// What the loader needs to know of an executable, read and judged before anything is mapped. The rules are those of
// Linux's fs/binfmt_elf.c; what Linux would find out only after the old program is gone (and kill) is ENOEXEC here.

import LinuxABI

struct ElfImage {
    /// A file that is the program itself fails with ENOEXEC, one that a program names as its interpreter with ELIBBAD.
    enum Role {
        case program
        case interpreter

        var error: Errno {
            switch self {
            case .program: .ENOEXEC
            case .interpreter: .ELIBBAD
            }
        }
    }

    /// What PT_GNU_STACK asks for. x86-64 gives a program without it a stack that is not executable.
    enum StackPermission {
        case unspecified
        case readWrite
        case readWriteExecute
    }

    static let pageSize: UInt64 = 4096
    /// The end of user addresses with four-level paging, less the guard page.
    static let addressLimit: UInt64 = 0x7fff_ffff_f000
    static let longestInterpreterPath: UInt64 = 4096
    static let programHeadersLimit = 65536

    /// ET_DYN: the addresses below are offsets from a base that the loader chooses.
    let isPositionIndependent: Bool
    let entry: UInt64
    /// The PT_LOAD segments in the order of the file; at least one.
    let segments: [Segment]
    /// The path in PT_INTERP, without its terminator.
    let interpreter: [UInt8]?
    let programHeaderCount: Int
    /// Where the program headers lie once loaded (AT_PHDR), nil when no segment holds them.
    let programHeaderAddress: UInt64?
    let stack: StackPermission
    /// The largest power of two a segment asks to be aligned to, at least a page: the base is a multiple of it.
    let alignment: UInt64

    /// Lowest page and end of the highest page of all segments.
    let loadStart: UInt64
    let loadEnd: UInt64
    /// The first address past the last byte: the heap (brk) starts above it.
    let lastByteEnd: UInt64

    var loadSize: UInt64 { loadEnd - loadStart }

    /// Parses what `read` returns for an offset and a count: those bytes, fewer only at the end of the file.
    init(role: Role, read: (_ offset: UInt64, _ count: Int) throws(Errno) -> [UInt8]) throws(Errno) {
        let bad = role.error
        guard let header = Elf64Header(bytes: try read(0, Elf64Header.size)), header.hasMagic,
            header.e_type == ElfType.ET_EXEC || header.e_type == ElfType.ET_DYN,
            header.e_machine == ElfType.EM_X86_64,
            Int(header.e_phentsize) == Elf64ProgramHeader.size,
            header.e_entry < ElfImage.addressLimit
        else { throw bad }
        let programHeaders = try ElfImage.programHeaders(of: header, orThrow: bad, read: read)

        var segments: [Segment] = []
        var interpreter: [UInt8]?
        var stack = StackPermission.unspecified
        var alignment = ElfImage.pageSize
        for programHeader in programHeaders {
            switch programHeader.p_type {
            case ElfSegment.PT_LOAD:
                if let segment = try Segment(programHeader, orThrow: bad) { segments.append(segment) }
                alignment = max(alignment, try ElfImage.alignment(of: programHeader, orThrow: bad))
            case ElfSegment.PT_INTERP where interpreter == nil && role == .program:
                interpreter = try ElfImage.interpreterPath(programHeader, read: read)
            case ElfSegment.PT_GNU_STACK:
                stack = programHeader.p_flags & ElfSegment.PF_X != 0 ? .readWriteExecute : .readWrite
            default:
                break
            }
        }
        guard let first = segments.first else { throw bad }

        isPositionIndependent = header.e_type == ElfType.ET_DYN
        entry = header.e_entry
        programHeaderCount = programHeaders.count
        programHeaderAddress = ElfImage.address(ofFileOffset: header.e_phoff, in: segments)
        loadStart = segments.reduce(first.pageStart) { min($0, $1.pageStart) }
        loadEnd = segments.reduce(first.pageEnd) { max($0, $1.pageEnd) }
        lastByteEnd = segments.reduce(first.end) { max($0, $1.end) }
        self.segments = segments
        self.interpreter = interpreter
        self.stack = stack
        self.alignment = alignment
    }

    // MARK: parts

    private static func programHeaders(
        of header: Elf64Header,
        orThrow bad: Errno,
        read: (UInt64, Int) throws(Errno) -> [UInt8]
    ) throws(Errno) -> [Elf64ProgramHeader] {
        let size = Int(header.e_phnum) * Elf64ProgramHeader.size
        guard size > 0, size <= programHeadersLimit, header.e_phoff <= UInt64(Int64.max) - UInt64(size) else {
            throw bad
        }
        let bytes = try read(header.e_phoff, size)
        guard bytes.count == size else { throw bad }
        var result: [Elf64ProgramHeader] = []
        for index in 0..<Int(header.e_phnum) {
            guard let one = Elf64ProgramHeader(bytes: bytes, at: index * Elf64ProgramHeader.size) else { throw bad }
            result.append(one)
        }
        return result
    }

    private static func interpreterPath(
        _ programHeader: Elf64ProgramHeader,
        read: (UInt64, Int) throws(Errno) -> [UInt8]
    ) throws(Errno) -> [UInt8] {
        let size = programHeader.p_filesz
        guard size >= 2, size <= longestInterpreterPath, programHeader.p_offset <= UInt64(Int64.max) - size else {
            throw .ENOEXEC
        }
        let bytes = try read(programHeader.p_offset, Int(size))
        guard bytes.count == Int(size) else { throw .EIO }
        guard bytes.last == 0 else { throw .ENOEXEC }
        // Linux opens it as a C string: a zero inside ends it.
        return [UInt8](bytes.prefix { $0 != 0 })
    }

    /// Linux ignores alignments that are no power of two.
    private static func alignment(of programHeader: Elf64ProgramHeader, orThrow bad: Errno) throws(Errno) -> UInt64 {
        let alignment = programHeader.p_align
        guard alignment != 0, alignment & (alignment - 1) == 0 else { return pageSize }
        guard alignment < addressLimit else { throw bad }
        return alignment
    }

    private static func address(ofFileOffset offset: UInt64, in segments: [Segment]) -> UInt64? {
        for segment in segments where offset >= segment.fileOffset && offset - segment.fileOffset < segment.fileSize {
            return segment.address + (offset - segment.fileOffset)
        }
        return nil
    }
}
