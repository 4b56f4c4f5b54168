// SPDX-License-Identifier: Apache-2.0
//
// Datagrams over the loopback (udp(7)): sent into the receiver's queue at once, or lost where that is full.

import LinuxABI
import Machine

extension InetSocket {
    func connectDatagram(to destination: InetAddress, _ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        let meant = destination.isAny ? destination.loopback : destination
        if endpoint.remote != nil { endpoint.forgetSource() }
        if isInside(destination) {
            let source = try source(for: meant)
            let mayBeOutside = mayReachHostLoopback && kernel.channels.inet.udp.receiver(for: meant, from: source) == nil
            if !mayBeOutside {
                if isOutside { leaveOutside() }
                try endpoint.bindAutomatically()
                endpoint.keepSource(source)
                endpoint.remote = meant
                hostPartChanged()
                return
            }
        }
        try checkOutside(destination)
        try bindForOutside()
        try makeHost().connect(bytes, thread)
        endpoint.remote = meant
        becomeOutside()
    }

    private func checkOutside(_ destination: InetAddress) throws(Errno) {
        // The shield knows no datagrams, and nothing leaves beside it: as a filter would say.
        if let shield = kernel.shield, !endpoint.isOfShield, shield.covers(destination) { throw .EPERM }
        if endpoint.local.isLoopback && !destination.isLoopback { throw destination.isV4 ? .EINVAL : .ENETUNREACH }
    }

    /// The host's part has the port that programs inside see, where the host has it free.
    private func bindForOutside() throws(Errno) {
        if isHostBound { return }
        guard endpoint.isBound else { return try bindToWildcard() }
        if mustStayInside(endpoint.local.port) { throw .EPERM }
        let host = try makeHost()
        do { try kernel.host.bind(host.descriptor, endpoint.local.sockaddr(domain)) } catch {
            guard error == .EADDRINUSE, !endpoint.choseName else { throw error }
            try kernel.host.bind(host.descriptor, endpoint.local.with(port: 0).sockaddr(domain))
        }
        isHostBound = true
        hostPartChanged()
    }

    // MARK: sending

    func sendDatagram(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int {
        if request.flags & SocketMessage.MSG_OOB != 0 { throw .EOPNOTSUPP }
        if endpoint.sendShut {
            if request.flags & SocketMessage.MSG_NOSIGNAL == 0 { BrokenPipe.signal(thread) }
            throw .EPIPE
        }
        let destination: InetAddress
        if let bytes = request.address, !bytes.isEmpty {
            destination = try self.destination(bytes)
            if destination.port == 0 { throw .EINVAL }
        } else {
            if isOutside, let host { return try host.send(&buffer, request, thread) }
            guard let remote = endpoint.remote else { throw .EDESTADDRREQ }
            destination = remote
        }
        guard isInside(destination) else { return try sendOutside(&buffer, request, to: destination, thread) }
        if let error = endpoint.takeError() { throw error }
        let meant = destination.isAny ? destination.loopback : destination
        var source = try source(for: meant)
        var segment = endpoint.options.segment
        if !request.hostControl.isEmpty {
            let asked = try InetControl.asked(request.hostControl)
            source = asked.source ?? source
            segment = asked.segment ?? segment
        }
        if request.flags & SocketMessage.MSG_MORE != 0 { throw .EOPNOTSUPP }
        let length = buffer.remaining
        guard length <= (meant.isV4 ? 65507 : 65527) else { throw .EMSGSIZE }
        guard segment == 0 || length <= segment * InetControl.mostSegments else { throw .EINVAL }
        if !endpoint.isBound { try endpoint.bindAutomatically() }
        source.port = endpoint.local.port
        guard let receiver = kernel.channels.inet.udp.receiver(for: meant, from: source) else {
            if mayReachHostLoopback { return try sendOutside(&buffer, request, to: destination, thread) }
            // What an ICMP message would say.
            if endpoint.remote != nil && request.address == nil || endpoint.remote == meant {
                endpoint.error = .ECONNREFUSED
                endpoint.queue.notifyAll()
            }
            return length
        }
        repeat {
            let piece = segment == 0 ? length : min(segment, buffer.remaining)
            try receiver.deliver(&buffer, piece, from: source, to: meant)
        } while segment != 0 && !buffer.isEmpty
        return length
    }

    private func sendOutside(
        _ buffer: inout IOBuffer, _ request: SendRequest, to destination: InetAddress, _ thread: Thread
    ) throws(Errno) -> Int {
        try checkOutside(destination)
        try bindForOutside()
        return try makeHost().send(&buffer, request, thread)
    }

    // MARK: receiving

    func receiveDatagram(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int {
        if isOutside, !endpoint.hasDatagram, let host { return try host.receive(&buffer, &request, thread) }
        if request.flags & SocketMessage.MSG_OOB != 0 { throw .EOPNOTSUPP }
        let isOfErrors = request.flags & SocketMessage.MSG_ERRQUEUE != 0
        let mayWait = !mustNotWait(request.flags) && !isOfErrors
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if !isOfErrors {
                if let error = endpoint.takeError() { throw error }
                if endpoint.hasDatagram { return try endpoint.takeDatagram(&buffer, &request) }
            }
            if isHostActive, let host, let count = try receiveNow(host, &buffer, &request, thread) { return count }
            if endpoint.receiveShut { return 0 }
            if !mayWait || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(receiveTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = receiveDeadline }
            result = sleepForEither(Poll.POLLIN, until: deadline, thread)
        }
    }

    /// What the host has now; nil where that is nothing.
    private func receiveNow(
        _ host: HostSocket, _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread
    ) throws(Errno) -> Int? {
        let flags = request.flags
        request.flags |= SocketMessage.MSG_DONTWAIT
        defer { request.flags = flags }
        do { return try host.receive(&buffer, &request, thread) } catch {
            if error == .EAGAIN { return nil }
            throw error
        }
    }
}

extension InetEndpoint {
    /// A connected datagram socket has an address of its own, until it is connected no more.
    func keepSource(_ source: InetAddress) {
        guard local.isAny else { return }
        local = source.with(port: local.port)
        hasBorrowedSource = true
    }
    func forgetSource() {
        guard hasBorrowedSource else { return }
        local = InetAddress.any(domain).with(port: local.port)
        hasBorrowedSource = false
    }

