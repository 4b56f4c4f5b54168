// SPDX-License-Identifier: Apache-2.0
//
// What a host may say about its network: anything. What the kernel makes of it stays within bounds.

import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

@Suite("Facts about the network")
struct NetworkFactsTests {
    /// A host whose files hold `text` and whose requests are answered by `request`, which may write to the structure.
    private func host(_ text: @escaping (String) -> [UInt8], _ request: @escaping (UInt64, UnsafeMutableRawPointer) -> Int64) -> Host {
        var opened = ""
        return Host(
            ScriptedHost { number, arguments in
                switch number {
                case 41: return 5
                case 257:
                    guard let path = unsafe UnsafePointer<CChar>(bitPattern: UInt(arguments[1])) else { return -14 }
                    opened = String((unsafe String(cString: path)).split(separator: "/").last ?? "")
                    return 6
                case 17:
                    let bytes = text(opened)
                    let offset = Int(arguments[3])
                    guard offset < bytes.count, let to = unsafe UnsafeMutableRawPointer(bitPattern: UInt(arguments[1])) else { return 0 }
                    let piece = Array(bytes[offset..<min(bytes.count, offset + Int(arguments[2]))])
                    unsafe to.copyMemory(from: piece, byteCount: piece.count)
                    return Int64(piece.count)
                case 16:
                    guard let at = unsafe UnsafeMutableRawPointer(bitPattern: UInt(arguments[2])) else { return -14 }
                    return unsafe request(arguments[1], at)
                default: return 0
                }
            })
    }

    private func expectBounded(_ facts: NetworkFacts) {
        #expect(facts.links.contains { $0.isLoopback })
        #expect(facts.links.count <= NetworkFacts.maximumEntries + 1)
        #expect(Set(facts.links.map(\.index)).count == facts.links.count)
        for link in facts.links {
            #expect(!link.name.isEmpty && link.name.count < 16 && link.hardwareAddress.count == 6 && link.index > 0)
            #expect(link.name.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f })
        }
        for address in facts.addresses {
            let isInet = address.family == NetworkFacts.inet
            #expect(address.address.count == (isInet ? 4 : 16) && address.prefix <= (isInet ? 32 : 128) && address.label.count < 16)
            #expect(address.broadcast.isEmpty || address.broadcast.count == 4)
            #expect(facts.link(address.index) != nil)
        }
        for route in facts.routes() {
            let isInet = route.family == NetworkFacts.inet
            #expect(route.destination.count == (isInet ? 4 : 16) && route.prefix <= (isInet ? 32 : 128))
            #expect(route.gateway.isEmpty || route.gateway.count == route.destination.count)
            #expect(facts.link(route.index) != nil)
        }
    }

    private let tables = [
        "dev": "Inter-|\n face |\n    lo: 1 2\n  eth0: 3 4\n e/vil: 0\nwaytoolonganame: 0\n  eth0: again\n",
        "if_inet6": "fe8000000000000000fc00fffe000001 04 40 20 80 eth0\nfe80 04 40 20 80 eth0\n"
            + "00000000000000000000000000000001 09 80 10 80 lo\n00000000000000000000000000000002 04 ff 10 80 lo\n",
        "route": "Iface\neth0\t00000000\t010200C0\t0003\t0\t0\t7\t00000000\t0\nnone\t0\t0\t1\t0\t0\t0\t0\nlo\tzz\t0\t1\t0\t0\t0\t0\n",
        "ipv6_route": "",
    ]

    @Test func `an honest host's facts arrive, what is malformed does not`() {
        let facts = NetworkFacts.read(
            host({ Array((self.tables[$0] ?? "").utf8) }) { command, at in
                let isLoopback = unsafe at.load(as: UInt8.self) == 0x6c
                switch UInt32(command) {
                case Ioctl.SIOCGIFINDEX: unsafe at.storeBytes(of: isLoopback ? 1 : 4, toByteOffset: 16, as: UInt32.self)
                case Ioctl.SIOCGIFFLAGS: unsafe at.storeBytes(of: isLoopback ? 0x49 : 0x1043, toByteOffset: 16, as: UInt16.self)
                case Ioctl.SIOCGIFCONF: unsafe at.storeBytes(of: 0, as: UInt32.self)
                default: break
                }
                return 0
            })
        expectBounded(facts)
        #expect(facts.links.map(\.name) == [Array("lo".utf8), Array("eth0".utf8)])
        #expect(facts.addresses.count == 1 && facts.addresses.first?.index == 4 && facts.addresses.first?.prefix == 64)
        let routes = facts.routes()
        #expect(routes.count == 1 && routes.first?.gateway == [192, 0, 2, 1] && routes.first?.metric == 7 && routes.first?.prefix == 0)
    }

    @Test func `a host without a network leaves the loopback`() {
        for answer in wrongAnswers where answer < 0 {
            let facts = NetworkFacts.read(Host(ScriptedHost { _, _ in answer }))
            #expect(facts.links.map(\.name) == [Array("lo".utf8)] && facts.addresses.count == 1)
            expectBounded(facts)
        }
    }

    @Test func `noise stays within bounds`() {
        var state: UInt64 = 1
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let alphabet = Array("lo eth0:\t\n0123456789abcdefABCDEF/\u{0}".utf8)
        for _ in 0..<200 {
            let facts = NetworkFacts.read(
                host({ name in
                    var bytes = Array((self.tables[name] ?? "").utf8)
                    for _ in 0..<random() % 40 where !bytes.isEmpty {
                        bytes[Int(random()) % bytes.count] = alphabet[Int(random()) % alphabet.count]
                    }
                    return bytes
                }) { command, at in
                    let isTable = UInt32(command) == Ioctl.SIOCGIFCONF
                    for i in 16..<40 where !isTable { unsafe at.storeBytes(of: UInt8(truncatingIfNeeded: random()), toByteOffset: i, as: UInt8.self) }
                    if isTable {
                        let room = unsafe at.load(as: UInt32.self)
                        if let table = unsafe UnsafeMutableRawPointer(bitPattern: UInt(at.load(fromByteOffset: 8, as: UInt64.self))) {
                            for i in 0..<400 {
                                unsafe table.storeBytes(of: alphabet[Int(random()) % alphabet.count], toByteOffset: i, as: UInt8.self)
                            }
                            for i in 0..<10 { unsafe table.storeBytes(of: 2, toByteOffset: i * 40 + 16, as: UInt8.self) }
                        }
                        unsafe at.storeBytes(of: UInt32(truncatingIfNeeded: random()) % (room &+ 100), as: UInt32.self)
                    }
                    return random() % 4 == 0 ? -19 : 0
                })
            expectBounded(facts)
        }
    }
}
