// SPDX-License-Identifier: Apache-2.0
//
// Socket addresses as the bytes that bind(2), connect(2) and accept(2) pass: unix(7), ip(7), ipv6(7).

extension SockaddrIn {
    public static let size = 16

    /// An IPv4 address. `address` is in host order: 127.0.0.1 is 0x7f00_0001.
    public init(port: UInt16, address: UInt32) {
        self.init(
            sin_family: UInt16(truncatingIfNeeded: SocketFamily.AF_INET),
            sin_port: port.bigEndian,
            sin_addr: address.bigEndian
        )
    }

    /// Reads the address; nil where `bytes` is too short or of another family.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= SockaddrIn.size,
            let family = bytes.littleEndian(UInt16.self, at: 0), Int32(family) == SocketFamily.AF_INET,
            let port = bytes.bigEndian(UInt16.self, at: 2),
            let address = bytes.bigEndian(UInt32.self, at: 4)
        else { return nil }
        self.init(port: port, address: address)
    }

    /// Port and address in host order.
    public var port: UInt16 { UInt16(bigEndian: sin_port) }
    public var address: UInt32 { UInt32(bigEndian: sin_addr) }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.append(littleEndian: sin_family)
        result.append(bigEndian: port)
        result.append(bigEndian: address)
        result.append(littleEndian: UInt64(0))
        return result
    }
}

extension SockaddrIn6 {
    public static let size = 28
    /// What Linux accepts from programs that do not know `sin6_scope_id` (SIN6_LEN_RFC2133).
    public static let minimumSize = 24

    /// Reads the address; nil where `bytes` is too short or of another family.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= SockaddrIn6.minimumSize,
            let family = bytes.littleEndian(UInt16.self, at: 0), Int32(family) == SocketFamily.AF_INET6,
            let port = bytes.littleEndian(UInt16.self, at: 2),
            let flow = bytes.littleEndian(UInt32.self, at: 4)
        else { return nil }
        self.init(sin6_family: family, sin6_port: port, sin6_flowinfo: flow)
        for index in 0..<16 {
            sin6_addr[index] = bytes[8 + index]
        }
        sin6_scope_id = bytes.littleEndian(UInt32.self, at: 24) ?? 0
    }

    /// The port in host order.
    public var port: UInt16 { UInt16(bigEndian: sin6_port) }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.append(littleEndian: sin6_family)
        result.append(littleEndian: sin6_port)
        result.append(littleEndian: sin6_flowinfo)
        for index in 0..<16 {
            result.append(sin6_addr[index])
        }
        result.append(littleEndian: sin6_scope_id)
        return result
    }
}

/// The address of an AF_UNIX socket: `struct sockaddr_un`, whose length carries meaning.
public enum SockaddrUn: Sendable, Equatable {
    /// Only the family: an unbound socket, or the wish for an automatic name.
    case unnamed
    /// A path, without the zero byte that ends it.
    case path([UInt8])
    /// A name in the abstract namespace, without the zero byte that starts it; may hold zero bytes.
    case abstract([UInt8])

    /// `sizeof(struct sockaddr_un)`.
    public static let maximumSize = 110
    private static let pathOffset = 2

    /// Reads an address of `bytes.count` bytes; nil where Linux answers EINVAL.
    public init?(bytes: [UInt8]) {
        guard bytes.count <= SockaddrUn.maximumSize,
            let family = bytes.littleEndian(UInt16.self, at: 0), Int32(family) == SocketFamily.AF_UNIX
        else { return nil }
        let name = bytes[SockaddrUn.pathOffset...]
        guard let head = name.first else {
            self = .unnamed
            return
        }
        if head == 0 {
            self = .abstract([UInt8](name.dropFirst()))
        } else {
            self = .path([UInt8](name.prefix { $0 != 0 }))
        }
    }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.append(littleEndian: UInt16(truncatingIfNeeded: SocketFamily.AF_UNIX))
        switch self {
        case .unnamed:
            break
        case .path(let path):
            result += path
            result.append(0)
        case .abstract(let name):
            result.append(0)
            result += name
        }
        return result
    }
}
