// SPDX-License-Identifier: Apache-2.0
//
// Damaged input to the kernel itself, with fixed seeds: it answers with an errno or a value and never traps. Each test has a kernel
// in a process of its own; `make fuzz` gives each more time.

import Formats
import Foundation
import FuzzSupport
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

@Suite("Fuzz", .serialized)
struct KernelFuzzTests {
    static let buffer: UInt64 = 0x10_0000
    static let bufferBytes: UInt64 = 0x4_0000

    /// A kernel with guest memory and a directory of the host, made for this test, at /mnt.
    private static func makeKernel(_ folder: String? = nil) -> TestKernel {
        var mounts: [BootConfig.Mount] = []
        if let folder {
            mounts = [
                BootConfig.Mount(kind: .host, source: Array(folder.utf8), target: Array("/mnt".utf8), isReadOnly: false)
            ]
        }
        let test = TestKernel(mounts: mounts)
        test.map(buffer, bufferBytes)
        return test
    }

    /// A directory with some files, removed at the end of `body`.
    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloister-fuzz-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<20 {
            try Data(repeating: 0x61, count: number * 700).write(to: URL(fileURLWithPath: "\(folder)/file\(number)"))
        }
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "file3")
        try body(folder)
    }

    @Test func `paths`() async {
        await #expect(processExitsWith: .success) {
            let test = KernelFuzzTests.makeKernel()
            var generator = SeededGenerator(seed: 31)
            let seeds = [
                "/tmp/a/b/../c", "/proc/self/fd/0/../../status", "/dev/pts/0", "/tmp/link/x", "./././tmp//a///", "/proc/1/root/tmp",
                "../../../../tmp/d", "/tmp/" + String(repeating: "n", count: 255), String(repeating: "/tmp/..", count: 580),
            ].map { Array($0.utf8) }
            let calls = [2, 4, 6, 21, 76, 80, 82, 83, 84, 85, 86, 87, 88, 89, 90, 92, 133, 161, 188, 191, 235, 254, 332, 439]
            let rounds = FuzzBudget.spend {
                for offset: UInt64 in [0, 0x2000] {
                    let path = mutated(seeds.randomElement(using: &generator) ?? [], with: &generator)
                    test.put(Array(path.prefix(8000)) + [0], at: KernelFuzzTests.buffer + offset)
                }
                let number = calls.randomElement(using: &generator) ?? 2
                // Never the root of the host itself with chroot: only names below are of interest.
                if number == 161 || number == 80 { return }
                let flags = UInt64.random(in: 0...0x3f_ffff, using: &generator)
                let first = KernelFuzzTests.buffer
                let result: Int64
                switch number {
                case 82, 86, 88: result = test.call(number, first, first + 0x2000)
                case 254: result = test.call(number, 0, first, flags)
                case 332: result = test.call(number, UInt64(bitPattern: -100), first, flags & 0x6900, 0xfff, first + 0x4000)
                case 439: result = test.call(number, UInt64(bitPattern: -100), first, flags & 7, flags & 0x1300)
                case 2: result = test.call(number, first, flags | 0o4000, 0o644)
                case 188, 191: result = test.call(number, first, first + 0x2000, first + 0x4000, 64, 0)
                default: result = test.call(number, first, first + 0x4000, 0x1000)
                }
                if number == 2 && result >= 0 { test.call(3, UInt64(result)) }
            }
            precondition(rounds > 0)
        }
    }

    @Test func `boot configurations`() async {
        var config = BootConfig()
        config.arguments = [Array("/bin/sh".utf8)]
        config.environment = [Array("A=1".utf8)]
        config.mounts = [BootConfig.Mount(kind: .host, source: [0x2f], target: [0x2f, 0x6d], isReadOnly: true)]
        let valid = config.encoded()
        var generator = SeededGenerator(seed: 32)
        var accepted = 0
        let rounds = FuzzBudget.spend {
            let bytes = mutated(valid, with: &generator)
            var at = 0
            // In pieces of any size, as a host may give them.
            let host = ScriptedHost { number, arguments in
                guard number == 0 else { return 0 }
                let count = min(Int.random(in: 1...64), bytes.count - at)
                for i in 0..<count {
                    unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(arguments[1]))?[i] = bytes[at + i]
                }
                at += count
                return Int64(count)
            }
            if case .success = BootInput.read(Host(host)) { accepted += 1 }
        }
        #expect(accepted < rounds)
    }

    @Test func `control packets`() async {
        await #expect(processExitsWith: .success) {
            let test = KernelFuzzTests.makeKernel()
            var generator = SeededGenerator(seed: 33)
            let exec = ExecRequest(arguments: [Array("/no/such".utf8), [0x62]], environment: [Array("A=1".utf8)])
            let requests: [ControlRequest] = [
                .exec(exec), .signal(15), .windowSize(TerminalSize(rows: 24, columns: 80)), .processList, .stop(graceSeconds: .max),
            ]
            let seeds = requests.map { $0.encoded() }
            var packet: [UInt8] = []
            var control: [UInt8] = []
            var flags: UInt32 = 0
            test.host.answer = { number, arguments in
                guard number == 47 else { return number == 44 ? Int64(arguments[2]) : 0 }
                guard let header = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(arguments[1])),
                    let vector = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(unsafe header[2])),
                    let bytes = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(unsafe vector[0])),
                    let room = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(unsafe header[4]))
                else { return -14 }
                let count = min(packet.count, Int(unsafe vector[1]))
                for i in 0..<count { unsafe bytes[i] = packet[i] }
                for i in 0..<min(64, control.count) { unsafe room[i] = control[i] }
                unsafe (header[5] = UInt64(control.count), header[6] = UInt64(flags))
                return Int64(count)
            }
            let service = ControlService(kernel.config)
            var rights: [UInt8] = []
            rights.append(littleEndian: UInt64(28))
            rights.append(littleEndian: UInt32(1))
            rights.append(littleEndian: UInt32(1))
            for number: UInt32 in [20, 21, 22] { rights.append(littleEndian: number) }
            let rounds = FuzzBudget.spend {
                packet = mutated(seeds.randomElement(using: &generator) ?? [], with: &generator)
                control = Bool.random(using: &generator) ? rights : mutated(rights, with: &generator)
                flags = UInt8.random(in: 0..<8, using: &generator) == 0 ? UInt32.random(in: 0...0xff, using: &generator) : 0
                let connection = ControlConnection(90, service, endsEnclave: Bool.random(using: &generator))
                connection.receive()
                connection.reportEnd()
                connection.close()
            }
            precondition(rounds > 0)
        }
    }

    @Test func `programs`() {
        var generator = SeededGenerator(seed: 34)
        let seeds = ["/bin/true", "/bin/busybox"].compactMap { FileManager.default.contents(atPath: $0) }.map { [UInt8]($0) }
        #expect(!seeds.isEmpty)
        var accepted = 0
        let rounds = FuzzBudget.spend {
            guard let seed = seeds.randomElement(using: &generator) else { return }
            // Damage where it counts: the header and the program headers.
            let head = mutated(Array(seed.prefix(1024)), with: &generator)
            let file = head + seed.dropFirst(1024).prefix(4096)
            for role in [ElfImage.Role.program, .interpreter] {
                let image = value { () throws(Errno) in
                    try ElfImage(role: role) { (offset, count) throws(Errno) in
                        guard offset < UInt64(file.count) else { return [] }
                        return [UInt8](file[Int(offset)...].prefix(count))
                    }
                }
                if image != nil { accepted += 1 }
            }
        }
        #expect(rounds > 0 && accepted > 0)
    }

    @Test func `control messages of sockets`() async {
        await #expect(processExitsWith: .success) {
            let test = KernelFuzzTests.makeKernel()
            var generator = SeededGenerator(seed: 35)
            let base = KernelFuzzTests.buffer
            precondition(test.call(53, 1, 0o4002, 0, base) == 0)
            let pair = value { () throws(Errno) in try UserMemory.read(base, UInt64.self) } ?? 0
            let (left, right) = (pair & 0xffff_ffff, pair >> 32)
            let inet = UInt64(bitPattern: test.call(41, 2, 0o4002, 0))
            // 127.0.0.1, port 9: the host's, since nobody inside is there.
            test.put([2, 0, 0, 9, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8), at: base)
            precondition(test.call(42, inet, base, 16) == 0)
            var rights: [UInt8] = []
            for (type, count) in [(UInt32(1), 8), (2, 12)] {
                rights.append(littleEndian: UInt64(16 + count))
                rights.append(littleEndian: UInt32(1))
                rights.append(littleEndian: type)
                for _ in 0..<(count + 7) / 8 { rights.append(littleEndian: UInt64(1)) }
            }
            let rounds = FuzzBudget.spend {
                let control = mutated(rights, with: &generator)
                test.put(control, at: base + 0x1000)
                var header: [UInt8] = []
                let length = Bool.random(using: &generator) ? control.count : Int.random(in: 0...5000, using: &generator)
                for word in [0, 0, base + 0x100, 1, base + 0x1000, UInt64(length), 0] { header.append(littleEndian: word) }
                test.put(header, at: base)
                var vector: [UInt8] = []
                vector.append(littleEndian: base + 0x8000)
                vector.append(littleEndian: UInt64(16))
                test.put(vector, at: base + 0x100)
                // To a socket of the enclave, to one of the host (where sending goes nowhere), and back from both.
                test.host.answer = { number, arguments in
                    number == 46 ? 16 : TestKernel.honest(number, arguments)
                }
                test.call(46, left, base, 0x40)
                test.call(46, inet, base, 0x40)
                test.call(47, right, base, 0x40)
                test.host.answer = { number, arguments in
                    guard number == 47 else { return TestKernel.honest(number, arguments) }
                    let scribble = Scribble.allCases[Int(control.count) % Scribble.allCases.count]
                    let places = Scribble.outputs(47, arguments)
                    if let room = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(places[1].address)) {
                        for i in 0..<min(control.count, places[1].count) { unsafe room[i] = control[i] }
                    } else {
                        scribble.apply(number, arguments)
                    }
                    return 16
                }
                test.call(47, inet, base, 0x40)
            }
            precondition(rounds > 0)
        }
    }

    @Test func `directory listings of the host`() async {
        await #expect(processExitsWith: .success) {
            try KernelFuzzTests.withFolder { folder in
                let test = KernelFuzzTests.makeKernel(folder)
                var generator = SeededGenerator(seed: 36)
                let base = KernelFuzzTests.buffer
                test.put(Array("/mnt".utf8) + [0], at: base)
                test.put(Array("/mnt/sub/../file3".utf8) + [0], at: base + 0x100)
                let rounds = FuzzBudget.spend {
                    let seed = generator.next()
                    test.host.answer = { number, arguments in
                        let result = TestKernel.honest(number, arguments)
                        guard number == 217, result > 0 else { return result }
                        guard let records = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(arguments[1])) else { return result }
                        var local = SeededGenerator(seed: seed)
                        let damaged = mutated((0..<Int(result)).map { unsafe records[$0] }, with: &local)
                        let count = min(damaged.count, Int(arguments[2]))
                        for i in 0..<count { unsafe records[i] = damaged[i] }
                        return Int64(count)
                    }
                    let directory = test.call(2, base, 0o200000)
                    guard directory >= 0 else { return }
                    for _ in 0..<4 { test.call(217, UInt64(directory), base + 0x1000, 600) }
                    test.call(8, UInt64(directory), generator.next() >> 1, 0)
                    test.call(217, UInt64(directory), base + 0x1000, 0x8000)
                    test.call(3, UInt64(directory))
                    test.call(4, base + 0x100, base + 0x1000)
                }
                precondition(rounds > 0)
            }
        }
    }
}
