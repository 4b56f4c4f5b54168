// SPDX-License-Identifier: Apache-2.0
//
// The structures of varying size, as bytes.

import LinuxABI
import Testing

@Suite("Encodings")
struct EncodingTests {
    @Test
    func `a directory record is padded to eight bytes`() {
        var buffer: [UInt8] = []
        Dirent64(ino: 3, nextOffset: 4, type: DirectoryEntryType.DT_REG, name: Array("ab".utf8)).encode(to: &buffer)
        #expect(buffer == [3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 24, 0, 8, 97, 98, 0, 0, 0])
    }

    @Test
    func `an old directory record keeps its type last`() {
        var buffer: [UInt8] = []
        let record = Dirent64(ino: 3, nextOffset: 4, type: DirectoryEntryType.DT_DIR, name: Array("abcdef".utf8))
        record.encodeLegacy(to: &buffer)
        #expect(buffer.count == 32 && record.legacyRecordLength == 32)
        #expect(buffer.last == 4)
        #expect(Array(buffer[18..<25]) == Array("abcdef".utf8) + [0])
    }

    @Test
    func `an epoll event survives the way there and back`() {
        var buffer: [UInt8] = []
        EpollEvent(events: Epoll.EPOLLIN | Epoll.EPOLLET, data: 0x0102_0304_0506_0708).encode(to: &buffer)
        #expect(buffer == [1, 0, 0, 0x80, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(EpollEvent(bytes: buffer)?.data == 0x0102_0304_0506_0708)
        #expect(EpollEvent(bytes: buffer, at: 1) == nil)
    }

    @Test
    func `internet addresses are in network order`() throws {
        let bytes = SockaddrIn(port: 8080, address: 0x7f00_0001).bytes
        #expect(Array(bytes.prefix(8)) == [2, 0, 0x1f, 0x90, 127, 0, 0, 1])
        #expect(bytes.count == 16)
        let address = try #require(SockaddrIn(bytes: bytes))
        #expect(address.port == 8080 && address.address == 0x7f00_0001)
        #expect(SockaddrIn(bytes: Array(bytes.dropLast())) == nil)
        let six = [10, 0, 0x1f, 0x90, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 16) + [2, 0, 0, 0]
        #expect(SockaddrIn6(bytes: six)?.bytes == six)
        #expect(SockaddrIn6(bytes: six)?.port == 8080)
    }

    @Test(arguments: [
        ([1, 0], SockaddrUn.unnamed), ([1, 0, 97, 98, 0], .path([97, 98])), ([1, 0, 0, 97, 0], .abstract([97, 0])),
    ])
    func `unix addresses keep their kind`(bytes: [UInt8], address: SockaddrUn) {
        #expect(SockaddrUn(bytes: bytes) == address)
        #expect(address.bytes == bytes)
    }

    @Test
    func `wrong unix addresses are refused`() {
        #expect(SockaddrUn(bytes: [1]) == nil)
        #expect(SockaddrUn(bytes: [2, 0, 97]) == nil)
        #expect(SockaddrUn(bytes: [1, 0] + [UInt8](repeating: 97, count: 109)) == nil)
    }

    @Test
    func `device numbers and exit statuses are Linux's`() {
        let device = DeviceNumber.make(major: 0x12345, minor: 0x6789a)
        #expect(DeviceNumber.make(major: 1, minor: 3) == 0x103)
        #expect(DeviceNumber.major(of: device) == 0x12345 && DeviceNumber.minor(of: device) == 0x6789a)
        #expect(WaitStatus.exited(code: 3) == 0x300)
        #expect(WaitStatus.signaled(Signal.SIGSEGV, coreDumped: true) == 0x8b)
        #expect(WaitStatus.stopped(by: Signal.SIGSTOP) == 0x137f)
    }

    @Test
    func `a signal set holds signals 1 to 64`() {
        var set = SignalSet()
        set.insert(1)
        set.insert(64)
        #expect(set.bits == 0x8000_0000_0000_0001 && set.first == 1)
        set.remove(1)
        #expect(set.first == 64 && !set.contains(1))
        #expect(SignalSet.unblockable.contains(Signal.SIGKILL) && SignalSet.unblockable.contains(Signal.SIGSTOP))
    }

    @Test
    func `truncated ELF headers are refused`() {
        #expect(Elf64Header(bytes: [UInt8](repeating: 0, count: 63)) == nil)
        #expect(Elf64ProgramHeader(bytes: [UInt8](repeating: 0, count: 56), at: 1) == nil)
        #expect(Elf64ProgramHeader(bytes: [], at: .max) == nil)
    }

    @Test
    func `a futex operation is unpacked with its signs`() {
        // FUTEX_OP(FUTEX_OP_ADD, -1, FUTEX_OP_CMP_GT, -2048), and FUTEX_OP_OR with the argument 1 << 5.
        let add = FutexWakeOperation(encoded: 1 << 28 | 4 << 24 | 0xfff << 12 | 0x800)
        #expect(add.operation == Futex.FUTEX_OP_ADD && add.argument == -1)
        #expect(add.comparison == Futex.FUTEX_OP_CMP_GT && add.comparisonArgument == -2048)
        let or = FutexWakeOperation(encoded: 8 << 28 | 2 << 28 | 5 << 12)
        #expect(or.operation == Futex.FUTEX_OP_OR && or.argument == 32)
    }
}
