// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/net: what the usual readers expect to be there. Sockets of the host are not the enclave's to list.

import LinuxABI
import Machine

enum ProcNet {
    static func fill(_ net: FixedDirectory) {
        net.text("dev") { (_: Thread) throws(Errno) -> [UInt8] in devices() }
        let inet: StaticString =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n"
        for name: StaticString in ["tcp", "udp", "raw", "udplite"] {
            net.text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](inet) }
        }
        let inet6: StaticString =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        for name: StaticString in ["tcp6", "udp6", "raw6"] {
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
