// SPDX-License-Identifier: Apache-2.0
//
// What the host says about its network interfaces, addresses and routes. All of it is the host's word, and read by calls that cannot
// change anything: netdevice(7) requests and files of /proc/net. It is taken apart here into bounded values; programs get messages
// and structures that the kernel makes of these, never bytes of the host. The loopback is there whatever the host says.

import LinuxABI
import Machine

struct NetworkLink {
    var index: UInt32
    var name: [UInt8]
    var flags: UInt32
    var mtu: UInt32
    var type: UInt16
    var hardwareAddress: [UInt8]
    var queueLength: UInt32

    static let loopback = NetworkLink(
        index: 1, name: [UInt8]("lo"), flags: NetworkDevice.IFF_UP | NetworkDevice.IFF_LOOPBACK | NetworkDevice.IFF_RUNNING,
        mtu: 65536, type: NetworkDevice.ARPHRD_LOOPBACK, hardwareAddress: [0, 0, 0, 0, 0, 0], queueLength: 1000)
    var isLoopback: Bool { flags & NetworkDevice.IFF_LOOPBACK != 0 }
}

struct NetworkAddress {
    var family: UInt8
    var index: UInt32
    /// 4 or 16 bytes in network order.
    var address: [UInt8]
    var prefix: UInt8
    var scope: UInt8
    var flags: UInt32
    /// The interface's name, for IPv4 perhaps an alias of it.
    var label: [UInt8]
    var broadcast: [UInt8] = []
}

struct NetworkRoute {
    var family: UInt8
    var destination: [UInt8]
    var prefix: UInt8
    /// Empty where the destination is on the link itself.
    var gateway: [UInt8]
    var index: UInt32
    var metric: UInt32
}

struct NetworkFacts {
    static let inet = UInt8(truncatingIfNeeded: SocketFamily.AF_INET)
    static let inet6 = UInt8(truncatingIfNeeded: SocketFamily.AF_INET6)
    static let maximumEntries = 1024

    private let host: Host
    private(set) var links: [NetworkLink] = []
    private(set) var addresses: [NetworkAddress] = []

    private init(_ host: Host) {
        self.host = host
    }

    /// Asks the host anew.
    static func read(_ host: Host) -> NetworkFacts {
        var facts = NetworkFacts(host)
        do {
            let socket = try host.socket(SocketFamily.AF_INET, SocketType.SOCK_DGRAM, 0)
            defer { host.close(socket) }
            facts.readLinks(socket)
            facts.readAddresses(socket)
        } catch {
            // No network on this host: the loopback alone.
        }
        if !facts.links.contains(where: { $0.isLoopback }) {
            let index = facts.links.contains(where: { $0.index == 1 }) ? 0x7fff_ffff : 1
            var loopback = NetworkLink.loopback
            loopback.index = UInt32(index)
            facts.links.removeAll { $0.name == loopback.name }
            facts.links.insert(loopback, at: 0)
            facts.addresses.insert(
                NetworkAddress(
                    family: inet, index: loopback.index, address: [127, 0, 0, 1], prefix: 8, scope: RouteNetlink.RT_SCOPE_HOST,
                    flags: RouteNetlink.IFA_F_PERMANENT, label: loopback.name), at: 0)
        }
        return facts
    }

    func link(named name: [UInt8]) -> NetworkLink? { links.first { $0.name == name } }
    func link(_ index: UInt32) -> NetworkLink? { links.first { $0.index == index } }

    // MARK: links

    private mutating func readLinks(_ socket: Int32) {
        for line in NetworkText.lines(host, "dev").dropFirst(2) {
            guard links.count < NetworkFacts.maximumEntries, let colon = line.firstIndex(of: 0x3a) else { continue }
            let name = Array(line[..<colon].drop { $0 == 0x20 })
            guard NetworkFacts.isName(name), link(named: name) == nil else { continue }
            guard let index = host.interfaceFact(socket, Ioctl.SIOCGIFINDEX, name)?.littleEndian(UInt32.self, at: 16), index > 0,
                index <= 0x7fff_ffff, link(index) == nil,
                let flags = host.interfaceFact(socket, Ioctl.SIOCGIFFLAGS, name)?.littleEndian(UInt16.self, at: 16),
                let mtu = host.interfaceFact(socket, Ioctl.SIOCGIFMTU, name)?.littleEndian(UInt32.self, at: 16),
                let hardware = host.interfaceFact(socket, Ioctl.SIOCGIFHWADDR, name),
                let type = hardware.littleEndian(UInt16.self, at: 16)
            else { continue }
            let queue = host.interfaceFact(socket, Ioctl.SIOCGIFTXQLEN, name)?.littleEndian(UInt32.self, at: 16) ?? 0
            links.append(
                NetworkLink(
                    index: index, name: name, flags: UInt32(flags), mtu: mtu, type: type, hardwareAddress: Array(hardware[18..<24]),
                    queueLength: queue))
        }
        links.sort { $0.index < $1.index }
    }

