// SPDX-License-Identifier: Apache-2.0
//
// System calls of a program while the host lies now and then, about any call, in what it returns and in what it writes: the kernel
// answers with an errno or a value, or ends the enclave in order (exit code 70, as for a mapping at a wrong address). It never traps.

import Formats
import Foundation
import FuzzSupport
import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

@Suite("Fuzz of the host's answers", .serialized)
struct LyingHostFuzzTests {
    static let base: UInt64 = 0x10_0000

    /// Calls that end in host calls, with arguments that often make sense.
    struct Program {
        let test: TestKernel
        var generator: SeededGenerator
        var files: [UInt64] = []
        let names = ["/mnt/file1", "/mnt/file7", "/mnt/sub", "/mnt/link", "/mnt/new", "/mnt/sub/x", "/mnt", "/etc/passwd", "/etc"]

        mutating func below(_ limit: UInt64) -> UInt64 { UInt64.random(in: 0..<limit, using: &generator) }
        mutating func pick(_ values: [UInt64]) -> UInt64 { values.randomElement(using: &generator) ?? 0 }
        mutating func file() -> UInt64 { files.randomElement(using: &generator) ?? 0 }
        mutating func path(_ slot: UInt64) -> UInt64 {
            let name = names.randomElement(using: &generator) ?? "/"
            test.put(Array(name.utf8) + [0], at: LyingHostFuzzTests.base + slot * 0x100)
            return LyingHostFuzzTests.base + slot * 0x100
        }
        /// A sockaddr_in of the loopback, port 9.
        mutating func address() -> UInt64 {
            test.put([2, 0, 0, 9, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8), at: LyingHostFuzzTests.base + 0x800)
            return LyingHostFuzzTests.base + 0x800
        }

        mutating func step() {
            let room = LyingHostFuzzTests.base + 0x1_0000
            // SEEK_*, sizes and offsets at their ends too.
            let offset = pick([0, 1, 4095, 4096, 70000, 1 << 40, 1 << 61, 1 << 63 - 1])
            switch below(44) {
            case 0...5:
                let flags = pick([0, 1, 2, 0o102, 0o2001, 0o200000, 0o1002])
                let made = test.call(2, path(0), flags | 0o4000, 0o644)
                if made >= 0 { files.append(UInt64(made)) }
            case 6:
                if files.count > 12 { test.call(3, files.removeFirst()) }
            case 7: test.call(0, file(), room, 5000)
            case 8: test.call(17, file(), room, 5000, offset)
            case 9: test.call(1, file(), room, 3000)
            case 10: test.call(18, file(), room, 3000, offset & 0xffff)
            case 11: test.call(8, file(), offset, below(5))
            case 12: test.call(5, file(), room)
            case 13: test.call(4, path(0), room)
            case 14: test.call(332, UInt64(bitPattern: -100), path(0), 0, 0xfff, room)
            case 15: test.call(217, file(), room, 0x3000)
            case 16: test.call(89, path(0), room, 500)
            case 17: test.call(83, path(0), 0o755)
            case 18: test.call(Int(pick([84, 87])), path(0))
            case 19: test.call(Int(pick([82, 86, 88])), path(0), path(1))
            case 20: test.call(77, file(), below(20000))
            case 21: test.call(76, path(0), below(20000))
            case 22: test.call(Int(pick([74, 75])), file())
            case 23: test.call(90, path(0), 0o600 + below(64))
            case 24: test.call(280, UInt64(bitPattern: -100), path(0), 0, 0)
            case 25, 26:
                let at = 0x4000_0000 + below(8) * 0x10_0000
                test.call(9, at, 0x4000 + below(4) * 0x1000, pick([1, 3]), 0x12, file(), below(3) * 4096)
            case 27: test.call(11, 0x4000_0000 + below(8) * 0x10_0000, 0x4000)
            case 28: test.call(27, LyingHostFuzzTests.base, 0x4000, room)
            case 29: test.call(28, 0x4000_0000 + below(8) * 0x10_0000, 0x2000, pick([4, 8, 14]))
            case 30: test.call(10, 0x4000_0000 + below(8) * 0x10_0000, 0x1000, 3)
            case 31: test.call(25, 0x4000_0000 + below(8) * 0x10_0000, 0x2000, 0x5000, 1)
            case 32:
                let made = test.call(41, 2, 0o4001 + below(2), 0)
                if made >= 0 { files.append(UInt64(made)) }
            case 33: test.call(Int(pick([42, 49])), file(), address(), 16)
            case 34: test.call(50, file(), 5)
            case 35:
                let made = test.call(288, file(), 0, 0, 0o4000)
                if made >= 0 { files.append(UInt64(made)) }
            case 36: test.call(44, file(), room, 64, 0x40, address(), 16)
            case 37:
                test.put([128, 0, 0, 0], at: room + 0x8000)
                test.call(45, file(), room, 64, 0x40 + (below(2) << 5), room + 0x7000, room + 0x8000)
            case 38:
                test.put([128, 0, 0, 0], at: room + 0x8000)
                test.call(Int(pick([51, 52])), file(), room, room + 0x8000)
            case 39:
                test.put([4, 0, 0, 0], at: room + 0x8000)
                test.call(55, file(), 1, 2 + below(20), room, room + 0x8000)
                test.call(54, file(), 1, 2 + below(20), room + 0x8000, 4)
            case 40: test.call(16, file(), pick([0x541b, 0x5411, 0x8905, 0x5401]), room)
            case 41:
                var entry: [UInt8] = []
                entry.append(littleEndian: UInt32(truncatingIfNeeded: file()))
                entry.append(littleEndian: UInt32(5))
                test.put(entry, at: room)
                test.call(7, room, 1, 0)
                let set = test.call(291, 0)
                if set >= 0 {
                    test.call(233, UInt64(set), 1, file(), room)
                    test.call(232, UInt64(set), room, 8, 0)
                    test.call(3, UInt64(set))
                }
            case 42: test.call(Int(pick([98, 99, 100, 228, 229, 309, 203, 204, 318, 324])), 0, 128, room)
            default:
                test.call(40, file(), file(), 0, 2000)
                test.call(326, file(), 0, file(), 0, 2000, 0)
            }
        }
    }

