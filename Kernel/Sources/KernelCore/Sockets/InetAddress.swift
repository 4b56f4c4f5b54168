// SPDX-License-Identifier: Apache-2.0
//
// An address and a port of either internet family (ip(7), ipv6(7)). IPv4 addresses are kept in their mapped form, so that sockets
// of both families compare them.

import LinuxABI
import Machine

struct InetAddress: Equatable {
    /// The 128 bits as two numbers, most significant first.
    var high: UInt64
    var low: UInt64
    var port: UInt16

    init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }
    init(v4 address: UInt32, port: UInt16) {
        self.init(high: 0, low: InetAddress.mapped | UInt64(address), port: port)
    }

    private static let mapped: UInt64 = 0xffff_0000_0000

    /// The address that a socket of the family has before it is bound.
    static func any(_ domain: Int32) -> InetAddress {
        domain == SocketFamily.AF_INET ? InetAddress(v4: 0, port: 0) : InetAddress(high: 0, low: 0, port: 0)
    }

    var isV4: Bool { high == 0 && low >> 32 == 0xffff }
    var isAny: Bool { high == 0 && (low == 0 || low == InetAddress.mapped) }
    var isLoopback: Bool { high == 0 && (low == 1 || low >> 24 == 0xffff7f) }
    func isSameHost(_ other: InetAddress) -> Bool { high == other.high && low == other.low }

    /// Where something for `any` goes, and what answers from there: the loopback of the same family.
    var loopback: InetAddress {
        isV4 ? InetAddress(v4: 0x7f00_0001, port: port) : InetAddress(high: 0, low: 1, port: port)
    }
    func with(port: UInt16) -> InetAddress { InetAddress(high: high, low: low, port: port) }

    // MARK: struct sockaddr

    /// Reads a `struct sockaddr_in` or `sockaddr_in6`; nil where it is neither, or too short.
    init?(sockaddr bytes: [UInt8]) {
        if let v4 = SockaddrIn(bytes: bytes) {
            self.init(v4: v4.address, port: v4.port)
        } else if bytes.count >= SockaddrIn6.minimumSize, let family = bytes.littleEndian(UInt16.self, at: 0),
            Int32(family) == SocketFamily.AF_INET6, let port = bytes.bigEndian(UInt16.self, at: 2),
            let high = bytes.bigEndian(UInt64.self, at: 8), let low = bytes.bigEndian(UInt64.self, at: 16)
        {
            self.init(high: high, low: low, port: port)
        } else {
            return nil
        }
    }

    /// As a socket of the family shows it.
    func sockaddr(_ domain: Int32) -> [UInt8] {
        if domain == SocketFamily.AF_INET { return SockaddrIn(port: port, address: UInt32(truncatingIfNeeded: low)).bytes }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(SockaddrIn6.size)
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: SocketFamily.AF_INET6))
        bytes.append(bigEndian: port)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
        bytes.append(littleEndian: UInt32(0))
        return bytes
    }
}