    private static func isName(_ name: [UInt8]) -> Bool {
        !name.isEmpty && name.count < NetworkDevice.IFNAMSIZ && name.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x3a }
    }

    // MARK: addresses

    private mutating func readAddresses(_ socket: Int32) {
        for (label, address) in host.interfaceAddresses(socket, NetworkFacts.maximumEntries) {
            let base = Array(label.prefix { $0 != 0x3a })
            guard let link = link(named: base) else { continue }
            let mask = host.interfaceFact(socket, Ioctl.SIOCGIFNETMASK, label, address)?.bigEndian(UInt32.self, at: 20) ?? .max
            var entry = NetworkAddress(
                family: NetworkFacts.inet, index: link.index, address: address, prefix: UInt8((~mask).leadingZeroBitCount),
                scope: address[0] == 127 ? RouteNetlink.RT_SCOPE_HOST : RouteNetlink.RT_SCOPE_UNIVERSE,
                flags: RouteNetlink.IFA_F_PERMANENT, label: label)
            if link.flags & NetworkDevice.IFF_BROADCAST != 0, entry.prefix < 31,
                let broadcast = host.interfaceFact(socket, Ioctl.SIOCGIFBRDADDR, label, address)
            {
                entry.broadcast = Array(broadcast[20..<24])
                if entry.broadcast == [0, 0, 0, 0] { entry.broadcast = [] }
            }
            addresses.append(entry)
        }
        for line in NetworkText.lines(host, "if_inet6") {
            let words = NetworkText.words(line)
            guard words.count == 6, let address = NetworkText.bytes(words[0], 16), let index = NetworkText.number(words[1]),
                let link = link(UInt32(truncatingIfNeeded: index)), let prefix = NetworkText.number(words[2]), prefix <= 128,
                let scope = NetworkText.number(words[3]), let flags = NetworkText.number(words[4])
            else { continue }
            let linuxScope: UInt8 = scope == 0x10 ? RouteNetlink.RT_SCOPE_HOST : scope == 0x20 ? RouteNetlink.RT_SCOPE_LINK : scope == 0x40 ? 200 : 0
            addresses.append(
                NetworkAddress(
                    family: NetworkFacts.inet6, index: link.index, address: address, prefix: UInt8(prefix), scope: linuxScope,
                    flags: UInt32(truncatingIfNeeded: flags & 0xff), label: link.name))
        }
    }

    // MARK: routes

    /// The main table.
    func routes() -> [NetworkRoute] {
        var routes: [NetworkRoute] = []
        for line in NetworkText.lines(host, "route").dropFirst() {
            let words = NetworkText.words(line)
            guard words.count >= 8, let link = link(named: words[0]), let destination = NetworkText.number(words[1]),
                let gateway = NetworkText.number(words[2]), let flags = NetworkText.number(words[3]),
                let metric = NetworkText.decimal(words[6]), let mask = NetworkText.number(words[7]),
                flags & UInt64(RouteNetlink.RTF_REJECT) == 0
            else { continue }
            // The columns show the bytes of an address as a little-endian number.
            let prefix = (~UInt32(truncatingIfNeeded: mask).byteSwapped).leadingZeroBitCount
            routes.append(
                NetworkRoute(
                    family: NetworkFacts.inet, destination: NetworkFacts.fourBytes(destination), prefix: UInt8(prefix),
                    gateway: flags & UInt64(RouteNetlink.RTF_GATEWAY) != 0 ? NetworkFacts.fourBytes(gateway) : [], index: link.index,
                    metric: metric))
        }
        for line in NetworkText.lines(host, "ipv6_route") {
            let words = NetworkText.words(line)
            guard words.count == 10, let destination = NetworkText.bytes(words[0], 16), let prefix = NetworkText.number(words[1]),
                prefix <= 128, let gateway = NetworkText.bytes(words[4], 16), let metric = NetworkText.number(words[5]),
                let flags = NetworkText.number(words[8]), let link = link(named: words[9]), destination[0] != 0xff,
                UInt32(truncatingIfNeeded: flags) & (RouteNetlink.RTF_LOCAL | RouteNetlink.RTF_ANYCAST | RouteNetlink.RTF_REJECT) == 0
            else { continue }
            routes.append(
                NetworkRoute(
                    family: NetworkFacts.inet6, destination: destination, prefix: UInt8(prefix),
                    gateway: flags & UInt64(RouteNetlink.RTF_GATEWAY) != 0 ? gateway : [], index: link.index,
                    metric: UInt32(truncatingIfNeeded: metric)))
        }
        return Array(routes.prefix(NetworkFacts.maximumEntries))
    }

    private static func fourBytes(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: value))
        return bytes
    }
}

/// The host's tables in /proc/net.
enum NetworkText {
    private static let maximumBytes = 1 << 20

    static func lines(_ host: Host, _ name: StaticString) -> [[UInt8]] {
        var path = [UInt8]("/proc/self/net/")
        path.append(name)
        var text: [UInt8] = []
        do {
            let file = try host.openAt(At.AT_FDCWD, path, Open.O_RDONLY | Open.O_NONBLOCK | Open.O_NOFOLLOW)
            defer { host.close(file) }
            while text.count < maximumBytes {
                var piece = [UInt8](repeating: 0, count: 16384)
                let n = try host.read(file, at: Int64(text.count), into: &piece)
                if n == 0 { break }
                text.append(contentsOf: piece[..<n])
            }
        } catch {
            // What the host does not have is empty.
        }
        return text.split(separator: 0x0a).map { Array($0) }
    }

    static func words(_ line: [UInt8]) -> [[UInt8]] { line.split { $0 == 0x20 || $0 == 0x09 }.map { Array($0) } }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
    /// A hexadecimal number of at most sixteen digits.
    static func number(_ word: [UInt8]) -> UInt64? {
        guard !word.isEmpty, word.count <= 16 else { return nil }
        var value: UInt64 = 0
        for byte in word {
            guard let digit = digit(byte) else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }
    static func decimal(_ word: [UInt8]) -> UInt32? {
        guard !word.isEmpty, word.count <= 9 else { return nil }
        var value: UInt32 = 0
        for byte in word {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + UInt32(byte - 0x30)
        }
        return value
    }
    static func bytes(_ word: [UInt8], _ count: Int) -> [UInt8]? {
        guard word.count == count * 2 else { return nil }
        var result: [UInt8] = []
        for i in 0..<count {
            guard let high = digit(word[2 * i]), let low = digit(word[2 * i + 1]) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }
}
