// SPDX-License-Identifier: Apache-2.0
//
// The options of an internet socket that has no part in the host (socket(7), ip(7), ipv6(7), tcp(7), udp(7)): checked as Linux checks
// them and remembered, for those that mean something here, for getsockopt, and for the host's socket where one is made later.

import LinuxABI
import Machine

struct InetOptions {
    /// One that was set, as the program gave it.
    struct Remembered {
        var level: Int32
        var name: Int32
        var value: [UInt8]
    }
    private(set) var remembered: [Remembered] = []

    // Those that are looked at often.
    private(set) var reuseAddress = false
    private(set) var reusePort = false
    private(set) var isV6Only = false
    private(set) var isUrgentInline = false
    private(set) var resetsAtClose = false
    private(set) var receiveLow = 1
    private(set) var sendLimit: Int
    private(set) var receiveLimit: Int
    /// UDP_SEGMENT: how long datagrams are that one send makes several of; 0 for one.
    private(set) var segment = 0
    /// Control messages that a datagram comes with.
    private(set) var wants: Wanted = []

    struct Wanted: OptionSet {
        let rawValue: UInt8
        static let packetInfo = Wanted(rawValue: 1)
        static let hops = Wanted(rawValue: 2)
        static let serviceType = Wanted(rawValue: 4)
        static let packetInfo6 = Wanted(rawValue: 8)
        static let hops6 = Wanted(rawValue: 16)
        static let serviceType6 = Wanted(rawValue: 32)
        static let time = Wanted(rawValue: 64)
        static let preciseTime = Wanted(rawValue: 128)
    }

    /// What a connection over the loopback grows its buffers to on Linux, and what other sockets start with.
    static let grownSendLimit = 2_626_560
    static let streamReceiveLimit = 131_072

    init(isStream: Bool) {
        sendLimit = isStream ? InetOptions.grownSendLimit : UnixSocket.defaultLimit
        receiveLimit = isStream ? InetOptions.streamReceiveLimit : UnixSocket.defaultLimit
    }

    func stored(_ level: Int32, _ name: Int32) -> [UInt8]? {
        for entry in remembered where entry.level == level && entry.name == name { return entry.value }
        return nil
    }

    // MARK: setting

    /// Checks and remembers; false where the option is not one of those known here.
    mutating func set(_ level: Int32, _ name: Int32, _ value: [UInt8], isStream: Bool, isIPv6: Bool) throws(Errno) -> Bool {
        if level == SocketOption.SOL_SOCKET && name == SocketOption.SO_LINGER {
            guard value.count >= 8, let isOn = value.littleEndian(Int32.self, at: 0) else { throw .EINVAL }
            guard let seconds = value.littleEndian(Int32.self, at: 4) else { throw .EINVAL }
            resetsAtClose = isOn != 0 && seconds == 0
            remember(level, name, SocketValue.int(isOn != 0 ? 1 : 0) + SocketValue.int(seconds))
            return true
        }
        guard let rule = InetOptionRule.of(level, name, isStream: isStream, isIPv6: isIPv6) else { return false }
        var number: Int32
        if level == SocketOption.SOL_IP && value.count < 4 {
            guard let byte = value.first else { throw .EINVAL }
            number = Int32(byte)
        } else {
            number = try SocketValue.int(value)
        }
        if rule.isFlag {
            number = number != 0 ? 1 : 0
        } else if number < rule.smallest || number > rule.largest {
            throw .EINVAL
        }
        if level == SocketOption.SOL_IP && name == IPOption.IP_TTL && number == 0 { throw .EINVAL }
        apply(level, name, &number)
        remember(level, name, SocketValue.int(number))
        return true
    }

    /// Remembers one of the host's socket as it is.
    mutating func remember(_ level: Int32, _ name: Int32, _ value: [UInt8]) {
        for i in 0..<remembered.count where remembered[i].level == level && remembered[i].name == name {
            remembered[i].value = value
            return
        }
        remembered.append(Remembered(level: level, name: name, value: value))
    }

