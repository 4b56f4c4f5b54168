// SPDX-License-Identifier: Apache-2.0
//
// Answers of the route family: links, addresses, routes (rtnetlink(7)). Looking is allowed, changing is not.

import LinuxABI
import Machine

/// A request's header.
struct NetlinkRequest {
    var length: Int
    var type: UInt16
    var flags: UInt16
    var sequence: UInt32
    /// Header and body.
    var bytes: [UInt8]

    /// The next request at `offset`; nil where the rest is no whole message.
    init?(_ bytes: [UInt8], at offset: Int) {
        guard let length = bytes.littleEndian(UInt32.self, at: offset), length >= Netlink.headerSize, length <= bytes.count - offset,
            let type = bytes.littleEndian(UInt16.self, at: offset + 4), let flags = bytes.littleEndian(UInt16.self, at: offset + 6),
            let sequence = bytes.littleEndian(UInt32.self, at: offset + 8)
        else { return nil }
        self.length = Int(length)
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.bytes = Array(bytes[offset..<offset + Int(length)])
    }

    func byte(_ offset: Int) -> UInt8 { Netlink.headerSize + offset < bytes.count ? bytes[Netlink.headerSize + offset] : 0 }
    func word(_ offset: Int) -> UInt32 { bytes.littleEndian(UInt32.self, at: Netlink.headerSize + offset) ?? 0 }
    /// An attribute behind a body of `body` bytes.
    func attribute(_ wanted: UInt16, after body: Int) -> [UInt8]? {
        var at = Netlink.headerSize + body
        while let length = bytes.littleEndian(UInt16.self, at: at), length >= 4, Int(length) <= bytes.count - at {
            if bytes.littleEndian(UInt16.self, at: at + 2) == wanted { return Array(bytes[at + 4..<at + Int(length)]) }
            at += Netlink.align(Int(length))
        }
        return nil
    }
}

/// One message in the making.
struct NetlinkMessage {
    private(set) var bytes: [UInt8] = []

    init(_ type: UInt16, flags: UInt16, sequence: UInt32, port: UInt32, body: [UInt8]) {
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: type)
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: port)
        bytes.append(contentsOf: body)
        setLength()
    }

    mutating func add(_ type: UInt16, _ value: [UInt8]) {
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: value.count + 4))
        bytes.append(littleEndian: type)
        bytes.append(contentsOf: value)
        while bytes.count & 3 != 0 { bytes.append(0) }
        setLength()
    }
    mutating func add(_ type: UInt16, number: UInt32) {
        var value: [UInt8] = []
        value.append(littleEndian: number)
        add(type, value)
    }
    private mutating func setLength() {
        for i in 0..<4 { bytes[i] = UInt8(truncatingIfNeeded: bytes.count >> (8 * i)) }
    }
}

enum RouteMessages {
    struct Answer {
        var messages: [[UInt8]]
        var isDump: Bool
    }

    /// What the requests of one datagram see.
    struct View {
        private var known: NetworkFacts?
        fileprivate var hasDumped = false

        fileprivate mutating func facts() -> NetworkFacts {
            if let known { return known }
            let facts = NetworkFacts.read(kernel.host)
            known = facts
            return facts
        }
    }

    /// What a request asks for. `isStrict` is NETLINK_GET_STRICT_CHK: filters in a dump's header count.
    static func answer(_ request: NetlinkRequest, port: UInt32, isStrict: Bool, _ view: inout View) throws(Errno) -> Answer? {
        guard request.type <= RouteNetlink.RTM_MAX else { throw .EOPNOTSUPP }
        // Nothing behind the header: Linux looks no further.
        if request.length <= Netlink.headerSize { return nil }
        guard request.type & 3 == 2 else { throw .EPERM }
        let isDump = request.flags & Netlink.NLM_F_DUMP == Netlink.NLM_F_DUMP
        // Linux has one dump under way at a time.
        if isDump {
            guard !view.hasDumped else { throw .EBUSY }
            view.hasDumped = true
        }
        let family = request.byte(0)
        let flags = isDump ? Netlink.NLM_F_MULTI : 0
        func make(_ type: UInt16, _ body: [UInt8]) -> NetlinkMessage {
            NetlinkMessage(type, flags: flags, sequence: request.sequence, port: port, body: body)
        }
        switch request.type {
        case RouteNetlink.RTM_GETLINK:
            let facts = view.facts()
            if isDump { return Answer(messages: family == 7 ? [] : facts.links.map { link($0, make) }, isDump: true) }
            return Answer(messages: [link(try wanted(request, facts), make)], isDump: false)
        case RouteNetlink.RTM_GETADDR where isDump:
            let index = isStrict ? request.word(4) : 0
            let found = view.facts().addresses.filter { (family == 0 || $0.family == family) && (index == 0 || $0.index == index) }
            return Answer(messages: found.map { address($0, make) }, isDump: true)
        case RouteNetlink.RTM_GETROUTE where isDump:
            let facts = view.facts()
            let found = facts.routes().filter { family == 0 || $0.family == family }
            return Answer(messages: found.map { route($0, facts, make) }, isDump: true)
        case RouteNetlink.RTM_GETNEIGH where isDump: return Answer(messages: [], isDump: true)
        default: throw .EOPNOTSUPP
        }
    }

