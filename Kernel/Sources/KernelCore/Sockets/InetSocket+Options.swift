// SPDX-License-Identifier: Apache-2.0
//
// getsockopt(2) and setsockopt(2) of internet sockets. An option that this kernel does not model is the host's to judge, which gets a
// socket for that; a socket that lives inside refuses it.

import LinuxABI
import Machine

extension InetSocket {
    /// Bound or connected where the host has no part.
    private var isInsideOnly: Bool { host == nil && (endpoint.isBound || endpoint.state == .connected) }

    func readOption(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] {
        if level == SocketOption.SOL_SOCKET {
            if let value = commonOption(name) { return value }
            switch name {
            case SocketOption.SO_PEERCRED: return SocketValue.int(0) + SocketValue.int(-1) + SocketValue.int(-1)
            case SocketOption.SO_ERROR:
                if let error = endpoint.takeError() { return SocketValue.int(error.rawValue) }
                if host == nil { return SocketValue.int(0) }
            case SocketOption.SO_ACCEPTCONN: return SocketValue.int(endpoint.state == .listening ? 1 : 0)
            default: break
            }
        }
        guard HostSocketOptions.isReadable(level, name) else { throw HostSocketOptions.readingRefusal(level) }
        if let host { return try host.option(level, name, room: room) }
        if let known = ownOption(level, name) { return known }
        if isInsideOnly {
            if level == SocketOption.SOL_IP && name == IPOption.IP_MTU { throw .ENOTCONN }
            throw isOfAnotherKind(level) ? .EOPNOTSUPP : .ENOPROTOOPT
        }
        return try makeHost().option(level, name, room: room)
    }

    /// A level that sockets of this family and type do not have.
    private func isOfAnotherKind(_ level: Int32) -> Bool {
        switch level {
        case SocketOption.SOL_TCP: !isStream
        case SocketOption.SOL_UDP: isStream
        case SocketOption.SOL_IPV6: !isIPv6
        default: false
        }
    }

    private func ownOption(_ level: Int32, _ name: Int32) -> [UInt8]? {
        switch (level, name) {
        case (SocketOption.SOL_SOCKET, SocketOption.SO_COOKIE):
            var bytes: [UInt8] = []
            bytes.append(littleEndian: endpoint.inodeNumber &+ 1)
            return bytes
        case (SocketOption.SOL_SOCKET, SocketOption.SO_MEMINFO):
            let held = isStream ? endpoint.ring.count : endpoint.charged
            let numbers = [held, endpoint.options.receiveLimit, 0, endpoint.options.sendLimit, 0, 0, 0, endpoint.backlog.count, 0]
            return numbers.flatMap { SocketValue.int(Int32(truncatingIfNeeded: $0)) }
        case (SocketOption.SOL_TCP, TCPOption.TCP_INFO): return isStream ? endpoint.information : nil
        case (SocketOption.SOL_TCP, TCPOption.TCP_CONGESTION):
            let name = [UInt8]("cubic")
            return isStream ? endpoint.options.stored(level, TCPOption.TCP_CONGESTION) ?? name + [UInt8](repeating: 0, count: 11) : nil
        case (SocketOption.SOL_IP, IPOption.IP_MTU) where endpoint.remote != nil: return SocketValue.int(65535)
        default:
            let isConnected = endpoint.state == .connected
            return endpoint.options.value(level, name, isStream: isStream, isIPv6: isIPv6, isConnected: isConnected)
        }
    }

    func changeOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) {
        if level == SocketOption.SOL_SOCKET, try setCommonOption(name, value) {
            flagsChanged()
            return
        }
        if endpoint.isOfShield, isStream, level == SocketOption.SOL_IPV6, name == IPv6Option.IPV6_TRANSPARENT {
            endpoint.isTransparent = try SocketValue.int(value) != 0
            return
        }
        guard HostSocketOptions.isWritable(level, name) else { throw HostSocketOptions.refusal(level, name) }
        if level == SocketOption.SOL_IPV6 && name == IPv6Option.IPV6_V6ONLY && isIPv6 && endpoint.isBound { throw .EINVAL }
        if let host { try host.setOption(level, name, value, thread) }
        if try endpoint.options.set(level, name, value, isStream: isStream, isIPv6: isIPv6) {
            // More room to send, or enough to read.
            if level == SocketOption.SOL_SOCKET && (name == SocketOption.SO_SNDBUF || name == SocketOption.SO_RCVLOWAT) {
                endpoint.queue.notifyAll()
            }
            return
        }
        if host == nil {
            if isInsideOnly && isOfAnotherKind(level) { throw .ENOPROTOOPT }
            if isInsideOnly && !(level == SocketOption.SOL_TCP) { throw .EOPNOTSUPP }
            if !isInsideOnly { try makeHost().setOption(level, name, value, thread) }
        }
        if !InetSocket.isMembership(level, name) { endpoint.options.remember(level, name, value) }
    }

    /// Joining and leaving groups add up: they cannot be remembered as a value.
    private static func isMembership(_ level: Int32, _ name: Int32) -> Bool {
        switch level {
        case SocketOption.SOL_IP:
            name >= IPOption.IP_ADD_MEMBERSHIP && name <= IPOption.IP_DROP_SOURCE_MEMBERSHIP
                || name >= IPOption.MCAST_JOIN_GROUP && name <= IPOption.MCAST_LEAVE_SOURCE_GROUP
        case SocketOption.SOL_IPV6:
            name == IPv6Option.IPV6_JOIN_GROUP || name == IPv6Option.IPV6_LEAVE_GROUP
                || name >= IPOption.MCAST_JOIN_GROUP && name <= IPOption.MCAST_LEAVE_SOURCE_GROUP
        default: false
        }
    }
}

extension InetEndpoint {
    /// The state's number in /proc/net/tcp and TCP_INFO.
    var stateNumber: UInt8 {
        guard isStream else { return remote == nil ? 7 : 1 }
        switch state {
        case .idle: return 7
        case .connecting: return 2
        case .listening: return 10
        case .connected:
            if isOver { return 7 }
            return sentEnd ? 5 : gotEnd ? 8 : 1
        }
    }

    /// SIOCOUTQ: what would wait on this side of a real connection, beyond the receiver's window.
    var unacknowledged: Int { max(0, unread - (peer?.options.receiveLimit ?? 0)) }

    /// `struct tcp_info`.
    fileprivate var information: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 280)
        func put(_ value: UInt32, _ index: Int) {
            for k in 0..<4 { bytes[8 + index * 4 + k] = UInt8(truncatingIfNeeded: value >> UInt32(k * 8)) }
        }
        func put(_ value: UInt64, at offset: Int) {
            for k in 0..<8 { bytes[offset + k] = UInt8(truncatingIfNeeded: value >> UInt64(k * 8)) }
        }
        bytes[0] = stateNumber
        put(10, 18)
        put(3, 20)
        if state == .listening {
            put(UInt32(truncatingIfNeeded: backlog.count), 4)
            put(UInt32(truncatingIfNeeded: backlogLimit), 5)
            return bytes
        }
        guard state == .connected else { return bytes }
        bytes[5] = 7
        bytes[6] = 0xaa
        // The times are those of a quick loopback; nothing is measured.
        let values: [(Int, UInt32)] = [
            (0, 200_000), (2, 32741), (3, 536), (13, 65535), (14, 65495), (15, 20), (16, 10), (17, .max >> 1), (19, 65483), (22, 65495),
        ]
        for (index, value) in values { put(value, index) }
        put(bytesSent, at: 120)
        put(bytesReceived, at: 128)
        return bytes
    }
}
