// SPDX-License-Identifier: Apache-2.0
//
// What goes over the loopback makes no host call; what does not, does. One process a test: there is one kernel a process.

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
}