    private static func wanted(_ request: NetlinkRequest, _ facts: NetworkFacts) throws(Errno) -> NetworkLink {
        guard request.length >= Netlink.headerSize + 16 else { throw .EINVAL }
        let index = request.word(4)
        if index != 0 {
            guard index <= 0x7fff_ffff, let link = facts.link(index) else { throw .ENODEV }
            return link
        }
        guard let name = request.attribute(RouteNetlink.IFLA_IFNAME, after: 16) else { throw .EINVAL }
        guard let link = facts.link(named: Array(name.prefix { $0 != 0 })) else { throw .ENODEV }
        return link
    }

    private static func link(_ link: NetworkLink, _ make: (UInt16, [UInt8]) -> NetlinkMessage) -> [UInt8] {
        let isRunning = link.flags & NetworkDevice.IFF_RUNNING != 0
        var body: [UInt8] = [0, 0]
        body.append(littleEndian: link.type)
        body.append(littleEndian: link.index)
        body.append(littleEndian: link.flags | (isRunning ? NetworkDevice.IFF_LOWER_UP : 0))
        body.append(littleEndian: UInt32(0))
        var message = make(RouteNetlink.RTM_NEWLINK, body)
        message.add(RouteNetlink.IFLA_IFNAME, link.name + [0])
        message.add(RouteNetlink.IFLA_TXQLEN, number: link.queueLength)
        let state =
            link.isLoopback ? NetworkDevice.IF_OPER_UNKNOWN : isRunning ? NetworkDevice.IF_OPER_UP : NetworkDevice.IF_OPER_DOWN
        message.add(RouteNetlink.IFLA_OPERSTATE, [state])
        message.add(RouteNetlink.IFLA_LINKMODE, [0])
        message.add(RouteNetlink.IFLA_MTU, number: link.mtu)
        message.add(RouteNetlink.IFLA_GROUP, number: 0)
        message.add(RouteNetlink.IFLA_ADDRESS, link.hardwareAddress)
        let broadcast: UInt8 = link.isLoopback ? 0 : 0xff
        message.add(RouteNetlink.IFLA_BROADCAST, [UInt8](repeating: broadcast, count: 6))
        return message.bytes
    }

    private static func address(_ address: NetworkAddress, _ make: (UInt16, [UInt8]) -> NetlinkMessage) -> [UInt8] {
        var body = [address.family, address.prefix, UInt8(truncatingIfNeeded: address.flags), address.scope]
        body.append(littleEndian: address.index)
        var message = make(RouteNetlink.RTM_NEWADDR, body)
        message.add(RouteNetlink.IFA_ADDRESS, address.address)
        if address.family == NetworkFacts.inet {
            message.add(RouteNetlink.IFA_LOCAL, address.address)
            if !address.broadcast.isEmpty { message.add(RouteNetlink.IFA_BROADCAST, address.broadcast) }
            message.add(RouteNetlink.IFA_LABEL, address.label + [0])
        }
        message.add(RouteNetlink.IFA_FLAGS, number: address.flags)
        // Preferred and valid for ever; when it was made is not told.
        message.add(RouteNetlink.IFA_CACHEINFO, [UInt8](repeating: 0xff, count: 8) + [UInt8](repeating: 0, count: 8))
        return message.bytes
    }

    private static func route(
        _ route: NetworkRoute, _ facts: NetworkFacts, _ make: (UInt16, [UInt8]) -> NetlinkMessage
    ) -> [UInt8] {
        let isDirect = route.gateway.isEmpty
        let isInet = route.family == NetworkFacts.inet
        let table = RouteNetlink.RT_TABLE_MAIN
        var body = [route.family, route.prefix, 0, 0, table]
        body.append(isDirect ? RouteNetlink.RTPROT_KERNEL : RouteNetlink.RTPROT_BOOT)
        body.append(isDirect && isInet ? RouteNetlink.RT_SCOPE_LINK : RouteNetlink.RT_SCOPE_UNIVERSE)
        body.append(RouteNetlink.RTN_UNICAST)
        body.append(littleEndian: UInt32(0))
        var message = make(RouteNetlink.RTM_NEWROUTE, body)
        message.add(RouteNetlink.RTA_TABLE, number: UInt32(table))
        if route.prefix > 0 { message.add(RouteNetlink.RTA_DST, route.destination) }
        if route.metric != 0 || !isInet { message.add(RouteNetlink.RTA_PRIORITY, number: route.metric) }
        if !isDirect { message.add(RouteNetlink.RTA_GATEWAY, route.gateway) }
        if isDirect && isInet,
            let source = facts.addresses.first(where: { $0.index == route.index && $0.family == route.family && $0.prefix == route.prefix })
        {
            message.add(RouteNetlink.RTA_PREFSRC, source.address)
        }
        message.add(RouteNetlink.RTA_OIF, number: route.index)
        return message.bytes
    }
}
