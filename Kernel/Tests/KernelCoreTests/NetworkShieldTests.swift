// SPDX-License-Identifier: Apache-2.0
//
// A shielded port is the shield's on the host, and nobody else's. One process a test: there is one kernel a process.

import Formats
import LinuxABI
import Machine
import Testing

@testable import KernelCore

/// Listens at 7000, connects to 7001; everything works on the host, and what it is asked is noted.
private final class Shielded {
    static let base: UInt64 = 0x10_0000
    let test: TestKernel
    /// Number of the call, and the port in the name that it has.
    var asked: [(call: Int64, port: UInt16)] = []

    init() {
        test = TestKernel(shield: ShieldRules(listenPorts: [7000], connectPorts: [7001]))
        test.map(Shielded.base, 0x4000)
        test.host.answer = { [unowned self] number, arguments in
            switch number {
            case 41: return 900
            case 42, 49, 44:
                let address = number == 44 ? arguments[4] : arguments[1]
                guard let name = unsafe UnsafePointer<UInt8>(bitPattern: UInt(address)) else { return -14 }
                asked.append((number, UInt16(unsafe name[2]) << 8 | UInt16(unsafe name[3])))
                return number == 44 ? Int64(arguments[2]) : 0
            case 50, 54, 48: return 0
            case 46: return 10
            case 288, 45, 47: return -11
            case 51, 52, 55: return -107
            case 3 where arguments[0] == 900: return 0
            default: return TestKernel.honest(number, arguments)
            }
        }
    }

    /// The test's one process plays both parts: sockets belong to whoever made them.
    func asShield<R>(_ body: () -> R) -> R {
        kernel.shield?.process = test.thread.process
        defer { kernel.shield?.process = nil }
        return body()
    }

    static func name(_ port: UInt16, _ host: [UInt8]) -> [UInt8] {
        [2, 0, UInt8(port >> 8), UInt8(port & 0xff)] + host + [UInt8](repeating: 0, count: 8)
    }
    static let away: [UInt8] = [10, 1, 2, 3]

    func socket(_ type: UInt64 = 1, domain: UInt64 = 2) -> UInt64 { UInt64(bitPattern: test.call(41, domain, type, 0)) }
    func bind(_ socket: UInt64, _ port: UInt16, _ host: [UInt8] = [0, 0, 0, 0]) -> Int64 {
        test.put(Shielded.name(port, host), at: Shielded.base)
        return test.call(49, socket, Shielded.base, 16)
    }
    func connect(_ socket: UInt64, _ port: UInt16, _ host: [UInt8]) -> Int64 {
        test.put(Shielded.name(port, host), at: Shielded.base)
        return test.call(42, socket, Shielded.base, 16)
    }
    func send(_ socket: UInt64, to port: UInt16, _ host: [UInt8] = away) -> Int64 {
        test.put(Shielded.name(port, host), at: Shielded.base)
        return test.call(44, socket, Shielded.base + 0x100, 10, 0, Shielded.base, 16)
    }

    /// The shield's listener for what programs connect to elsewhere.
    func startShield() -> UInt64 {
        asShield {
            let listener = socket(domain: 10)
            test.put([1, 0, 0, 0], at: Shielded.base)
            precondition(test.call(54, listener, 41, 75, Shielded.base, 4) == 0)
            test.put([10, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 15) + [1, 0, 0, 0, 0], at: Shielded.base)
            precondition(test.call(49, listener, Shielded.base, 28) == 0 && test.call(50, listener, 8) == 0)
            return listener
        }
    }
    func ownName(_ socket: UInt64) -> [UInt8] {
        test.put([28, 0, 0, 0], at: Shielded.base + 0x100)
        precondition(test.call(51, socket, Shielded.base, Shielded.base + 0x100) == 0)
        return (try? UserMemory.readBytes(Shielded.base, 28)) ?? []
    }
}

