// SPDX-License-Identifier: Apache-2.0
//
// Sockets: socket(2), socket(7), unix(7), send(2), recv(2), shutdown(2).

/// Address families.
public enum SocketFamily {
    public static let AF_UNSPEC: Int32 = 0
    public static let AF_UNIX: Int32 = 1
    public static let AF_LOCAL: Int32 = 1
    public static let AF_INET: Int32 = 2
    public static let AF_INET6: Int32 = 10
    public static let AF_NETLINK: Int32 = 16
    public static let AF_PACKET: Int32 = 17
    public static let AF_VSOCK: Int32 = 40
}

/// Socket types and the flags or-ed to them.
public enum SocketType {
    public static let SOCK_STREAM: Int32 = 1
    public static let SOCK_DGRAM: Int32 = 2
    public static let SOCK_RAW: Int32 = 3
    public static let SOCK_RDM: Int32 = 4
    public static let SOCK_SEQPACKET: Int32 = 5
    public static let SOCK_TYPE_MASK: Int32 = 0o17
    public static let SOCK_CLOEXEC: Int32 = 0o2000000
    public static let SOCK_NONBLOCK: Int32 = 0o4000
}

/// Levels and options at level SOL_SOCKET.
public enum SocketOption {
    public static let SOL_SOCKET: Int32 = 1
    public static let SOL_IP: Int32 = 0
    public static let SOL_TCP: Int32 = 6
    public static let SOL_UDP: Int32 = 17
    public static let SOL_IPV6: Int32 = 41
    public static let SOL_NETLINK: Int32 = 270
    public static let SO_DEBUG: Int32 = 1
    public static let SO_REUSEADDR: Int32 = 2
    public static let SO_TYPE: Int32 = 3
    public static let SO_ERROR: Int32 = 4
    public static let SO_DONTROUTE: Int32 = 5
    public static let SO_BROADCAST: Int32 = 6
    public static let SO_SNDBUF: Int32 = 7
    public static let SO_RCVBUF: Int32 = 8
    public static let SO_KEEPALIVE: Int32 = 9
    public static let SO_OOBINLINE: Int32 = 10
    public static let SO_NO_CHECK: Int32 = 11
    public static let SO_PRIORITY: Int32 = 12
    public static let SO_LINGER: Int32 = 13
    public static let SO_BSDCOMPAT: Int32 = 14
    public static let SO_REUSEPORT: Int32 = 15
    public static let SO_PASSCRED: Int32 = 16
    public static let SO_PEERCRED: Int32 = 17
    public static let SO_RCVLOWAT: Int32 = 18
    public static let SO_SNDLOWAT: Int32 = 19
    public static let SO_RCVTIMEO_OLD: Int32 = 20
    public static let SO_SNDTIMEO_OLD: Int32 = 21
    public static let SO_RCVTIMEO: Int32 = 20
    public static let SO_SNDTIMEO: Int32 = 21
    public static let SO_BINDTODEVICE: Int32 = 25
    public static let SO_ATTACH_FILTER: Int32 = 26
    public static let SO_DETACH_FILTER: Int32 = 27
    public static let SO_PEERNAME: Int32 = 28
    public static let SO_TIMESTAMP_OLD: Int32 = 29
    public static let SO_ACCEPTCONN: Int32 = 30
    public static let SO_PEERSEC: Int32 = 31
    public static let SO_SNDBUFFORCE: Int32 = 32
    public static let SO_RCVBUFFORCE: Int32 = 33
    public static let SO_PASSSEC: Int32 = 34
    public static let SO_TIMESTAMPNS_OLD: Int32 = 35
    public static let SO_MARK: Int32 = 36
    public static let SO_TIMESTAMPING_OLD: Int32 = 37
    public static let SO_PROTOCOL: Int32 = 38
    public static let SO_DOMAIN: Int32 = 39
    public static let SO_RXQ_OVFL: Int32 = 40
    public static let SO_PEEK_OFF: Int32 = 42
    public static let SO_NOFCS: Int32 = 43
    public static let SO_LOCK_FILTER: Int32 = 44
    public static let SO_BUSY_POLL: Int32 = 46
    public static let SO_MAX_PACING_RATE: Int32 = 47
    public static let SO_INCOMING_CPU: Int32 = 49
    public static let SO_MEMINFO: Int32 = 55
    public static let SO_INCOMING_NAPI_ID: Int32 = 56
    public static let SO_COOKIE: Int32 = 57
    public static let SO_PEERGROUPS: Int32 = 59
    public static let SO_ZEROCOPY: Int32 = 60
    public static let SO_TXTIME: Int32 = 61
    public static let SO_TIMESTAMP_NEW: Int32 = 63
    public static let SO_RCVTIMEO_NEW: Int32 = 66
    public static let SO_SNDTIMEO_NEW: Int32 = 67
    public static let SO_PASSPIDFD: Int32 = 76
    public static let SO_PEERPIDFD: Int32 = 77

    public static let SCM_RIGHTS: Int32 = 1
    public static let SCM_CREDENTIALS: Int32 = 2
    public static let SCM_PIDFD: Int32 = 4
    public static let SCM_MAX_FD: Int32 = 253
    public static let SOMAXCONN: Int32 = 4096
    public static let UNIX_PATH_MAX: Int32 = 108
}

/// Flags of the send and receive calls.
public enum SocketMessage {
    public static let MSG_OOB: Int32 = 1
    public static let MSG_PEEK: Int32 = 2
    public static let MSG_DONTROUTE: Int32 = 4
    public static let MSG_CTRUNC: Int32 = 8
    public static let MSG_PROXY: Int32 = 0x10
    public static let MSG_TRUNC: Int32 = 0x20
    public static let MSG_DONTWAIT: Int32 = 0x40
    public static let MSG_EOR: Int32 = 0x80
    public static let MSG_WAITALL: Int32 = 0x100
    public static let MSG_FIN: Int32 = 0x200
    public static let MSG_SYN: Int32 = 0x400
    public static let MSG_CONFIRM: Int32 = 0x800
    public static let MSG_RST: Int32 = 0x1000
    public static let MSG_ERRQUEUE: Int32 = 0x2000
    public static let MSG_NOSIGNAL: Int32 = 0x4000
    public static let MSG_MORE: Int32 = 0x8000
    public static let MSG_WAITFORONE: Int32 = 0x0001_0000
    public static let MSG_BATCH: Int32 = 0x0004_0000
    public static let MSG_ZEROCOPY: Int32 = 0x0400_0000
    public static let MSG_FASTOPEN: Int32 = 0x2000_0000
    public static let MSG_CMSG_CLOEXEC: Int32 = 0x4000_0000
}

/// How shutdown(2) closes.
public enum SocketShutdown {
    public static let SHUT_RD: Int32 = 0
    public static let SHUT_WR: Int32 = 1
    public static let SHUT_RDWR: Int32 = 2
}
