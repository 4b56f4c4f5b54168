// SPDX-License-Identifier: Apache-2.0
//
// The headers of 64-bit ELF files: elf(5).

/// `Elf64_Ehdr`, 64 bytes.
public struct Elf64Header: BitwiseCopyable, Sendable {
    public var e_ident: InlineArray<16, UInt8>
    public var e_type: UInt16
    public var e_machine: UInt16
    public var e_version: UInt32
    public var e_entry: UInt64
    public var e_phoff: UInt64
    public var e_shoff: UInt64
    public var e_flags: UInt32
    public var e_ehsize: UInt16
    public var e_phentsize: UInt16
    public var e_phnum: UInt16
    public var e_shentsize: UInt16
    public var e_shnum: UInt16
    public var e_shstrndx: UInt16

    public init(
        e_ident: InlineArray<16, UInt8> = InlineArray(repeating: 0),
        e_type: UInt16 = 0,
        e_machine: UInt16 = 0,
        e_version: UInt32 = 0,
        e_entry: UInt64 = 0,
        e_phoff: UInt64 = 0,
        e_shoff: UInt64 = 0,
        e_flags: UInt32 = 0,
        e_ehsize: UInt16 = 0,
        e_phentsize: UInt16 = 0,
        e_phnum: UInt16 = 0,
        e_shentsize: UInt16 = 0,
        e_shnum: UInt16 = 0,
        e_shstrndx: UInt16 = 0
    ) {
        self.e_ident = e_ident
        self.e_type = e_type
        self.e_machine = e_machine
        self.e_version = e_version
        self.e_entry = e_entry
        self.e_phoff = e_phoff
        self.e_shoff = e_shoff
        self.e_flags = e_flags
        self.e_ehsize = e_ehsize
        self.e_phentsize = e_phentsize
        self.e_phnum = e_phnum
        self.e_shentsize = e_shentsize
        self.e_shnum = e_shnum
        self.e_shstrndx = e_shstrndx
    }
}

/// `Elf64_Phdr`, 56 bytes.
public struct Elf64ProgramHeader: BitwiseCopyable, Sendable {
    public var p_type: UInt32
    public var p_flags: UInt32
    public var p_offset: UInt64
    public var p_vaddr: UInt64
    public var p_paddr: UInt64
    public var p_filesz: UInt64
    public var p_memsz: UInt64
    public var p_align: UInt64

    public init(
        p_type: UInt32 = 0,
        p_flags: UInt32 = 0,
        p_offset: UInt64 = 0,
        p_vaddr: UInt64 = 0,
        p_paddr: UInt64 = 0,
        p_filesz: UInt64 = 0,
        p_memsz: UInt64 = 0,
        p_align: UInt64 = 0
    ) {
        self.p_type = p_type
        self.p_flags = p_flags
        self.p_offset = p_offset
        self.p_vaddr = p_vaddr
        self.p_paddr = p_paddr
        self.p_filesz = p_filesz
        self.p_memsz = p_memsz
        self.p_align = p_align
    }
}

/// `Elf64_Shdr`, 64 bytes.
public struct Elf64SectionHeader: BitwiseCopyable, Sendable {
    public var sh_name: UInt32
    public var sh_type: UInt32
    public var sh_flags: UInt64
    public var sh_addr: UInt64
    public var sh_offset: UInt64
    public var sh_size: UInt64
    public var sh_link: UInt32
    public var sh_info: UInt32
    public var sh_addralign: UInt64
    public var sh_entsize: UInt64

    public init(
        sh_name: UInt32 = 0,
        sh_type: UInt32 = 0,
        sh_flags: UInt64 = 0,
        sh_addr: UInt64 = 0,
        sh_offset: UInt64 = 0,
        sh_size: UInt64 = 0,
        sh_link: UInt32 = 0,
        sh_info: UInt32 = 0,
        sh_addralign: UInt64 = 0,
        sh_entsize: UInt64 = 0
    ) {
        self.sh_name = sh_name
        self.sh_type = sh_type
        self.sh_flags = sh_flags
        self.sh_addr = sh_addr
        self.sh_offset = sh_offset
        self.sh_size = sh_size
        self.sh_link = sh_link
        self.sh_info = sh_info
        self.sh_addralign = sh_addralign
        self.sh_entsize = sh_entsize
    }
}

/// `Elf64_Sym`, 24 bytes.
public struct Elf64Symbol: BitwiseCopyable, Sendable {
    public var st_name: UInt32
    public var st_info: UInt8
    public var st_other: UInt8
    public var st_shndx: UInt16
    public var st_value: UInt64
    public var st_size: UInt64

    public init(
        st_name: UInt32 = 0,
        st_info: UInt8 = 0,
        st_other: UInt8 = 0,
        st_shndx: UInt16 = 0,
        st_value: UInt64 = 0,
        st_size: UInt64 = 0
    ) {
        self.st_name = st_name
        self.st_info = st_info
        self.st_other = st_other
        self.st_shndx = st_shndx
        self.st_value = st_value
        self.st_size = st_size
    }
}

/// `Elf64_Dyn`, 16 bytes.
public struct Elf64Dynamic: BitwiseCopyable, Sendable {
    public var d_tag: Int64
    public var d_val: UInt64

    public init(d_tag: Int64 = 0, d_val: UInt64 = 0) {
        self.d_tag = d_tag
        self.d_val = d_val
    }
}

/// `Elf64_Nhdr`, 12 bytes.
public struct Elf64Note: BitwiseCopyable, Sendable {
    public var n_namesz: UInt32
    public var n_descsz: UInt32
    public var n_type: UInt32

    public init(n_namesz: UInt32 = 0, n_descsz: UInt32 = 0, n_type: UInt32 = 0) {
        self.n_namesz = n_namesz
        self.n_descsz = n_descsz
        self.n_type = n_type
    }
}

/// One entry of the auxiliary vector, 16 bytes.
public struct AuxvEntry: BitwiseCopyable, Sendable {
    public var a_type: UInt64
    public var a_val: UInt64

    public init(a_type: UInt64 = 0, a_val: UInt64 = 0) {
        self.a_type = a_type
        self.a_val = a_val
    }
}
