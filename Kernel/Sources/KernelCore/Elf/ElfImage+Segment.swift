// SPDX-License-Identifier: Apache-2.0
//
// One PT_LOAD segment, checked so that no arithmetic on it can overflow.

import LinuxABI

extension ElfImage {
    struct Segment: Equatable {
        /// First byte in memory (before the base of a position-independent file), and its place in the file.
        let address: UInt64
        let fileOffset: UInt64
        /// Bytes that come from the file; the rest of `memorySize` is zero.
        let fileSize: UInt64
        let memorySize: UInt64
        let isReadable: Bool
        let isWritable: Bool
        let isExecutable: Bool

        var end: UInt64 { address + memorySize }
        var fileEnd: UInt64 { address + fileSize }

        /// The pages that the whole segment touches.
        var pageStart: UInt64 { Segment.pageFloor(address) }
        var pageEnd: UInt64 { Segment.pageCeiling(end) }

        /// The pages to map from the file: from `pageStart` for `fileMapSize`, at `fileMapOffset`.
        var fileMapOffset: UInt64 { fileOffset - (address - pageStart) }
        var fileMapSize: UInt64 { fileSize == 0 ? 0 : Segment.pageCeiling(fileEnd) - pageStart }

        /// Bytes behind the file's in its last page, to be cleared where the segment is larger in memory. As on Linux, up to the end of
        /// the page: ld.so's first allocations are made of what lies behind its data.
        var clearStart: UInt64 { fileEnd }
        var clearSize: UInt64 {
            fileSize == 0 || memorySize == fileSize ? 0 : Segment.pageCeiling(fileEnd) - fileEnd
        }

        /// Whole pages of zeros behind the file's: from `zeroPagesStart` for `zeroPagesSize`.
        var zeroPagesStart: UInt64 { pageStart + fileMapSize }
        var zeroPagesSize: UInt64 { pageEnd - zeroPagesStart }

        /// Nil for an empty segment, which maps nothing.
        init?(_ header: Elf64ProgramHeader, orThrow bad: Errno) throws(Errno) {
            let pageMask = ElfImage.pageSize - 1
            guard header.p_filesz <= header.p_memsz,
                header.p_memsz <= ElfImage.addressLimit,
                header.p_vaddr <= ElfImage.addressLimit - header.p_memsz,
                header.p_filesz <= UInt64(Int64.max) - pageMask,
                header.p_offset <= UInt64(Int64.max) - pageMask - header.p_filesz
            else { throw bad }
            guard header.p_memsz > 0 else { return nil }
            // A file page can only be mapped where both have the same place in their page.
            guard header.p_filesz == 0 || header.p_vaddr & pageMask == header.p_offset & pageMask else { throw bad }
            address = header.p_vaddr
            fileOffset = header.p_offset
            fileSize = header.p_filesz
            memorySize = header.p_memsz
            isReadable = header.p_flags & ElfSegment.PF_R != 0
            isWritable = header.p_flags & ElfSegment.PF_W != 0
            isExecutable = header.p_flags & ElfSegment.PF_X != 0
        }

        private static func pageFloor(_ address: UInt64) -> UInt64 { address & ~(ElfImage.pageSize - 1) }
        static func pageCeiling(_ address: UInt64) -> UInt64 { pageFloor(address + ElfImage.pageSize - 1) }
    }
}
