// SPDX-License-Identifier: Apache-2.0
//
// What goes over the loopback makes no host call; what does not, does. One process a test: there is one kernel a process.

import FuzzSupport
import LinuxABI
import Machine
import Testing

@testable import KernelCore

@Suite struct LoopbackTests {
    private static let base: UInt64 = 0x10_0000
    /// socket, connect, accept, sendto, recvfrom, sendmsg, recvmsg, shutdown, bind, listen, getsockname, getpeername, setsockopt,
    /// getsockopt, poll, ppoll, epoll_create1, epoll_ctl, epoll_pwait, accept4.
    private static let networkCalls: Set<Int64> = [
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 54, 55, 7, 271, 291, 233, 281, 288,
    ]

    private static func address(_ port: UInt16, _ d: UInt8 = 1, first: UInt8 = 127) -> [UInt8] {
        [2, 0, UInt8(port >> 8), UInt8(port & 0xff), first, 0, 0, d] + [UInt8](repeating: 0, count: 8)
    }
    private static func port(_ test: TestKernel, _ socket: UInt64) -> UInt16 {
        test.put([128, 0, 0, 0], at: base + 0x100)
        precondition(test.call(51, socket, base, base + 0x100) == 0)
        return (try? UserMemory.read(base + 2, UInt16.self).byteSwapped) ?? 0
    }
    private static func socket(_ test: TestKernel, _ type: UInt64) -> UInt64 {
        let descriptor = test.call(41, 2, type, 0)
        precondition(descriptor >= 0)
        return UInt64(descriptor)
    }

    @Test func `connections and datagrams over the loopback make no host call`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            test.map(LoopbackTests.base, 0x4000)
            let base = LoopbackTests.base
            var asked: Set<Int64> = []
            test.host.answer = { number, arguments in
                if LoopbackTests.networkCalls.contains(number) { asked.insert(number) }
                return TestKernel.honest(number, arguments)
            }
            let listener = LoopbackTests.socket(test, 1)
            test.put(LoopbackTests.address(0), at: base)
            precondition(test.call(49, listener, base, 16) == 0 && test.call(50, listener, 8) == 0)
            let port = LoopbackTests.port(test, listener)
            precondition(InetPorts.ephemeral.contains(port))
            let client = LoopbackTests.socket(test, 1)
            test.put([1, 0, 0, 0], at: base)
            precondition(test.call(54, client, 6, 1, base, 4) == 0)
            test.put(LoopbackTests.address(port), at: base)
            precondition(test.call(42, client, base, 16) == 0)
            let server = UInt64(bitPattern: test.call(43, listener, 0, 0))
            let set = UInt64(bitPattern: test.call(291, 0))
            test.put([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], at: base)
            precondition(test.call(233, set, 1, server, base) == 0)
            precondition(test.call(1, client, base, 100) == 100)
            precondition(test.call(232, set, base + 0x200, 8, 0) == 1)
            precondition(test.call(0, server, base, 200) == 100)
            precondition(test.call(48, server, 1) == 0 && test.call(0, client, base, 10) == 0)
            let one = LoopbackTests.socket(test, 2)
            test.put(LoopbackTests.address(0), at: base)
            precondition(test.call(49, one, base, 16) == 0)
            test.put(LoopbackTests.address(LoopbackTests.port(test, one)), at: base)
            let two = LoopbackTests.socket(test, 2)
            precondition(test.call(44, two, base, 50, 0, base, 16) == 50)
            precondition(test.call(45, one, base, 100, 0, 0, 0) == 50)
            for descriptor in [listener, client, server, set, one, two] { precondition(test.call(3, descriptor) == 0) }
            precondition(asked.isEmpty, "host calls \(asked)")
        }
    }

    /// The host is told a port; where that is taken, another.
    @Test func `a socket at the wildcard has the port of the kernel's choice`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            test.map(LoopbackTests.base, 0x4000)
            var told: [UInt16] = []
            test.host.answer = { number, arguments in
                switch number {
                case 41: return 900
                case 49:
                    guard let name = unsafe UnsafePointer<UInt8>(bitPattern: UInt(arguments[1])) else { return -14 }
                    told.append(UInt16(unsafe name[2]) << 8 | UInt16(unsafe name[3]))
                    return told.count < 3 ? -98 : 0
                case 3 where arguments[0] == 900: return 0
                default: return TestKernel.honest(number, arguments)
                }
            }
            let socket = LoopbackTests.socket(test, 2)
            test.put(LoopbackTests.address(0, 0, first: 0), at: LoopbackTests.base)
            precondition(test.call(49, socket, LoopbackTests.base, 16) == 0)
            precondition(told.count == 3 && told.allSatisfy(InetPorts.ephemeral.contains))
            precondition(LoopbackTests.port(test, socket) == told[2])
        }
    }

    /// A host on which everything works and nothing comes.
    private static func quietHost(_ number: Int64, _ arguments: [UInt64]) -> Int64 {
        switch number {
        case 41, 291: 900
        case 44: Int64(truncatingIfNeeded: arguments[2])
        case 45, 47, 288: -11
        case 46: -11
        case 42, 48, 49, 50, 54, 7, 233, 281: 0
        case 51, 52, 55: -107
        case 3 where arguments[0] >= 900: 0
        default: TestKernel.honest(number, arguments)
        }
    }

    @Test func `any order of calls leaves nothing behind`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            test.map(LoopbackTests.base, 0x2_0000)
            test.host.answer = LoopbackTests.quietHost
            var program = LoopbackProgram(test: test, base: LoopbackTests.base)
            let rounds = FuzzBudget.spend {
                for _ in 0..<300 { program.step() }
                program.end()
                let inet = kernel.channels.inet
                precondition(inet.shown.isEmpty && inet.tcp.isUnused && inet.udp.isUnused)
            }
            precondition(rounds > 0 && program.received > 0 && program.accepted > 0)
        }
    }
}

