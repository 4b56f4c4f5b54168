// SPDX-License-Identifier: Apache-2.0
//
// Which options of internet sockets reach the host.

import LinuxABI

enum HostSocketOptions {
    static func isWritable(_ level: Int32, _ name: Int32) -> Bool {
        switch level {
        case SocketOption.SOL_SOCKET:
            switch name {
            case SocketOption.SO_REUSEADDR, SocketOption.SO_DONTROUTE, SocketOption.SO_BROADCAST, SocketOption.SO_SNDBUF,
                SocketOption.SO_RCVBUF, SocketOption.SO_KEEPALIVE, SocketOption.SO_OOBINLINE, SocketOption.SO_NO_CHECK,
                SocketOption.SO_PRIORITY, SocketOption.SO_LINGER, SocketOption.SO_BSDCOMPAT, SocketOption.SO_REUSEPORT,
                SocketOption.SO_RCVLOWAT, SocketOption.SO_TIMESTAMP_OLD, SocketOption.SO_TIMESTAMPNS_OLD, SocketOption.SO_TIMESTAMP_NEW,
                SocketOption.SO_RXQ_OVFL, SocketOption.SO_PEEK_OFF, SocketOption.SO_BUSY_POLL, SocketOption.SO_MAX_PACING_RATE,
                SocketOption.SO_INCOMING_CPU, SocketOption.SO_DEBUG:
                return true
            default: return false
            }
        case SocketOption.SOL_TCP:
            switch name {
            case TCPOption.TCP_NODELAY, TCPOption.TCP_MAXSEG, TCPOption.TCP_CORK, TCPOption.TCP_KEEPIDLE, TCPOption.TCP_KEEPINTVL,
                TCPOption.TCP_KEEPCNT, TCPOption.TCP_SYNCNT, TCPOption.TCP_LINGER2, TCPOption.TCP_DEFER_ACCEPT,
                TCPOption.TCP_WINDOW_CLAMP, TCPOption.TCP_QUICKACK, TCPOption.TCP_CONGESTION, TCPOption.TCP_USER_TIMEOUT,
                TCPOption.TCP_FASTOPEN, TCPOption.TCP_FASTOPEN_CONNECT, TCPOption.TCP_NOTSENT_LOWAT,
                TCPOption.TCP_THIN_LINEAR_TIMEOUTS:
                return true
            default: return false
            }
        case SocketOption.SOL_UDP: return name == UDPOption.UDP_CORK || name == UDPOption.UDP_SEGMENT || name == UDPOption.UDP_GRO
        case SocketOption.SOL_IP:
            switch name {
            case IPOption.IP_TOS, IPOption.IP_TTL, IPOption.IP_PKTINFO, IPOption.IP_MTU_DISCOVER, IPOption.IP_RECVERR,
                IPOption.IP_RECVTTL, IPOption.IP_RECVTOS, IPOption.IP_FREEBIND, IPOption.IP_BIND_ADDRESS_NO_PORT,
                IPOption.IP_MULTICAST_IF, IPOption.IP_MULTICAST_TTL, IPOption.IP_MULTICAST_LOOP, IPOption.IP_ADD_MEMBERSHIP,
                IPOption.IP_DROP_MEMBERSHIP, IPOption.IP_UNBLOCK_SOURCE, IPOption.IP_BLOCK_SOURCE, IPOption.IP_ADD_SOURCE_MEMBERSHIP,
                IPOption.IP_DROP_SOURCE_MEMBERSHIP, IPOption.IP_MULTICAST_ALL, IPOption.IP_RECVOPTS, IPOption.IP_RETOPTS,
                IPOption.IP_RECVORIGDSTADDR, IPOption.IP_MINTTL, IPOption.IP_UNICAST_IF, IPOption.IP_LOCAL_PORT_RANGE:
                return true
            default: return isGroupOption(name)
            }
        case SocketOption.SOL_IPV6:
            switch name {
            case IPv6Option.IPV6_UNICAST_HOPS, IPv6Option.IPV6_MULTICAST_IF, IPv6Option.IPV6_MULTICAST_HOPS,
                IPv6Option.IPV6_MULTICAST_LOOP, IPv6Option.IPV6_JOIN_GROUP, IPv6Option.IPV6_LEAVE_GROUP, IPv6Option.IPV6_MTU_DISCOVER,
                IPv6Option.IPV6_MTU, IPv6Option.IPV6_RECVERR, IPv6Option.IPV6_V6ONLY, IPv6Option.IPV6_RECVPKTINFO,
                IPv6Option.IPV6_RECVHOPLIMIT, IPv6Option.IPV6_RECVTCLASS, IPv6Option.IPV6_TCLASS, IPv6Option.IPV6_MULTICAST_ALL,
                IPv6Option.IPV6_DONTFRAG, IPv6Option.IPV6_RECVPATHMTU, IPv6Option.IPV6_ADDR_PREFERENCES,
                IPv6Option.IPV6_MINHOPCOUNT, IPv6Option.IPV6_RECVORIGDSTADDR, IPv6Option.IPV6_UNICAST_IF, IPv6Option.IPV6_FREEBIND:
                return true
            default: return isGroupOption(name)
            }
        default: return false
        }
    }

    private static func isGroupOption(_ name: Int32) -> Bool {
        name >= IPOption.MCAST_JOIN_GROUP && name <= IPOption.MCAST_LEAVE_SOURCE_GROUP
    }

    static func isReadable(_ level: Int32, _ name: Int32) -> Bool {
        if isWritable(level, name) { return true }
        switch level {
        case SocketOption.SOL_SOCKET:
            return name == SocketOption.SO_ERROR || name == SocketOption.SO_ACCEPTCONN || name == SocketOption.SO_SNDLOWAT
                || name == SocketOption.SO_MARK || name == SocketOption.SO_PASSCRED || name == SocketOption.SO_COOKIE
                || name == SocketOption.SO_MEMINFO || name == SocketOption.SO_INCOMING_NAPI_ID
        case SocketOption.SOL_TCP: return name == TCPOption.TCP_INFO || name == TCPOption.TCP_CC_INFO
        case SocketOption.SOL_IP: return name == IPOption.IP_MTU || name == IPOption.IP_OPTIONS
        case SocketOption.SOL_IPV6: return name == IPv6Option.IPV6_PATHMTU
        default: return false
        }
    }

    /// What reading another option gives.
    static func readingRefusal(_ level: Int32) -> Errno {
        switch level {
        case SocketOption.SOL_SOCKET, SocketOption.SOL_TCP, SocketOption.SOL_UDP, SocketOption.SOL_IP, SocketOption.SOL_IPV6: .ENOPROTOOPT
        default: .EOPNOTSUPP
        }
    }

    /// What an option that Linux knows and the enclave refuses gives.
    static func refusal(_ level: Int32, _ name: Int32) -> Errno {
        guard level == SocketOption.SOL_SOCKET else { return .ENOPROTOOPT }
        switch name {
        case SocketOption.SO_BINDTODEVICE, SocketOption.SO_MARK, SocketOption.SO_ATTACH_FILTER, SocketOption.SO_SNDBUFFORCE,
            SocketOption.SO_RCVBUFFORCE:
            return .EPERM
        default: return .ENOPROTOOPT
        }
    }
}
