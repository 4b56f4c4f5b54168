// SPDX-License-Identifier: Apache-2.0
//
// A socket of AF_NETLINK (netlink(7)), of the route family alone: what programs ask for when they look for interfaces and addresses.
// The kernel answers each request at once; the answers wait in the socket. Nothing is ever sent to groups.

import LinuxABI
import Machine

final class NetlinkSocket: SocketFile {
    private let queue = WaitQueue()
    private var answers: [[UInt8]] = []
    private var queuedBytes = 0
    private var failure: Errno?
    /// The number it is addressed by; 0 until it is bound.
    private var port: UInt32 = 0
    private var groups: UInt32 = 0
    private var options = RememberedOptions()
    private var switches: [Int32: Bool] = [:]
    private var sendLimit = UnixSocket.defaultLimit
    private var receiveLimit = UnixSocket.defaultLimit
    /// Readers may bring a page: no datagram is larger.
    private static let datagramBytes = 3584
    private static let queueBytes = 1 << 20

    static func open(_ type: Int32, _ protocolNumber: Int32, flags: Int32) throws(Errno) -> NetlinkSocket {
        guard type == SocketType.SOCK_RAW || type == SocketType.SOCK_DGRAM else { throw .ESOCKTNOSUPPORT }
        guard protocolNumber == Netlink.NETLINK_ROUTE else { throw .EPROTONOSUPPORT }
        return NetlinkSocket(domain: SocketFamily.AF_NETLINK, type: type, protocolNumber: protocolNumber, flags: flags)
    }

    deinit { if port != 0 { kernel.channels.netlinkPorts.remove(port) } }

    // MARK: names