    var firstLength: Int { hasDatagram ? datagrams[firstDatagram].length : 0 }

    func deliver(_ buffer: inout IOBuffer, _ length: Int, from source: InetAddress, to destination: InetAddress) throws(Errno) {
        // A full queue loses it, and nobody is told.
        guard charged <= options.receiveLimit, !receiveShut else {
            buffer.skip(length)
            return
        }
        guard Headroom.isThere else { throw .ENOBUFS }
        if length > 0 {
            let copied = try ring.put(&buffer, length)
            if copied < length {
                ring.retract(copied)
                throw .EFAULT
            }
        }
        let charge = length + 768
        charged += charge
        datagrams.append(InetDatagram(length: length, source: source, destination: destination, charge: charge))
        queue.notifyAll(InetEndpoint.readEvents)
    }

    func takeDatagram(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest) throws(Errno) -> Int {
        let datagram = datagrams[firstDatagram]
        let wanted = min(datagram.length, buffer.remaining)
        let copied = wanted == 0 ? 0 : try ring.peek(&buffer, from: ring.head, wanted)
        if copied < wanted { throw .EFAULT }
        if wanted < datagram.length { request.outFlags |= SocketMessage.MSG_TRUNC }
        if request.wantsAddress { request.address = datagram.source.sockaddr(domain) }
        if request.controlRoom > 0 && !options.wants.isEmpty { request.control = InetControl.of(datagram, options.wants, domain) }
        if request.flags & SocketMessage.MSG_PEEK == 0 { dropDatagram(datagram) }
        return request.flags & SocketMessage.MSG_TRUNC != 0 ? datagram.length : copied
    }

    private func dropDatagram(_ datagram: InetDatagram) {
        ring.drop(datagram.length)
        charged -= datagram.charge
        firstDatagram += 1
        if firstDatagram == datagrams.count {
            datagrams.removeAll(keepingCapacity: true)
            firstDatagram = 0
        } else if firstDatagram >= 64 {
            datagrams.removeFirst(firstDatagram)
            firstDatagram = 0
        }
    }
}

/// Control messages of datagrams (ip(7), ipv6(7)).
enum InetControl {
    /// The loopback interface's number.
    private static let loopbackIndex: Int32 = 1