    private mutating func apply(_ level: Int32, _ name: Int32, _ number: inout Int32) {
        switch (level, name) {
        case (SocketOption.SOL_SOCKET, SocketOption.SO_REUSEADDR): reuseAddress = number != 0
        case (SocketOption.SOL_SOCKET, SocketOption.SO_REUSEPORT): reusePort = number != 0
        case (SocketOption.SOL_SOCKET, SocketOption.SO_OOBINLINE): isUrgentInline = number != 0
        case (SocketOption.SOL_SOCKET, SocketOption.SO_RCVLOWAT):
            number = number < 0 ? Int32.max : max(number, 1)
            receiveLow = Int(number)
        case (SocketOption.SOL_SOCKET, SocketOption.SO_SNDBUF): sendLimit = RememberedOptions.bufferSize(number, minimum: 4608)
        case (SocketOption.SOL_SOCKET, SocketOption.SO_RCVBUF): receiveLimit = RememberedOptions.bufferSize(number, minimum: 2304)
        case (SocketOption.SOL_SOCKET, SocketOption.SO_TIMESTAMP_OLD), (SocketOption.SOL_SOCKET, SocketOption.SO_TIMESTAMP_NEW):
            want(.time, number)
        case (SocketOption.SOL_SOCKET, SocketOption.SO_TIMESTAMPNS_OLD): want(.preciseTime, number)
        case (SocketOption.SOL_UDP, UDPOption.UDP_SEGMENT): segment = Int(number)
        case (SocketOption.SOL_IPV6, IPv6Option.IPV6_V6ONLY): isV6Only = number != 0
        case (SocketOption.SOL_IP, IPOption.IP_PKTINFO): want(.packetInfo, number)
        case (SocketOption.SOL_IP, IPOption.IP_RECVTTL): want(.hops, number)
        case (SocketOption.SOL_IP, IPOption.IP_RECVTOS): want(.serviceType, number)
        case (SocketOption.SOL_IPV6, IPv6Option.IPV6_RECVPKTINFO): want(.packetInfo6, number)
        case (SocketOption.SOL_IPV6, IPv6Option.IPV6_RECVHOPLIMIT): want(.hops6, number)
        case (SocketOption.SOL_IPV6, IPv6Option.IPV6_RECVTCLASS): want(.serviceType6, number)
        case (SocketOption.SOL_IP, IPOption.IP_TTL): if number == -1 { number = 64 }
        default: break
        }
    }
    private mutating func want(_ what: Wanted, _ number: Int32) {
        if number != 0 { wants.insert(what) } else { wants.remove(what) }
    }

    // MARK: getting

    /// A remembered value, or what Linux starts with; nil for what is not known here.
    func value(_ level: Int32, _ name: Int32, isStream: Bool, isIPv6: Bool, isConnected: Bool) -> [UInt8]? {
        if level == SocketOption.SOL_SOCKET {
            switch name {
            case SocketOption.SO_SNDBUF:
                let isUntouched = isStream && !isConnected && stored(level, name) == nil
                return SocketValue.int(isUntouched ? 16384 : Int32(truncatingIfNeeded: sendLimit))
            case SocketOption.SO_RCVBUF: return SocketValue.int(Int32(truncatingIfNeeded: receiveLimit))
            case SocketOption.SO_LINGER: return stored(level, name) ?? [0, 0, 0, 0, 0, 0, 0, 0]
            case SocketOption.SO_SNDLOWAT: return SocketValue.int(1)
            default: break
            }
        }
        if level == SocketOption.SOL_TCP && name == TCPOption.TCP_MAXSEG && isConnected && isStream { return SocketValue.int(65483) }
        if let known = stored(level, name) { return known }
        guard let rule = InetOptionRule.of(level, name, isStream: isStream, isIPv6: isIPv6) else { return nil }
        return SocketValue.int(rule.start)
    }
}

/// What an option may be, and what it is at first.
struct InetOptionRule {
    var start: Int32 = 0
    var smallest = Int32.min
    var largest = Int32.max
    var isFlag = false

    private static let flag = InetOptionRule(isFlag: true)
    private static func flag(_ start: Int32) -> InetOptionRule { InetOptionRule(start: start, isFlag: true) }
    private static func number(_ start: Int32, _ smallest: Int32 = .min, _ largest: Int32 = .max) -> InetOptionRule {
        InetOptionRule(start: start, smallest: smallest, largest: largest)
    }

    static func of(_ level: Int32, _ name: Int32, isStream: Bool, isIPv6: Bool) -> InetOptionRule? {
        switch level {
        case SocketOption.SOL_SOCKET: socket(name)
        case SocketOption.SOL_TCP: isStream ? tcp(name) : nil
        case SocketOption.SOL_UDP where isStream: nil
        case SocketOption.SOL_UDP: name == UDPOption.UDP_GRO ? .flag : name == UDPOption.UDP_SEGMENT ? number(0, 0, 65535) : nil
        case SocketOption.SOL_IP: ip(name)
        case SocketOption.SOL_IPV6: isIPv6 ? ipv6(name) : nil
        default: nil
        }
    }

