// SPDX-License-Identifier: Apache-2.0
//
// The Executable and Linkable Format: elf(5), the System V ABI and its AMD64 supplement.

/// Indexes into `e_ident`.
public enum ElfIdent {
    public static let EI_MAG0: Int = 0
    public static let EI_MAG1: Int = 1
    public static let EI_MAG2: Int = 2
    public static let EI_MAG3: Int = 3
    public static let EI_CLASS: Int = 4
    public static let EI_DATA: Int = 5
    public static let EI_VERSION: Int = 6
    public static let EI_OSABI: Int = 7
    public static let EI_PAD: Int = 9
    public static let EI_ABIVERSION: Int = 8
    public static let EI_NIDENT: Int = 16
}

/// Values in `e_ident`.
public enum ElfIdentValue {
    public static let ELFMAG0: UInt8 = 0x7f
    public static let ELFMAG1: UInt8 = 0x45
    public static let ELFMAG2: UInt8 = 0x4c
    public static let ELFMAG3: UInt8 = 0x46
    public static let ELFCLASS32: UInt8 = 1
    public static let ELFCLASS64: UInt8 = 2
    public static let ELFDATA2LSB: UInt8 = 1
    public static let ELFDATA2MSB: UInt8 = 2
    public static let EV_CURRENT: UInt8 = 1
    public static let ELFOSABI_NONE: UInt8 = 0
    public static let ELFOSABI_LINUX: UInt8 = 3
}

/// `e_type`, `e_machine` and the escape of `e_phnum`.
public enum ElfType {
    public static let ET_NONE: UInt16 = 0
    public static let ET_REL: UInt16 = 1
    public static let ET_EXEC: UInt16 = 2
    public static let ET_DYN: UInt16 = 3
    public static let ET_CORE: UInt16 = 4
    public static let EM_386: UInt16 = 3
    public static let EM_X86_64: UInt16 = 62
    public static let PN_XNUM: UInt16 = 65535
    public static let SHN_UNDEF: UInt16 = 0
    public static let SHN_ABS: UInt16 = 65521
}

/// `p_type` and `p_flags`.
public enum ElfSegment {
    public static let PT_NULL: UInt32 = 0
    public static let PT_LOAD: UInt32 = 1
    public static let PT_DYNAMIC: UInt32 = 2
    public static let PT_INTERP: UInt32 = 3
    public static let PT_NOTE: UInt32 = 4
    public static let PT_SHLIB: UInt32 = 5
    public static let PT_PHDR: UInt32 = 6
    public static let PT_TLS: UInt32 = 7
    public static let PT_GNU_EH_FRAME: UInt32 = 0x6474_e550
    public static let PT_GNU_STACK: UInt32 = 0x6474_e551
    public static let PT_GNU_RELRO: UInt32 = 0x6474_e552
    public static let PT_GNU_PROPERTY: UInt32 = 0x6474_e553

    public static let PF_X: UInt32 = 1
    public static let PF_W: UInt32 = 2
    public static let PF_R: UInt32 = 4
}

/// `sh_type`.
public enum ElfSection {
    public static let SHT_NULL: UInt32 = 0
    public static let SHT_PROGBITS: UInt32 = 1
    public static let SHT_SYMTAB: UInt32 = 2
    public static let SHT_STRTAB: UInt32 = 3
    public static let SHT_RELA: UInt32 = 4
    public static let SHT_HASH: UInt32 = 5
    public static let SHT_DYNAMIC: UInt32 = 6
    public static let SHT_NOTE: UInt32 = 7
    public static let SHT_NOBITS: UInt32 = 8
    public static let SHT_REL: UInt32 = 9
    public static let SHT_DYNSYM: UInt32 = 0xb
}

/// `d_tag`.
public enum ElfDynamic {
    public static let DT_NULL: Int64 = 0
    public static let DT_NEEDED: Int64 = 1
    public static let DT_PLTRELSZ: Int64 = 2
    public static let DT_PLTGOT: Int64 = 3
    public static let DT_HASH: Int64 = 4
    public static let DT_STRTAB: Int64 = 5
    public static let DT_SYMTAB: Int64 = 6
    public static let DT_RELA: Int64 = 7
    public static let DT_RELASZ: Int64 = 8
    public static let DT_RELAENT: Int64 = 9
    public static let DT_STRSZ: Int64 = 0xa
    public static let DT_SYMENT: Int64 = 0xb
    public static let DT_INIT: Int64 = 0xc
    public static let DT_FINI: Int64 = 0xd
    public static let DT_SONAME: Int64 = 0xe
    public static let DT_RPATH: Int64 = 0xf
    public static let DT_RUNPATH: Int64 = 0x1d
    public static let DT_FLAGS: Int64 = 0x1e
    public static let DT_GNU_HASH: Int64 = 0x6fff_fef5
    public static let DT_VERSYM: Int64 = 0x6fff_fff0
    public static let DT_VERDEF: Int64 = 0x6fff_fffc
    public static let DT_VERNEED: Int64 = 0x6fff_fffe
}

/// Note types.
public enum ElfNote {
    public static let NT_GNU_ABI_TAG: UInt32 = 1
    public static let NT_GNU_BUILD_ID: UInt32 = 3
    public static let NT_GNU_PROPERTY_TYPE_0: UInt32 = 5
}

/// Entries of the auxiliary vector, getauxval(3).
public enum AuxvTag {
    public static let AT_NULL: UInt64 = 0
    public static let AT_IGNORE: UInt64 = 1
    public static let AT_EXECFD: UInt64 = 2
    public static let AT_PHDR: UInt64 = 3
    public static let AT_PHENT: UInt64 = 4
    public static let AT_PHNUM: UInt64 = 5
    public static let AT_PAGESZ: UInt64 = 6
    public static let AT_BASE: UInt64 = 7
    public static let AT_FLAGS: UInt64 = 8
    public static let AT_ENTRY: UInt64 = 9
    public static let AT_NOTELF: UInt64 = 10
    public static let AT_UID: UInt64 = 11
    public static let AT_EUID: UInt64 = 12
    public static let AT_GID: UInt64 = 13
    public static let AT_EGID: UInt64 = 14
    public static let AT_PLATFORM: UInt64 = 15
    public static let AT_HWCAP: UInt64 = 16
    public static let AT_CLKTCK: UInt64 = 17
    public static let AT_SECURE: UInt64 = 23
    public static let AT_BASE_PLATFORM: UInt64 = 24
    public static let AT_RANDOM: UInt64 = 25
    public static let AT_HWCAP2: UInt64 = 26
    public static let AT_RSEQ_FEATURE_SIZE: UInt64 = 27
    public static let AT_RSEQ_ALIGN: UInt64 = 28
    public static let AT_EXECFN: UInt64 = 31
    public static let AT_SYSINFO_EHDR: UInt64 = 33
    public static let AT_MINSIGSTKSZ: UInt64 = 51
}
