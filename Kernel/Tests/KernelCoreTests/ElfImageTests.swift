// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxABI
import Testing

@testable import KernelCore

@Suite struct ElfImageTests {
    private func parse(_ file: [UInt8], role: ElfImage.Role = .program) throws(Errno) -> ElfImage {
        try ElfImage(role: role) { (offset, count) throws(Errno) in
            guard offset < UInt64(file.count) else { return [] }
            return [UInt8](file[Int(offset)...].prefix(count))
        }
    }

    private func expectRefusal(_ expected: Errno = .ENOEXEC, of file: [UInt8], _ comment: Comment) {
        do throws(Errno) {
            _ = try parse(file)
            Issue.record("accepted: \(comment)")
        } catch {
            #expect(error == expected, comment)
        }
    }

    /// A program with an interpreter and two segments, the second with zeros behind its bytes.
    private func sample(type: UInt16 = ElfType.ET_DYN) -> [UInt8] {
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        file.append(littleEndian: type)
        file.append(littleEndian: ElfType.EM_X86_64)
        file.append(littleEndian: UInt32(1))
        for value: UInt64 in [0x1040, 64, 0] { file.append(littleEndian: value) }
        file.append(littleEndian: UInt32(0))
        for value: UInt16 in [64, 56, 4, 64, 0, 0] { file.append(littleEndian: value) }
        let path: [UInt8] = Array("/lib/ld.so\0".utf8)
        let headers: [(UInt32, UInt32, UInt64, UInt64, UInt64, UInt64, UInt64)] = [
            (ElfSegment.PT_INTERP, 4, 288, 288, UInt64(path.count), UInt64(path.count), 1),
            (ElfSegment.PT_LOAD, 5, 0, 0, 0x1100, 0x1100, 0x1000),
            (ElfSegment.PT_LOAD, 6, 0x1100, 0x2100, 0x80, 0x3000, 0x4000),
            (ElfSegment.PT_GNU_STACK, 6, 0, 0, 0, 0, 16),
        ]
        for (type, flags, offset, address, fileSize, memorySize, alignment) in headers {
            file.append(littleEndian: type)
            file.append(littleEndian: flags)
            for value in [offset, address, address, fileSize, memorySize, alignment] {
                file.append(littleEndian: value)
            }
        }
        file += path
        return file + [UInt8](repeating: 0x90, count: 0x1180 - file.count)
    }

    private func patched<Number: FixedWidthInteger>(_ offset: Int, _ value: Number) -> [UInt8] {
        var file = sample()
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return file
    }

    @Test func readsWhatTheLoaderNeeds() throws {
        let image = try parse(sample())
        #expect(image.isPositionIndependent && image.entry == 0x1040)
        #expect(image.interpreter == Array("/lib/ld.so".utf8))
        #expect(image.programHeaderCount == 4 && image.programHeaderAddress == 64)
        #expect(image.stack == .readWrite && image.alignment == 0x4000)
        #expect(image.loadStart == 0 && image.loadEnd == 0x6000 && image.lastByteEnd == 0x5100)
        let data = image.segments[1]
        #expect(data.pageStart == 0x2000 && data.fileMapOffset == 0x1000 && data.fileMapSize == 0x1000)
        #expect(data.clearStart == 0x2180 && data.clearSize == 0xe80)
        #expect(data.zeroPagesStart == 0x3000 && data.zeroPagesSize == 0x3000)
        #expect(!data.isExecutable && data.isWritable && image.segments[0].isExecutable)
    }

    @Test func refusesWhatLinuxRefuses() {
        let firstHeader = 64
        let load = 64 + 56
        expectRefusal(of: [], "empty file")
        expectRefusal(of: [UInt8](sample().prefix(63)), "short header")
        expectRefusal(of: [UInt8](sample().prefix(200)), "short program headers")
        expectRefusal(.EIO, of: [UInt8](sample().prefix(290)), "short interpreter path")
        expectRefusal(of: patched(0, UInt8(0)), "magic")
        expectRefusal(of: patched(16, ElfType.ET_REL), "type")
        expectRefusal(of: patched(18, ElfType.EM_386), "machine")
        expectRefusal(of: patched(24, UInt64.max), "entry")
        expectRefusal(of: patched(32, UInt64.max - 10), "program header offset")
        expectRefusal(of: patched(54, UInt16(32)), "program header size")
        expectRefusal(of: patched(56, UInt16(0)), "no program headers")
        expectRefusal(of: patched(56, UInt16.max), "too many program headers")
        expectRefusal(of: patched(firstHeader + 32, UInt64(1)), "interpreter path too short")
        expectRefusal(of: patched(firstHeader + 32, UInt64(4097)), "interpreter path too long")
        expectRefusal(of: patched(firstHeader + 32, UInt64(5)), "interpreter path without end")
        expectRefusal(of: patched(load + 8, UInt64(1)), "offset and address differ in their page")
        expectRefusal(of: patched(load + 16, UInt64.max & ~0xfff), "address overflow")
        expectRefusal(of: patched(load + 32, UInt64(0x1101)), "more in the file than in memory")
        expectRefusal(of: patched(load + 40, UInt64.max), "memory size overflow")
    }

    @Test func anInterpreterIsJudgedWithItsOwnError() {
        #expect(throws: Errno.ELIBBAD) { try parse([UInt8](repeating: 0, count: 64), role: .interpreter) }
    }

    @Test func errorsOfTheFileAreKept() {
        #expect(throws: Errno.EACCES) {
            try ElfImage(role: .program) { (_, _) throws(Errno) in throw .EACCES }
        }
    }

    @Test(arguments: ["/bin/sh", "/bin/bash", "/bin/busybox", "/lib64/ld-linux-x86-64.so.2"])
    func readsRealPrograms(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            print("SKIPPED: \(path) is not installed")
            return
        }
        let image = try parse([UInt8](data))
        #expect(image.loadSize > 0 && image.programHeaderAddress != nil)
        let isCode = image.segments.contains { $0.isExecutable && image.entry >= $0.address && image.entry < $0.end }
        #expect(isCode)
    }

    @Test func damagedFilesNeverTrapAndWhatIsAcceptedIsSound() {
        var random = SplitMix(state: 0xE1F)
        let good = sample()
        let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 0xfe]
        var accepted = 0
        for _ in 0..<30_000 {
            var file = good
            for _ in 0...(random.next() % 6) {
                let offset = Int(random.next() % 300)
                let width = [1, 2, 4, 8][Int(random.next() % 4)]
                var value = UInt8(truncatingIfNeeded: random.next())
                if random.next() % 2 == 0 { value = extremes[Int(random.next() % 6)] }
                for index in offset..<offset + width { file[index] = value }
            }
            if random.next() % 8 == 0 { file.removeLast(Int(random.next() % UInt64(file.count))) }
            guard let image = try? parse(file) else { continue }
            accepted += 1
            #expect(image.loadStart < image.loadEnd && image.loadEnd <= ElfImage.addressLimit)
            for segment in image.segments {
                #expect(segment.fileMapSize <= segment.pageEnd - segment.pageStart)
                #expect(segment.zeroPagesStart + segment.zeroPagesSize == segment.pageEnd)
                #expect(segment.clearStart + segment.clearSize <= ElfImage.Segment.pageCeiling(segment.end))
                #expect(segment.fileSize == 0 || segment.fileMapOffset & 0xfff == 0)
            }
        }
        #expect(accepted > 1000)
    }
}
