// SPDX-License-Identifier: Apache-2.0
//
// Netlink and its route family: netlink(7), rtnetlink(7), netdevice(7).

/// Message types, flags and socket options of every family.
public enum Netlink {
    public static let NETLINK_ROUTE: Int32 = 0
    public static let MAX_LINKS: Int32 = 32

    public static let NLMSG_NOOP: UInt16 = 1
    public static let NLMSG_ERROR: UInt16 = 2
    public static let NLMSG_DONE: UInt16 = 3
    public static let NLMSG_MIN_TYPE: UInt16 = 0x10

    public static let NLM_F_REQUEST: UInt16 = 1
    public static let NLM_F_MULTI: UInt16 = 2
    public static let NLM_F_ACK: UInt16 = 4
    public static let NLM_F_CAPPED: UInt16 = 0x100
    public static let NLM_F_DUMP: UInt16 = 0x300

    public static let NETLINK_ADD_MEMBERSHIP: Int32 = 1
    public static let NETLINK_DROP_MEMBERSHIP: Int32 = 2
    public static let NETLINK_PKTINFO: Int32 = 3
    public static let NETLINK_BROADCAST_ERROR: Int32 = 4
    public static let NETLINK_NO_ENOBUFS: Int32 = 5
    public static let NETLINK_CAP_ACK: Int32 = 10
    public static let NETLINK_EXT_ACK: Int32 = 11
    public static let NETLINK_GET_STRICT_CHK: Int32 = 12

    public static let headerSize = 16
    public static let addressSize = 12
    @inline(__always) public static func align(_ length: Int) -> Int { (length &+ 3) & ~3 }
}

/// rtnetlink(7): messages, attributes and their values.
public enum RouteNetlink {
    public static let RTM_NEWLINK: UInt16 = 16
    public static let RTM_GETLINK: UInt16 = 18
    public static let RTM_NEWADDR: UInt16 = 20
    public static let RTM_GETADDR: UInt16 = 22
    public static let RTM_NEWROUTE: UInt16 = 24
    public static let RTM_GETROUTE: UInt16 = 26
    public static let RTM_GETNEIGH: UInt16 = 30
    public static let RTM_MAX: UInt16 = 127

    public static let IFLA_ADDRESS: UInt16 = 1
    public static let IFLA_BROADCAST: UInt16 = 2
    public static let IFLA_IFNAME: UInt16 = 3
    public static let IFLA_MTU: UInt16 = 4
    public static let IFLA_TXQLEN: UInt16 = 13
    public static let IFLA_OPERSTATE: UInt16 = 16
    public static let IFLA_LINKMODE: UInt16 = 17
    public static let IFLA_GROUP: UInt16 = 27

    public static let IFA_ADDRESS: UInt16 = 1
    public static let IFA_LOCAL: UInt16 = 2
    public static let IFA_LABEL: UInt16 = 3
    public static let IFA_BROADCAST: UInt16 = 4
    public static let IFA_CACHEINFO: UInt16 = 6
    public static let IFA_FLAGS: UInt16 = 8
    public static let IFA_F_PERMANENT: UInt32 = 0x80

    public static let RTA_DST: UInt16 = 1
    public static let RTA_OIF: UInt16 = 4
    public static let RTA_GATEWAY: UInt16 = 5
    public static let RTA_PRIORITY: UInt16 = 6
    public static let RTA_PREFSRC: UInt16 = 7
    public static let RTA_TABLE: UInt16 = 15

    public static let RT_TABLE_MAIN: UInt8 = 254
    public static let RTPROT_KERNEL: UInt8 = 2
    public static let RTPROT_BOOT: UInt8 = 3
    public static let RT_SCOPE_UNIVERSE: UInt8 = 0
    public static let RT_SCOPE_LINK: UInt8 = 253
    public static let RT_SCOPE_HOST: UInt8 = 254
    public static let RTN_UNICAST: UInt8 = 1
    public static let RTF_UP: UInt32 = 1
    public static let RTF_GATEWAY: UInt32 = 2
    public static let RTF_REJECT: UInt32 = 0x200
    public static let RTF_ANYCAST: UInt32 = 0x0010_0000
    public static let RTF_LOCAL: UInt32 = 0x8000_0000
}

/// Flags and kinds of network devices (netdevice(7)).
public enum NetworkDevice {
    public static let IFF_UP: UInt32 = 1
    public static let IFF_BROADCAST: UInt32 = 2
    public static let IFF_LOOPBACK: UInt32 = 8
    public static let IFF_RUNNING: UInt32 = 0x40
    public static let IFF_LOWER_UP: UInt32 = 0x10000
    public static let ARPHRD_LOOPBACK: UInt16 = 772
    public static let IFNAMSIZ = 16
    /// `struct ifreq`.
    public static let requestSize = 40
    public static let IF_OPER_UNKNOWN: UInt8 = 0
    public static let IF_OPER_DOWN: UInt8 = 2
    public static let IF_OPER_UP: UInt8 = 6
}