    static func of(_ datagram: InetDatagram, _ wants: InetOptions.Wanted, _ domain: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        let destination = datagram.destination
        if wants.contains(.time) || wants.contains(.preciseTime) {
            let now = Machine.clock(ClockID.CLOCK_REALTIME)
            var data: [UInt8] = []
            data.append(littleEndian: now.seconds)
            data.append(littleEndian: wants.contains(.preciseTime) ? now.nanoseconds : now.nanoseconds / 1000)
            append(
                SocketOption.SOL_SOCKET, wants.contains(.preciseTime) ? SocketOption.SO_TIMESTAMPNS_OLD : SocketOption.SO_TIMESTAMP_OLD,
                data, &bytes)
        }
        if destination.isV4 {
            if wants.contains(.packetInfo) {
                let address = destination.with(port: 0).sockaddr(SocketFamily.AF_INET)[4..<8]
                append(SocketOption.SOL_IP, IPOption.IP_PKTINFO, SocketValue.int(loopbackIndex) + address + address, &bytes)
            }
            if wants.contains(.hops) { append(SocketOption.SOL_IP, IPOption.IP_TTL, SocketValue.int(64), &bytes) }
            if wants.contains(.serviceType) { append(SocketOption.SOL_IP, IPOption.IP_TOS, [0], &bytes) }
        }
        guard domain == SocketFamily.AF_INET6 else { return bytes }
        if wants.contains(.packetInfo6) {
            let address = destination.sockaddr(SocketFamily.AF_INET6)[8..<24]
            append(SocketOption.SOL_IPV6, IPv6Option.IPV6_PKTINFO, address + SocketValue.int(loopbackIndex), &bytes)
        }
        if wants.contains(.hops6) { append(SocketOption.SOL_IPV6, IPv6Option.IPV6_HOPLIMIT, SocketValue.int(64), &bytes) }
        if wants.contains(.serviceType6) { append(SocketOption.SOL_IPV6, IPv6Option.IPV6_TCLASS, SocketValue.int(0), &bytes) }
        return bytes
    }

    private static func append(_ level: Int32, _ type: Int32, _ data: some Collection<UInt8>, _ bytes: inout [UInt8]) {
        while bytes.count & 7 != 0 { bytes.append(0) }
        let length = UInt64(CmsgHdr.length(ofData: data.count))
        CmsgHdr(cmsg_len: length, cmsg_level: level, cmsg_type: type).encode(to: &bytes)
        bytes.append(contentsOf: data)
        while bytes.count & 7 != 0 { bytes.append(0) }
    }

    /// UDP_MAX_SEGMENTS.
    static let mostSegments = 128

    /// The source that a sender asks for with IP_PKTINFO or IPV6_PKTINFO, which must be a loopback address, and how it wants its data
    /// cut into datagrams (UDP_SEGMENT); nil for what it does not ask for.
    static func asked(_ control: [UInt8]) throws(Errno) -> (source: InetAddress?, segment: Int?) {
        var result: (source: InetAddress?, segment: Int?) = (nil, nil)
        var offset = 0
        while control.count - offset >= CmsgHdr.size, let header = CmsgHdr(bytes: control, at: offset) {
            let length = Int(header.cmsg_len)
            guard length >= CmsgHdr.size, length <= control.count - offset else { return result }
            let data = offset + CmsgHdr.size
            var address: InetAddress?
            switch (header.cmsg_level, header.cmsg_type) {
            case (SocketOption.SOL_IP, IPOption.IP_PKTINFO):
                address = control.bigEndian(UInt32.self, at: data + 4).map { InetAddress(v4: $0, port: 0) }
            case (SocketOption.SOL_IPV6, IPv6Option.IPV6_PKTINFO):
                if let high = control.bigEndian(UInt64.self, at: data), let low = control.bigEndian(UInt64.self, at: data + 8) {
                    address = InetAddress(high: high, low: low, port: 0)
                }
            case (SocketOption.SOL_UDP, UDPOption.UDP_SEGMENT):
                guard let size = control.littleEndian(UInt16.self, at: data) else { throw .EINVAL }
                result.segment = Int(size)
            default: break
            }
            if let address, !address.isAny {
                guard address.isLoopback else { throw .EINVAL }
                result.source = address
            }
            offset += CmsgHdr.align(length)
        }
        return result
    }
}
