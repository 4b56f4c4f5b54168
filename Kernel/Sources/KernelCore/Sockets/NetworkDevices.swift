// SPDX-License-Identifier: Apache-2.0
//
// netdevice(7): requests about network interfaces, on a socket of any family. Programs can look at them, and change none.

import LinuxABI
import Machine

enum NetworkDevices {
    /// Addresses are told by IPv4 sockets alone.
    static func ioctl(_ command: UInt32, _ argument: UInt64, domain: Int32) throws(Errno) -> Int {
        switch command {
        case Ioctl.SIOCGIFCONF: try configuration(argument)
        case Ioctl.SIOCGIFNAME:
            let index = try UserMemory.read(argument &+ 16, UInt32.self)
            guard let link = NetworkFacts.read(kernel.host).link(index) else { throw .ENODEV }
            try UserMemory.writeBytes(padded(link.name), to: argument)
        case Ioctl.SIOCGIFFLAGS, Ioctl.SIOCGIFMTU, Ioctl.SIOCGIFHWADDR, Ioctl.SIOCGIFINDEX, Ioctl.SIOCGIFTXQLEN, Ioctl.SIOCGIFMETRIC:
            try ofLink(command, argument)
        case Ioctl.SIOCGIFADDR, Ioctl.SIOCGIFBRDADDR, Ioctl.SIOCGIFNETMASK, Ioctl.SIOCGIFDSTADDR:
            guard domain == SocketFamily.AF_INET else { throw .ENOTTY }
            try ofAddress(command, argument)
        case Ioctl.SIOCSIFFLAGS, Ioctl.SIOCSIFADDR, Ioctl.SIOCSIFNETMASK, Ioctl.SIOCSIFMTU: throw .EPERM
        case Ioctl.SIOCETHTOOL: throw .EOPNOTSUPP
        default: throw .ENOTTY
        }
        return 0
    }

    private static func padded(_ name: [UInt8]) -> [UInt8] { name + [UInt8](repeating: 0, count: NetworkDevice.IFNAMSIZ - name.count) }

    private static func name(_ argument: UInt64) throws(Errno) -> [UInt8] {
        let bytes = try UserMemory.readBytes(argument, NetworkDevice.IFNAMSIZ)
        return Array(bytes.prefix(NetworkDevice.IFNAMSIZ - 1).prefix { $0 != 0 })
    }

    private static func ofLink(_ command: UInt32, _ argument: UInt64) throws(Errno) {
        let name = try name(argument)
        guard let link = NetworkFacts.read(kernel.host).link(named: Array(name.prefix { $0 != 0x3a })) else { throw .ENODEV }
        let value = argument &+ 16
        switch command {
        case Ioctl.SIOCGIFFLAGS: try UserMemory.write(UInt16(truncatingIfNeeded: link.flags), to: value)
        case Ioctl.SIOCGIFMTU: try UserMemory.write(link.mtu, to: value)
        case Ioctl.SIOCGIFINDEX: try UserMemory.write(link.index, to: value)
        case Ioctl.SIOCGIFTXQLEN: try UserMemory.write(link.queueLength, to: value)
        case Ioctl.SIOCGIFMETRIC: try UserMemory.write(UInt32(0), to: value)
        default:
            try UserMemory.write(link.type, to: value)
            try UserMemory.writeBytes(link.hardwareAddress + [UInt8](repeating: 0, count: 8), to: value &+ 2)
        }
    }

    private static func ofAddress(_ command: UInt32, _ argument: UInt64) throws(Errno) {
        let name = try name(argument)
        let facts = NetworkFacts.read(kernel.host)
        guard facts.link(named: Array(name.prefix { $0 != 0x3a })) != nil else { throw .ENODEV }
        let asked = try UserMemory.readBytes(argument &+ 16, 8)
        let candidates = facts.addresses.filter { $0.family == NetworkFacts.inet && $0.label == name }
        // A given address chooses among several of one name.
        let exact = asked[0] == NetworkFacts.inet ? candidates.first { $0.address == Array(asked[4..<8]) } : nil
        guard let address = exact ?? candidates.first else { throw .EADDRNOTAVAIL }
        let value: [UInt8]
        switch command {
        case Ioctl.SIOCGIFNETMASK:
            var mask: [UInt8] = []
            mask.append(bigEndian: address.prefix == 0 ? 0 : UInt32.max << UInt32(32 - min(address.prefix, 32)))
            value = mask
        case Ioctl.SIOCGIFBRDADDR: value = address.broadcast.isEmpty ? [0, 0, 0, 0] : address.broadcast
        default: value = address.address
        }
        try UserMemory.writeBytes(socketAddress(value), to: argument &+ 16)
    }

    /// `struct sockaddr_in` without a port.
    private static func socketAddress(_ address: [UInt8]) -> [UInt8] {
        [NetworkFacts.inet, 0, 0, 0] + address + [0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// `struct ifconf`: as many addresses as there is room for; without a buffer how much room they need.
    private static func configuration(_ argument: UInt64) throws(Errno) {
        let room = try UserMemory.read(argument, Int32.self)
        let target = try UserMemory.read(argument &+ 8, UInt64.self)
        let addresses = NetworkFacts.read(kernel.host).addresses.filter { $0.family == NetworkFacts.inet }
        var written = addresses.count * NetworkDevice.requestSize
        if target != 0 {
            guard room >= 0 else { throw .EINVAL }
            let fitting = addresses.prefix(Int(room) / NetworkDevice.requestSize)
            var bytes: [UInt8] = []
            for address in fitting {
                bytes.append(contentsOf: padded(address.label) + socketAddress(address.address) + [0, 0, 0, 0, 0, 0, 0, 0])
            }
            try UserMemory.writeBytes(bytes, to: target)
            written = bytes.count
        }
        try UserMemory.write(Int32(truncatingIfNeeded: written), to: argument)
    }
}