    /// The real host behind the lies. The kernel may be talked into using any descriptor: whatever changes something is only passed on
    /// for what lies in this test's own folder, and nothing for a descriptor that the host did not make.
    final class Fence {
        private let folder: String
        private var made: Set<UInt64> = []
        init(_ folder: String) { self.folder = folder }

        func call(_ number: Int64, _ arguments: [UInt64]) -> Int64 {
            guard isHarmless(number, arguments) else { return -9 }
            let result = TestKernel.honest(number, arguments)
            if [41, 257, 288, 291].contains(number) || number == 72 && arguments[1] == 1030, result >= 0 { made.insert(UInt64(result)) }
            if number == 3 { made.remove(arguments[0]) }
            return result
        }

        private func isHarmless(_ number: Int64, _ arguments: [UInt64]) -> Bool {
            switch number {
            // Memory, clocks, facts about the machine; sockets and epoll sets that are made.
            case 9, 10, 11, 24, 25, 27, 28, 41, 98, 99, 203, 204, 228, 229, 291, 309, 318, 324: return true
            case 7: return true
            case 257:
                let isReading = arguments[2] & 0o1103 == 0
                return UInt32(truncatingIfNeeded: arguments[0]) == UInt32(bitPattern: -100)
                    ? isReading : isReading ? made.contains(arguments[0]) : isOurs(arguments[0])
            // Reading.
            case 3, 5, 8, 16, 17, 51, 52, 55, 72, 217, 262, 267: return made.contains(arguments[0])
            // Sockets, which reach nobody: all addresses are of the loopback, port 9.
            case 42, 44, 45, 46, 47, 48, 49, 50, 54, 233, 281, 288:
                return made.contains(arguments[0]) && !path(arguments[0]).hasPrefix("/")
            case 0, 1, 18, 74, 77, 258, 263, 280, 452: return isOurs(arguments[0])
            case 265, 316: return isOurs(arguments[0]) && isOurs(arguments[2])
            case 266: return isOurs(arguments[1])
            default: return false
            }
        }

        private func path(_ descriptor: UInt64) -> String {
            let link = "/proc/self/fd/\(UInt32(truncatingIfNeeded: descriptor))"
            return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? "/"
        }
        private func isOurs(_ descriptor: UInt64) -> Bool {
            made.contains(descriptor) && (path(descriptor) == folder || path(descriptor).hasPrefix(folder + "/"))
        }
    }

    /// One process: a program under a host that lies in every twelfth answer, or about one call alone.
    static func run(seed: UInt64, seconds: Double) throws {
        // As the kernel does with every signal of the host.
        signal(SIGPIPE, SIG_IGN)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloister-lies-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<9 {
            try Data(repeating: 0x61, count: number * 9000).write(to: URL(fileURLWithPath: "\(folder)/file\(number)"))
        }
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "file3")
        let mount = BootConfig.Mount(kind: .host, source: Array(folder.utf8), target: Array("/mnt".utf8), isReadOnly: false)
        let fence = Fence(folder)
        let test = TestKernel(mounts: [mount], host: fence.call)
        test.map(base, 0x4_0000)
        var liar = SeededGenerator(seed: seed)
        let results = wrongAnswers + [0, 3]
        test.host.answer = { number, arguments in
            // Not at a waiting call, which could wait for ever, nor memory of the test process itself.
            if number == 271 { return 0 }
            guard UInt64.random(in: 0..<12, using: &liar) == 0 else { return fence.call(number, arguments) }
            let result = fence.call(number, arguments)
            Scribble.allCases.randomElement(using: &liar)?.apply(number, arguments)
            if Bool.random(using: &liar) { return result }
            let lie = results.randomElement(using: &liar) ?? 0
            // A mapping elsewhere, or one that cannot be taken away, ends the enclave: LyingHostTests.
            if [9, 25].contains(number) && lie >= 0 { return result }
            if number == 28 && arguments[2] == 9 && arguments[1] > 64 << 20 { return result }
            return number == 11 ? result : lie
        }
        var program = Program(test: test, generator: SeededGenerator(seed: seed ^ 0xabcd))
        let end = Date().addingTimeInterval(seconds)
        while Date() < end { for _ in 0..<50 { program.step() } }
    }

    @Test func `a program on a host that lies now and then`() async {
        await #expect(processExitsWith: .success) { try LyingHostFuzzTests.run(seed: 41, seconds: FuzzBudget.seconds) }
        await #expect(processExitsWith: .success) { try LyingHostFuzzTests.run(seed: 42, seconds: FuzzBudget.seconds) }
        await #expect(processExitsWith: .success) { try LyingHostFuzzTests.run(seed: 43, seconds: FuzzBudget.seconds) }
    }
}