@Suite("Shielded ports") struct NetworkShieldTests {
    @Test func `a program that listens at a shielded port is not on the host, and the shield is`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            let server = world.socket()
            precondition(world.bind(server, 7000) == 0 && world.test.call(50, server, 8) == 0)
            precondition(world.asked.isEmpty)
            let client = world.socket()
            precondition(world.connect(client, 7000, [127, 0, 0, 1]) == 0 && world.test.call(43, server, 0, 0) >= 0)
            world.asShield {
                let outer = world.socket()
                precondition(world.bind(outer, 7000) == 0 && world.test.call(50, outer, 8) == 0)
            }
            precondition(world.asked.map(\.call) == [49] && world.asked.map(\.port) == [7000])
            // Another port is the program's own affair.
            precondition(world.bind(world.socket(), 7002) == 0 && world.asked.last?.port == 7002)
        }
    }

    @Test func `no way around leads a socket of a shielded port to the host`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            let stream = world.socket()
            precondition(world.bind(stream, 7000) == 0)
            precondition(world.connect(stream, 9, Shielded.away) == -1)
            let datagrams = world.socket(2)
            precondition(world.bind(datagrams, 7000) == 0)
            precondition(world.send(datagrams, to: 9) == -1)
            precondition(world.connect(datagrams, 9, Shielded.away) == -1)
            // Nor do datagrams leave for a port whose connections are shielded.
            let other = world.socket(2)
            precondition(world.send(other, to: 7001) == -1 && world.connect(other, 7001, Shielded.away) == -1)
            precondition(world.send(other, to: 7001, [127, 0, 0, 1]) == -1)
            precondition(!world.asked.contains { $0.port == 7000 || $0.port == 7001 }, "\(world.asked)")
            precondition(world.send(other, to: 7002) == 10)
        }
    }

    @Test func `connections to a shielded port end at the shield, which learns their destination`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            precondition(kernel.shield?.isReady == false)
            precondition(world.connect(world.socket(), 7001, Shielded.away) == -111)
            let listener = world.startShield()
            precondition(kernel.shield?.isReady == true)
            // The second is the host's own loopback, which this enclave may reach.
            for host in [Shielded.away, [127, 0, 0, 1]] {
                let client = world.socket()
                precondition(world.connect(client, 7001, host) == 0)
                let accepted = UInt64(bitPattern: world.test.call(43, listener, 0, 0))
                let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + host
                precondition(world.ownName(accepted) == [10, 0, 0x1b, 0x59, 0, 0, 0, 0] + mapped + [0, 0, 0, 0])
                precondition(world.test.call(1, client, Shielded.base, 5) == 5 && world.test.call(0, accepted, Shielded.base, 10) == 5)
                // The destination's port is not taken inside.
                let own = world.socket()
                precondition(world.bind(own, 7001, [127, 0, 0, 1]) == 0 && world.test.call(3, own) == 0)
            }
            precondition(world.asked.isEmpty, "\(world.asked)")
            world.asShield { precondition(world.connect(world.socket(), 7001, Shielded.away) == 0) }
            precondition(world.asked.map(\.port) == [7001])
            precondition(world.test.call(3, listener) == 0 && kernel.shield?.isReady == false)
            precondition(world.connect(world.socket(), 7001, Shielded.away) == -111)
        }
    }

    @Test func `who listens inside at a shielded destination's port is reached directly`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            _ = world.startShield()
            let server = world.socket()
            precondition(world.bind(server, 7001, [127, 0, 0, 1]) == 0 && world.test.call(50, server, 8) == 0)
            precondition(world.connect(world.socket(), 7001, [127, 0, 0, 1]) == 0)
            precondition(world.test.call(288, server, 0, 0, 0x800) >= 0)
        }
    }

    /// While the program does not listen, what peers send must not end at a service of the host's.
    @Test func `what the shield's peers send never goes to the host's loopback`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            world.asShield { precondition(world.connect(world.socket(), 7000, [127, 0, 0, 1]) == -111) }
            precondition(world.asked.isEmpty, "\(world.asked)")
            // Another port of the host's is what insecure_host_loopback is for.
            precondition(world.connect(world.socket(), 7002, [127, 0, 0, 1]) == 0 && world.asked.last?.port == 7002)
        }
    }

    @Test func `a program cannot take the shield's place`() async {
        await #expect(processExitsWith: .success) {
            let world = Shielded()
            let socket = world.socket(domain: 10)
            world.test.put([1, 0, 0, 0], at: Shielded.base)
            precondition(world.test.call(54, socket, 41, 75, Shielded.base, 4) < 0)
            precondition(world.test.call(54, socket, 0, 19, Shielded.base, 4) < 0)
            precondition(kernel.shield?.isReady == false)
        }
    }
}
