// SPDX-License-Identifier: Apache-2.0
//
// Internet protocols: ip(7), ipv6(7), tcp(7), udp(7).

/// Protocol numbers.
public enum IPProtocol {
    public static let IPPROTO_IP: Int32 = 0
    public static let IPPROTO_ICMP: Int32 = 1
    public static let IPPROTO_TCP: Int32 = 6
    public static let IPPROTO_UDP: Int32 = 17
    public static let IPPROTO_IPV6: Int32 = 41
    public static let IPPROTO_ICMPV6: Int32 = 58
    public static let IPPROTO_RAW: Int32 = 255
}

/// Options at level SOL_TCP.
public enum TCPOption {
    public static let TCP_NODELAY: Int32 = 1
    public static let TCP_MAXSEG: Int32 = 2
    public static let TCP_CORK: Int32 = 3
    public static let TCP_KEEPIDLE: Int32 = 4
    public static let TCP_KEEPINTVL: Int32 = 5
    public static let TCP_KEEPCNT: Int32 = 6
    public static let TCP_SYNCNT: Int32 = 7
    public static let TCP_LINGER2: Int32 = 8
    public static let TCP_DEFER_ACCEPT: Int32 = 9
    public static let TCP_WINDOW_CLAMP: Int32 = 10
    public static let TCP_INFO: Int32 = 11
    public static let TCP_QUICKACK: Int32 = 12
    public static let TCP_CONGESTION: Int32 = 13
    public static let TCP_THIN_LINEAR_TIMEOUTS: Int32 = 16
    public static let TCP_USER_TIMEOUT: Int32 = 18
    public static let TCP_FASTOPEN: Int32 = 23
    public static let TCP_FASTOPEN_CONNECT: Int32 = 30
    public static let TCP_CC_INFO: Int32 = 26
    public static let TCP_ULP: Int32 = 31
    public static let TCP_NOTSENT_LOWAT: Int32 = 25
}

/// Options at level SOL_UDP.
public enum UDPOption {
    public static let UDP_CORK: Int32 = 1
    public static let UDP_SEGMENT: Int32 = 103
    public static let UDP_GRO: Int32 = 104
}

/// Options at level SOL_IP.
public enum IPOption {
    public static let IP_TOS: Int32 = 1
    public static let IP_TTL: Int32 = 2
    public static let IP_HDRINCL: Int32 = 3
    public static let IP_OPTIONS: Int32 = 4
    public static let IP_RECVOPTS: Int32 = 6
    public static let IP_RETOPTS: Int32 = 7
    public static let IP_PKTINFO: Int32 = 8
    public static let IP_MTU_DISCOVER: Int32 = 10
    public static let IP_RECVERR: Int32 = 11
    public static let IP_RECVTTL: Int32 = 12
    public static let IP_RECVTOS: Int32 = 13
    public static let IP_MTU: Int32 = 14
    public static let IP_FREEBIND: Int32 = 15
    public static let IP_TRANSPARENT: Int32 = 19
    public static let IP_RECVORIGDSTADDR: Int32 = 20
    public static let IP_MINTTL: Int32 = 21
    public static let IP_BIND_ADDRESS_NO_PORT: Int32 = 24
    public static let IP_MULTICAST_IF: Int32 = 32
    public static let IP_MULTICAST_TTL: Int32 = 33
    public static let IP_MULTICAST_LOOP: Int32 = 34
    public static let IP_ADD_MEMBERSHIP: Int32 = 35
    public static let IP_DROP_MEMBERSHIP: Int32 = 36
    public static let IP_UNBLOCK_SOURCE: Int32 = 37
    public static let IP_BLOCK_SOURCE: Int32 = 38
    public static let IP_ADD_SOURCE_MEMBERSHIP: Int32 = 39
    public static let IP_DROP_SOURCE_MEMBERSHIP: Int32 = 40
    /// The MCAST options are the same at level SOL_IPV6.
    public static let MCAST_JOIN_GROUP: Int32 = 42
    public static let MCAST_LEAVE_SOURCE_GROUP: Int32 = 47
    public static let IP_MULTICAST_ALL: Int32 = 49
    public static let IP_UNICAST_IF: Int32 = 50
    public static let IP_LOCAL_PORT_RANGE: Int32 = 51
}

/// Options at level SOL_IPV6.
public enum IPv6Option {
    public static let IPV6_UNICAST_HOPS: Int32 = 16
    public static let IPV6_MULTICAST_IF: Int32 = 17
    public static let IPV6_MULTICAST_HOPS: Int32 = 18
    public static let IPV6_MULTICAST_LOOP: Int32 = 19
    public static let IPV6_JOIN_GROUP: Int32 = 20
    public static let IPV6_LEAVE_GROUP: Int32 = 21
    public static let IPV6_MTU_DISCOVER: Int32 = 23
    public static let IPV6_MTU: Int32 = 24
    public static let IPV6_RECVERR: Int32 = 25
    public static let IPV6_V6ONLY: Int32 = 26
    public static let IPV6_MULTICAST_ALL: Int32 = 29
    public static let IPV6_RECVPKTINFO: Int32 = 49
    public static let IPV6_PKTINFO: Int32 = 50
    public static let IPV6_RECVHOPLIMIT: Int32 = 51
    public static let IPV6_HOPLIMIT: Int32 = 52
    public static let IPV6_RECVPATHMTU: Int32 = 60
    public static let IPV6_PATHMTU: Int32 = 61
    public static let IPV6_DONTFRAG: Int32 = 62
    public static let IPV6_RECVTCLASS: Int32 = 66
    public static let IPV6_TCLASS: Int32 = 67
    public static let IPV6_ADDR_PREFERENCES: Int32 = 72
    public static let IPV6_MINHOPCOUNT: Int32 = 73
    public static let IPV6_RECVORIGDSTADDR: Int32 = 74
    public static let IPV6_UNICAST_IF: Int32 = 76
    public static let IPV6_TRANSPARENT: Int32 = 75
    public static let IPV6_FREEBIND: Int32 = 78
}
