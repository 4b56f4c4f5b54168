// SPDX-License-Identifier: Apache-2.0
//
// Reads ELF headers from the bytes of a file. Only the extent is checked here: whether the numbers make sense is
// the loader's to judge.

extension Elf64Header {
    public static let size = 64

    /// Reads the header at the start of `bytes`; nil where they are too short.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= Elf64Header.size,
            let type = bytes.littleEndian(UInt16.self, at: 16),
            let machine = bytes.littleEndian(UInt16.self, at: 18),
            let version = bytes.littleEndian(UInt32.self, at: 20),
            let entry = bytes.littleEndian(UInt64.self, at: 24),
            let programHeaders = bytes.littleEndian(UInt64.self, at: 32),
            let sectionHeaders = bytes.littleEndian(UInt64.self, at: 40),
            let flags = bytes.littleEndian(UInt32.self, at: 48),
            let headerSize = bytes.littleEndian(UInt16.self, at: 52),
            let programHeaderSize = bytes.littleEndian(UInt16.self, at: 54),
            let programHeaderCount = bytes.littleEndian(UInt16.self, at: 56),
            let sectionHeaderSize = bytes.littleEndian(UInt16.self, at: 58),
            let sectionHeaderCount = bytes.littleEndian(UInt16.self, at: 60),
            let nameSection = bytes.littleEndian(UInt16.self, at: 62)
        else { return nil }
        self.init(
            e_type: type,
            e_machine: machine,
            e_version: version,
            e_entry: entry,
            e_phoff: programHeaders,
            e_shoff: sectionHeaders,
            e_flags: flags,
            e_ehsize: headerSize,
            e_phentsize: programHeaderSize,
            e_phnum: programHeaderCount,
            e_shentsize: sectionHeaderSize,
            e_shnum: sectionHeaderCount,
            e_shstrndx: nameSection
        )
        for index in 0..<ElfIdent.EI_NIDENT {
            e_ident[index] = bytes[index]
        }
    }

    /// Whether the four magic bytes are there.
    public var hasMagic: Bool {
        e_ident[0] == ElfIdentValue.ELFMAG0 && e_ident[1] == ElfIdentValue.ELFMAG1
            && e_ident[2] == ElfIdentValue.ELFMAG2 && e_ident[3] == ElfIdentValue.ELFMAG3
    }
}

extension Elf64ProgramHeader {
    public static let size = 56

    /// Reads the header at `offset`; nil beyond the end.
    public init?(bytes: [UInt8], at offset: Int) {
        guard offset >= 0, offset <= bytes.count - Elf64ProgramHeader.size,
            let type = bytes.littleEndian(UInt32.self, at: offset),
            let flags = bytes.littleEndian(UInt32.self, at: offset + 4),
            let fileOffset = bytes.littleEndian(UInt64.self, at: offset + 8),
            let virtualAddress = bytes.littleEndian(UInt64.self, at: offset + 16),
            let physicalAddress = bytes.littleEndian(UInt64.self, at: offset + 24),
            let fileSize = bytes.littleEndian(UInt64.self, at: offset + 32),
            let memorySize = bytes.littleEndian(UInt64.self, at: offset + 40),
            let alignment = bytes.littleEndian(UInt64.self, at: offset + 48)
        else { return nil }
        self.init(
            p_type: type,
            p_flags: flags,
            p_offset: fileOffset,
            p_vaddr: virtualAddress,
            p_paddr: physicalAddress,
            p_filesz: fileSize,
            p_memsz: memorySize,
            p_align: alignment
        )
    }
}