    private static func name(port: UInt32, groups: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(SocketFamily.AF_NETLINK))
        bytes.append(littleEndian: port)
        bytes.append(littleEndian: groups)
        return bytes
    }

    private static func parse(_ address: [UInt8]) throws(Errno) -> (port: UInt32, groups: UInt32) {
        guard address.count >= Netlink.addressSize, let family = address.littleEndian(UInt16.self, at: 0),
            Int32(family) == SocketFamily.AF_NETLINK, let port = address.littleEndian(UInt32.self, at: 4),
            let groups = address.littleEndian(UInt32.self, at: 8)
        else { throw .EINVAL }
        return (port, groups)
    }

    override func bind(_ address: [UInt8], _ thread: Thread) throws(Errno) {
        let wanted = try NetlinkSocket.parse(address)
        if port != 0 {
            guard wanted.port == port else { throw .EINVAL }
        } else if wanted.port != 0 {
            guard kernel.channels.netlinkPorts.insert(wanted.port).inserted else { throw .EADDRINUSE }
            port = wanted.port
        } else {
            bindAutomatically(thread)
        }
        groups = wanted.groups
    }

    /// The process's number, or where that is taken one from the upper half.
    private func bindAutomatically(_ thread: Thread) {
        guard port == 0 else { return }
        var candidate = UInt32(bitPattern: thread.process.pid)
        while !kernel.channels.netlinkPorts.insert(candidate).inserted {
            candidate = candidate < 0x8000_0000 ? 0xffff_efff : candidate &- 1
        }
        port = candidate
    }

    override func connect(_ address: [UInt8], _ thread: Thread) throws(Errno) {
        let family = address.littleEndian(UInt16.self, at: 0)
        if let family, Int32(family) == SocketFamily.AF_UNSPEC, address.count >= 2 { return }
        let wanted = try NetlinkSocket.parse(address)
        guard wanted.port == 0 && wanted.groups == 0 else { throw .EPERM }
        bindAutomatically(thread)
    }

    override func localAddress() throws(Errno) -> [UInt8] { NetlinkSocket.name(port: port, groups: groups) }
    /// The kernel.
    override func peerAddress() throws(Errno) -> [UInt8] { NetlinkSocket.name(port: 0, groups: 0) }

    // MARK: requests

    override func send(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int {
        guard request.flags & SocketMessage.MSG_OOB == 0 else { throw .EOPNOTSUPP }
        if let address = request.address {
            let target = try NetlinkSocket.parse(address)
            guard target.groups == 0 else { throw .EPERM }
            guard target.port == 0 else { throw .ECONNREFUSED }
        }
        bindAutomatically(thread)
        let count = buffer.remaining
        guard count <= sendLimit - 32 else { throw .EMSGSIZE }
        let bytes = try buffer.takeBytes(count)
        var offset = 0
        // However many requests come at once, the host is asked once.
        var view = RouteMessages.View()
        while let message = NetlinkRequest(bytes, at: offset) {
            serve(message, &view)
            offset += Netlink.align(message.length)
        }
        return count
    }

    private func serve(_ request: NetlinkRequest, _ view: inout RouteMessages.View) {
        guard request.flags & Netlink.NLM_F_REQUEST != 0, request.type >= Netlink.NLMSG_MIN_TYPE else {
            if request.flags & Netlink.NLM_F_ACK != 0 { acknowledge(request, nil) }
            return
        }
        do throws(Errno) {
            let isStrict = switches[Netlink.NETLINK_GET_STRICT_CHK] == true
            guard let answer = try RouteMessages.answer(request, port: port, isStrict: isStrict, &view) else {
                if request.flags & Netlink.NLM_F_ACK != 0 { acknowledge(request, nil) }
                return
            }
            if answer.isDump {
                let done = NetlinkMessage(
                    Netlink.NLMSG_DONE, flags: Netlink.NLM_F_MULTI, sequence: request.sequence, port: port, body: [0, 0, 0, 0])
                deliver(answer.messages + [done.bytes])
                return
            }
            deliver(answer.messages)
            if request.flags & Netlink.NLM_F_ACK != 0 { acknowledge(request, nil) }
        } catch { acknowledge(request, error) }
    }

    /// `struct nlmsgerr`: the request comes back with an error, its header alone where all is well.
    private func acknowledge(_ request: NetlinkRequest, _ error: Errno?) {
        var body: [UInt8] = []
        body.append(littleEndian: -(error?.rawValue ?? 0))
        let isCapped = error == nil || switches[Netlink.NETLINK_CAP_ACK] == true
        body.append(contentsOf: isCapped ? Array(request.bytes[..<Netlink.headerSize]) : request.bytes)
        let message = NetlinkMessage(
            Netlink.NLMSG_ERROR, flags: isCapped ? Netlink.NLM_F_CAPPED : 0, sequence: request.sequence, port: port, body: body)
        deliver([message.bytes])
    }

    /// Messages share datagrams as far as they fit.
    private func deliver(_ messages: [[UInt8]]) {
        var datagram: [UInt8] = []
        for message in messages {
            if !datagram.isEmpty && datagram.count + message.count > NetlinkSocket.datagramBytes {
                enqueue(datagram)
                datagram = []
            }
            datagram.append(contentsOf: message)
            while datagram.count & 3 != 0 { datagram.append(0) }
        }
        if !datagram.isEmpty { enqueue(datagram) }
        queue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM))
    }

    private func enqueue(_ datagram: [UInt8]) {
        guard queuedBytes + datagram.count <= NetlinkSocket.queueBytes else {
            failure = .ENOBUFS
            return
        }
        queuedBytes += datagram.count
        answers.append(datagram)
    }

    // MARK: answers

    override func receive(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int {
        guard request.flags & SocketMessage.MSG_OOB == 0 else { throw .EOPNOTSUPP }
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if let error = failure {
                failure = nil
                throw error
            }
            if let datagram = answers.first { return try take(datagram, &buffer, &request) }
            if mustNotWait(request.flags) || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(receiveTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = receiveDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    private func take(_ datagram: [UInt8], _ buffer: inout IOBuffer, _ request: inout ReceiveRequest) throws(Errno) -> Int {
        let copied = try buffer.put(datagram, from: 0, min(datagram.count, buffer.remaining))
        if copied < datagram.count { request.outFlags |= SocketMessage.MSG_TRUNC }
        if request.wantsAddress { request.address = NetlinkSocket.name(port: 0, groups: 0) }
        if request.flags & SocketMessage.MSG_PEEK == 0 {
            answers.removeFirst()
            queuedBytes -= datagram.count
        }
        return request.flags & SocketMessage.MSG_TRUNC != 0 ? datagram.count : copied
    }

    override func poll() -> PollEvents {
        var events = PollEvents(Poll.POLLOUT | Poll.POLLWRNORM)
        if !answers.isEmpty { events |= PollEvents(Poll.POLLIN | Poll.POLLRDNORM) }
        if failure != nil { events |= PollEvents(Poll.POLLERR) }
        return events
    }
    override var waitQueue: WaitQueue? { queue }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        try NetworkDevices.ioctl(command, argument, domain: domain)
    }

    // MARK: options

    override func option(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] {
        if level == SocketOption.SOL_NETLINK {
            guard NetlinkSocket.isFlag(name) else { throw .ENOPROTOOPT }
            guard room >= 4 else { throw .EINVAL }
            return SocketValue.int(switches[name] == true ? 1 : 0)
        }
        guard level == SocketOption.SOL_SOCKET else { throw .ENOPROTOOPT }
        if let value = commonOption(name) { return value }
        switch name {
        case SocketOption.SO_ERROR:
            let error = failure
            failure = nil
            return SocketValue.int(error?.rawValue ?? 0)
        case SocketOption.SO_ACCEPTCONN: return SocketValue.int(0)
        case SocketOption.SO_SNDBUF: return SocketValue.int(Int32(sendLimit))
        case SocketOption.SO_RCVBUF: return SocketValue.int(Int32(receiveLimit))
        default: return try options.value(name)
        }
    }

    override func setOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) {
        if level == SocketOption.SOL_NETLINK {
            let number = try SocketValue.int(value)
            switch name {
            case Netlink.NETLINK_ADD_MEMBERSHIP, Netlink.NETLINK_DROP_MEMBERSHIP:
                guard number > 0, number < 64 else { throw .EINVAL }
            case _ where NetlinkSocket.isFlag(name): switches[name] = number != 0
            default: throw .ENOPROTOOPT
            }
            return
        }
        guard level == SocketOption.SOL_SOCKET else { throw .ENOPROTOOPT }
        if try setCommonOption(name, value) { return }
        switch name {
        case SocketOption.SO_SNDBUF, SocketOption.SO_SNDBUFFORCE:
            sendLimit = RememberedOptions.bufferSize(try SocketValue.int(value), minimum: 4608)
        case SocketOption.SO_RCVBUF, SocketOption.SO_RCVBUFFORCE:
            receiveLimit = RememberedOptions.bufferSize(try SocketValue.int(value), minimum: 2304)
        default: try options.set(name, value)
        }
    }

    private static func isFlag(_ name: Int32) -> Bool {
        switch name {
        case Netlink.NETLINK_PKTINFO, Netlink.NETLINK_BROADCAST_ERROR, Netlink.NETLINK_NO_ENOBUFS, Netlink.NETLINK_CAP_ACK,
            Netlink.NETLINK_EXT_ACK, Netlink.NETLINK_GET_STRICT_CHK:
            true
        default: false
        }
    }
}
