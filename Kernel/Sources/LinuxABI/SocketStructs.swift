// SPDX-License-Identifier: Apache-2.0
//
// Message structures of sockets: send(2), recv(2), cmsg(3), unix(7).

/// `struct msghdr`, 56 bytes.
public struct Msghdr: BitwiseCopyable, Sendable {
    public var msg_name: UInt64
    public var msg_namelen: Int32
    private var pad0: UInt32 = 0
    public var msg_iov: UInt64
    public var msg_iovlen: UInt64
    public var msg_control: UInt64
    public var msg_controllen: UInt64
    public var msg_flags: UInt32
    private var pad1: UInt32 = 0

    public init(
        msg_name: UInt64 = 0,
        msg_namelen: Int32 = 0,
        msg_iov: UInt64 = 0,
        msg_iovlen: UInt64 = 0,
        msg_control: UInt64 = 0,
        msg_controllen: UInt64 = 0,
        msg_flags: UInt32 = 0
    ) {
        self.msg_name = msg_name
        self.msg_namelen = msg_namelen
        self.msg_iov = msg_iov
        self.msg_iovlen = msg_iovlen
        self.msg_control = msg_control
        self.msg_controllen = msg_controllen
        self.msg_flags = msg_flags
    }
}

/// `struct mmsghdr`, 64 bytes.
public struct Mmsghdr: BitwiseCopyable, Sendable {
    public var msg_hdr: Msghdr
    public var msg_len: UInt32
    private var pad0: UInt32 = 0

    public init(msg_hdr: Msghdr = Msghdr(), msg_len: UInt32 = 0) {
        self.msg_hdr = msg_hdr
        self.msg_len = msg_len
    }
}

/// `struct cmsghdr`, 16 bytes; its data follows, aligned to 8.
public struct CmsgHdr: BitwiseCopyable, Sendable {
    public var cmsg_len: UInt64
    public var cmsg_level: Int32
    public var cmsg_type: Int32

    public init(cmsg_len: UInt64 = 0, cmsg_level: Int32 = 0, cmsg_type: Int32 = 0) {
        self.cmsg_len = cmsg_len
        self.cmsg_level = cmsg_level
        self.cmsg_type = cmsg_type
    }
}

/// `struct ucred`, 12 bytes.
public struct Ucred: BitwiseCopyable, Sendable {
    public var pid: Int32
    public var uid: UInt32
    public var gid: UInt32

    public init(pid: Int32 = 0, uid: UInt32 = 0, gid: UInt32 = 0) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}

/// `struct linger`, 8 bytes.
public struct Linger: BitwiseCopyable, Sendable {
    public var l_onoff: Int32
    public var l_linger: Int32

    public init(l_onoff: Int32 = 0, l_linger: Int32 = 0) {
        self.l_onoff = l_onoff
        self.l_linger = l_linger
    }
}

/// `struct sockaddr_in`, 16 bytes. Port and address are in network order.
public struct SockaddrIn: BitwiseCopyable, Sendable {
    public var sin_family: UInt16
    public var sin_port: UInt16
    public var sin_addr: UInt32
    private var pad: UInt64 = 0

    public init(sin_family: UInt16 = 0, sin_port: UInt16 = 0, sin_addr: UInt32 = 0) {
        self.sin_family = sin_family
        self.sin_port = sin_port
        self.sin_addr = sin_addr
    }
}

/// `struct sockaddr_in6`, 28 bytes. Port, flow and address are in network order.
public struct SockaddrIn6: BitwiseCopyable, Sendable {
    public var sin6_family: UInt16
    public var sin6_port: UInt16
    public var sin6_flowinfo: UInt32
    public var sin6_addr: InlineArray<16, UInt8>
    public var sin6_scope_id: UInt32

    public init(
        sin6_family: UInt16 = 0,
        sin6_port: UInt16 = 0,
        sin6_flowinfo: UInt32 = 0,
        sin6_addr: InlineArray<16, UInt8> = InlineArray(repeating: 0),
        sin6_scope_id: UInt32 = 0
    ) {
        self.sin6_family = sin6_family
        self.sin6_port = sin6_port
        self.sin6_flowinfo = sin6_flowinfo
        self.sin6_addr = sin6_addr
        self.sin6_scope_id = sin6_scope_id
    }
}
