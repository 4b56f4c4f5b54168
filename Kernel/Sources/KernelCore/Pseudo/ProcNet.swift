// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/net: what the usual readers expect to be there. Of internet sockets those are listed that have a part inside
// (InetEndpoint); connections of the host are not the enclave's to list.

import LinuxABI
import Machine

enum ProcNet {
    static func fill(_ net: FixedDirectory) {
        net.text("dev") { (_: Thread) throws(Errno) -> [UInt8] in devices() }
        let inet: StaticString =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n"
        net.text("tcp") { (_: Thread) throws(Errno) -> [UInt8] in sockets([UInt8](inet), isStream: true, SocketFamily.AF_INET) }
        net.text("udp") { (_: Thread) throws(Errno) -> [UInt8] in sockets([UInt8](inet), isStream: false, SocketFamily.AF_INET) }
        for name: StaticString in ["raw", "udplite"] {
            net.text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](inet) }
        }
        let inet6: StaticString =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        net.text("tcp6") { (_: Thread) throws(Errno) -> [UInt8] in sockets([UInt8](inet6), isStream: true, SocketFamily.AF_INET6) }
        net.text("udp6") { (_: Thread) throws(Errno) -> [UInt8] in sockets([UInt8](inet6), isStream: false, SocketFamily.AF_INET6) }
        for name: StaticString in ["raw6"] {
            net.text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](inet6) }
        }
        net.text("unix") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("Num       RefCount Protocol Flags    Type St Inode Path\n")
        }
        net.text("route") { (_: Thread) throws(Errno) -> [UInt8] in routes() }
        net.text("if_inet6") { (_: Thread) throws(Errno) -> [UInt8] in addresses6() }
        net.text("arp") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("IP address       HW type     Flags       HW address            Mask     Device\n")
        }
        net.text("ipv6_route") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        net.text("netlink") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8](
                "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n")
        }
        net.text("packet") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n")
        }
        net.text("protocols") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        net.text("sockstat") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("sockets: used 0\n") }
    }

    // MARK: sockets

    private static func sockets(_ header: [UInt8], isStream: Bool, _ domain: Int32) -> [UInt8] {
        var text = header
        var line = 0
        let all = kernel.channels.inet.shown.values.filter { $0.isStream == isStream && $0.domain == domain }
        for endpoint in all.sorted(by: { $0.number < $1.number }) where !isStream || endpoint.stateNumber != 7 {
            append(endpoint, line, &text)
            line += 1
        }
        return text
    }

    private static func append(_ endpoint: InetEndpoint, _ line: Int, _ text: inout [UInt8]) {
        let start = text.count
        append(decimal: line, width: endpoint.isStream ? 4 : 5, &text)
        text.append(": ")
        append(endpoint.local, endpoint.domain, &text)
        text.append(0x20)
        append(endpoint.remote ?? .any(endpoint.domain), endpoint.domain, &text)
        text.append(0x20)
        text.append(upperHex: UInt64(endpoint.stateNumber), width: 2)
        text.append(0x20)
        text.append(upperHex: UInt64(endpoint.isStream && endpoint.state == .connected ? endpoint.unacknowledged : 0), width: 8)
        text.append(0x3a)
        let waiting = endpoint.state == .listening ? endpoint.backlog.count : endpoint.isStream ? endpoint.readable : endpoint.charged
        text.append(upperHex: UInt64(waiting), width: 8)
        text.append(" 00:00000000 00000000 ")
        append(decimal: Int(endpoint.owner), width: 5, &text)
        text.append("        0 ")
        text.append(decimal: Int(truncatingIfNeeded: endpoint.inodeNumber))
        text.append(endpoint.isStream ? " 1 0000000000000000 20 4 30 10 -1" : " 2 0000000000000000 0")
        // The lines of IPv4 have one length.
        let length = endpoint.domain == SocketFamily.AF_INET ? (endpoint.isStream ? 149 : 127) : 0
        text.append(contentsOf: [UInt8](repeating: 0x20, count: max(0, length - (text.count - start))))
        text.append(0x0a)
    }

    /// Words of the address as the machine has them, and the port.
    private static func append(_ address: InetAddress, _ domain: Int32, _ text: inout [UInt8]) {
        if domain == SocketFamily.AF_INET6 {
            for word in [address.high >> 32, address.high & 0xffff_ffff, address.low >> 32] {
                text.append(upperHex: UInt64(UInt32(truncatingIfNeeded: word).byteSwapped), width: 8)
            }
        }
        text.append(upperHex: UInt64(UInt32(truncatingIfNeeded: address.low).byteSwapped), width: 8)
        text.append(0x3a)
        text.append(upperHex: UInt64(address.port), width: 4)
    }
    private static func append(decimal value: Int, width: Int, _ text: inout [UInt8]) {
        var digits: [UInt8] = []
        digits.append(decimal: value)
        text.append(contentsOf: [UInt8](repeating: 0x20, count: max(0, width - digits.count)))
        text.append(contentsOf: digits)
    }

    // MARK: interfaces, without the host's counters

    private static func devices() -> [UInt8] {
        var text = [UInt8](
            "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
        )
        for link in NetworkFacts.read(kernel.host).links {
            text.append(contentsOf: [UInt8](repeating: 0x20, count: max(0, 6 - link.name.count)))
            text.append(contentsOf: link.name)
            text.append(
                ":       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n")
        }
        return text
    }

    private static func routes() -> [UInt8] {
        var text = [UInt8](
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n"
        )
        func append(address: [UInt8]) { for byte in address.reversed() { text.append(upperHex: UInt64(byte), width: 2) } }
        let facts = NetworkFacts.read(kernel.host)
        for route in facts.routes() where route.family == NetworkFacts.inet {
            guard let link = facts.link(route.index) else { continue }
            var mask: [UInt8] = []
            mask.append(bigEndian: route.prefix == 0 ? 0 : UInt32.max << UInt32(32 - min(route.prefix, 32)))
            text.append(contentsOf: link.name)
            text.append(0x09)
            append(address: route.destination)
            text.append(0x09)
            append(address: route.gateway.isEmpty ? [0, 0, 0, 0] : route.gateway)
            text.append(route.gateway.isEmpty ? "\t0001\t0\t0\t" : "\t0003\t0\t0\t")
            text.append(decimal: Int(route.metric))
            text.append(0x09)
            append(address: mask)
            text.append("\t0\t0\t0                                                                               \n")
        }
        return text
    }

    private static func addresses6() -> [UInt8] {
        var text: [UInt8] = []
        for address in NetworkFacts.read(kernel.host).addresses where address.family == NetworkFacts.inet6 {
            for byte in address.address { text.append(hex: UInt64(byte), width: 2) }
            let scope: UInt64 =
                address.scope == RouteNetlink.RT_SCOPE_HOST
                ? 0x10 : address.scope == RouteNetlink.RT_SCOPE_LINK ? 0x20 : address.scope == 200 ? 0x40 : 0
            for value in [UInt64(address.index), UInt64(address.prefix), scope, UInt64(address.flags)] {
                text.append(0x20)
                text.append(hex: value, width: 2)
            }
            text.append(contentsOf: [UInt8](repeating: 0x20, count: max(1, 9 - address.label.count)))
            text.append(contentsOf: address.label)
            text.append(0x0a)
        }
        return text
    }
}

extension [UInt8] {
    fileprivate mutating func append(upperHex value: UInt64, width: Int) {
        let start = count
        append(hex: value, width: width)
        for i in start..<count where self[i] >= 0x61 { self[i] -= 0x20 }
    }
}