    private static func socket(_ name: Int32) -> InetOptionRule? {
        switch name {
        case SocketOption.SO_DEBUG, SocketOption.SO_REUSEADDR, SocketOption.SO_DONTROUTE, SocketOption.SO_BROADCAST,
            SocketOption.SO_KEEPALIVE, SocketOption.SO_OOBINLINE, SocketOption.SO_NO_CHECK, SocketOption.SO_REUSEPORT,
            SocketOption.SO_TIMESTAMP_OLD, SocketOption.SO_TIMESTAMPNS_OLD, SocketOption.SO_TIMESTAMP_NEW, SocketOption.SO_RXQ_OVFL:
            .flag
        case SocketOption.SO_PRIORITY: number(0, 0, 6)
        case SocketOption.SO_RCVLOWAT: number(1)
        case SocketOption.SO_SNDBUF, SocketOption.SO_RCVBUF: number(0)
        case SocketOption.SO_INCOMING_CPU: number(-1)
        default: nil
        }
    }

    private static func tcp(_ name: Int32) -> InetOptionRule? {
        switch name {
        case TCPOption.TCP_NODELAY, TCPOption.TCP_CORK, TCPOption.TCP_FASTOPEN_CONNECT: .flag
        case TCPOption.TCP_QUICKACK: .flag(1)
        case TCPOption.TCP_THIN_LINEAR_TIMEOUTS: number(0, 0, 1)
        case TCPOption.TCP_MAXSEG: number(536, 88, 32767)
        case TCPOption.TCP_KEEPIDLE: number(7200, 1, 32767)
        case TCPOption.TCP_KEEPINTVL: number(75, 1, 32767)
        case TCPOption.TCP_KEEPCNT: number(9, 1, 127)
        case TCPOption.TCP_SYNCNT: number(6, 1, 127)
        case TCPOption.TCP_USER_TIMEOUT: number(0, 0)
        case TCPOption.TCP_NOTSENT_LOWAT, TCPOption.TCP_WINDOW_CLAMP: number(0)
        case TCPOption.TCP_DEFER_ACCEPT: number(0)
        case TCPOption.TCP_FASTOPEN: number(0, 0)
        case TCPOption.TCP_LINGER2: number(60)
        default: nil
        }
    }

    private static func ip(_ name: Int32) -> InetOptionRule? {
        switch name {
        case IPOption.IP_PKTINFO, IPOption.IP_RECVERR, IPOption.IP_RECVTTL, IPOption.IP_RECVTOS, IPOption.IP_FREEBIND,
            IPOption.IP_BIND_ADDRESS_NO_PORT, IPOption.IP_RECVOPTS, IPOption.IP_RETOPTS, IPOption.IP_RECVORIGDSTADDR:
            .flag
        case IPOption.IP_TOS: number(0, 0, 255)
        case IPOption.IP_TTL: number(64, -1, 255)
        case IPOption.IP_MINTTL: number(0, 0, 255)
        case IPOption.IP_MTU_DISCOVER: number(1, 0, 5)
        case IPOption.IP_MULTICAST_TTL: number(1, -1, 255)
        case IPOption.IP_MULTICAST_LOOP, IPOption.IP_MULTICAST_ALL: .flag(1)
        default: nil
        }
    }

    private static func ipv6(_ name: Int32) -> InetOptionRule? {
        switch name {
        case IPv6Option.IPV6_V6ONLY, IPv6Option.IPV6_RECVERR, IPv6Option.IPV6_RECVPKTINFO, IPv6Option.IPV6_RECVHOPLIMIT,
            IPv6Option.IPV6_RECVTCLASS, IPv6Option.IPV6_DONTFRAG:
            .flag
        case IPv6Option.IPV6_UNICAST_HOPS: number(64, -1, 255)
        case IPv6Option.IPV6_TCLASS: number(0, -1, 255)
        case IPv6Option.IPV6_MTU_DISCOVER: number(1, 0, 5)
        case IPv6Option.IPV6_MULTICAST_HOPS: number(1, -1, 255)
        case IPv6Option.IPV6_MULTICAST_LOOP, IPv6Option.IPV6_MULTICAST_ALL: .flag(1)
        default: nil
        }
    }
}