/// Random calls on a few sockets that get in each other's way.
private struct LoopbackProgram {
    let test: TestKernel
    let base: UInt64
    var generator = SeededGenerator(seed: 37)
    var sockets: [UInt64] = []
    var received = 0
    var accepted = 0

    private mutating func any(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// An address at `base`; returns its length.
    private mutating func putAddress() -> UInt64 {
        let port = any(0...4) == 0 ? 0 : UInt16(40000 + any(0...2))
        let bytes = [UInt8(port >> 8), UInt8(port & 0xff)]
        let last = UInt8(any(0...1))
        if any(0...2) == 0 {
            test.put([10, 0] + bytes + [UInt8](repeating: 0, count: 19) + [last, 0, 0, 0, 0], at: base)
            return 28
        }
        let first: UInt8 = last == 0 ? 0 : 127
        test.put([UInt8(any(0...20) == 0 ? 0 : 2), 0] + bytes + [first, 0, 0, last] + [UInt8](repeating: 0, count: 8), at: base)
        return 16
    }

    mutating func step() {
        if sockets.count < 12 && any(0...3) == 0 || sockets.isEmpty {
            let made = test.call(41, any(0...2) == 0 ? 10 : 2, UInt64(any(1...2)) | 0o4000, 0)
            if made >= 0 { sockets.append(UInt64(made)) }
            return
        }
        let index = any(0...(sockets.count - 1))
        let socket = sockets[index]
        switch any(0...13) {
        case 0: test.call(49, socket, base, putAddress())
        case 1: test.call(50, socket, UInt64(bitPattern: Int64(any(-1...2))))
        case 2, 3: test.call(42, socket, base, putAddress())
        case 4:
            let made = test.call(288, socket, 0, 0, 0o4000)
            if made >= 0 {
                sockets.append(UInt64(made))
                accepted += 1
            }
        case 5:
            let flags = 0x4040 | UInt64(any(0...3) == 0 ? 1 : 0)
            test.call(44, socket, base + 0x1000, UInt64(any(0...70000)), flags, 0, 0)
        case 6:
            let length = putAddress()
            test.call(44, socket, base + 0x1000, UInt64(any(0...3000)), 0x4040, base, length)
        case 7, 8:
            let flags = 0x40 | UInt64([0, 0, 1, 2, 0x20, 0x22, 0x100, 0x2000][any(0...7)])
            received += max(0, Int(test.call(45, socket, base + 0x1000, UInt64(any(0...70000)), flags, 0, 0)))
        case 9: test.call(48, socket, UInt64(any(0...3)))
        case 10:
            test.put([UInt8(any(0...3)), 0, 0, 0, 0, 0, 0, 0], at: base)
            test.call(54, socket, [0, 1, 6, 17, 41][any(0...4)], UInt64(any(1...60)), base, UInt64(any(1...8)))
        case 11:
            test.put([16, 0, 0, 0], at: base + 0x100)
            test.call(55, socket, [0, 1, 6, 17, 41][any(0...4)], UInt64(any(1...60)), base, base + 0x100)
        case 12:
            test.put(bytes(socket) + [0xff, 0x3f, 0, 0], at: base)
            test.call(7, base, 1, 0)
            test.call(16, socket, [0x541b, 0x5411, 0x8905][any(0...2)], base)
        default:
            test.call(3, socket)
            sockets.remove(at: index)
        }
    }

    private func bytes(_ socket: UInt64) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: socket >> UInt64($0 * 8)) }
    }

    mutating func end() {
        for socket in sockets { test.call(3, socket) }
        sockets = []
    }
}
