// SPDX-License-Identifier: Apache-2.0
//
// The description of a TCP or UDP socket (ip(7), ipv6(7), tcp(7), udp(7)). What goes over the loopback stays in this kernel
// (InetEndpoint); what goes elsewhere is a socket of the host (HostSocket), which is made when it is needed and not before. A socket
// that listens or receives at the wildcard does both.

import LinuxABI
import Machine

final class InetSocket: SocketFile {
    let endpoint: InetEndpoint
    /// The host's part; nil while the host need not know of this socket.
    private(set) var host: HostSocket?
    /// The host's part is bound to a name.
    var isHostBound = false
    /// A connection that the host made or took, or a datagram socket that it connected.
    private(set) var isOutside = false

    init(_ endpoint: InetEndpoint, flags: Int32) {
        self.endpoint = endpoint
        let isStream = endpoint.isStream
        super.init(
            domain: endpoint.domain, type: isStream ? SocketType.SOCK_STREAM : SocketType.SOCK_DGRAM,
            protocolNumber: isStream ? IPProtocol.IPPROTO_TCP : IPProtocol.IPPROTO_UDP, flags: flags)
        endpoint.inodeNumber = inode?.number ?? 0
    }

    /// A connection that the host took for a listener.
    convenience init(accepted: HostSocket, by listener: InetEndpoint, flags: Int32) {
        let endpoint = InetEndpoint(domain: listener.domain, isStream: true, owner: listener.owner, options: listener.options)
        self.init(endpoint, flags: flags)
        host = accepted
        isOutside = true
        tuneHost()
    }

    deinit { endpoint.close() }

    static func open(_ domain: Int32, _ type: Int32, _ protocolNumber: Int32, flags: Int32, _ thread: Thread) throws(Errno) -> InetSocket {
        let isStream: Bool
        switch type {
        case SocketType.SOCK_STREAM:
            guard protocolNumber == 0 || protocolNumber == IPProtocol.IPPROTO_TCP else { throw .EPROTONOSUPPORT }
            isStream = true
        case SocketType.SOCK_DGRAM:
            guard protocolNumber == 0 || protocolNumber == IPProtocol.IPPROTO_UDP else { throw .EPROTONOSUPPORT }
            isStream = false
        case SocketType.SOCK_RAW: throw protocolNumber == 0 ? .EPROTONOSUPPORT : .EPERM
        default: throw .ESOCKTNOSUPPORT
        }
        let options = InetOptions(isStream: isStream)
        let owner = thread.process.credentials.fsuid
        let endpoint = InetEndpoint(domain: domain, isStream: isStream, owner: owner, options: options)
        endpoint.isOfShield = kernel.isShield(thread.process)
        return InetSocket(endpoint, flags: flags)
    }

    var isStream: Bool { endpoint.isStream }
    var isIPv6: Bool { domain == SocketFamily.AF_INET6 }

    /// `insecure_host_loopback`: what finds nobody inside goes to the host's loopback.
    var mayReachHostLoopback: Bool { kernel.allowsHostLoopback }

    // MARK: the host's part

    /// Whether what the host says about its part matters now.
    var isHostActive: Bool {
        if host == nil { return false }
        if isOutside { return true }
        return isStream ? endpoint.state == .listening && isHostBound : endpoint.remote == nil
    }

    /// The host's part, made now where there is none, with the options so far.
    func makeHost() throws(Errno) -> HostSocket {
        if let host { return host }
        let made = try HostSocket.open(domain, type, protocolNumber, flags: flags)
        for option in endpoint.options.remembered {
            try kernel.host.setSocketOption(made.descriptor, option.level, option.name, option.value)
        }
        host = made
        tuneHost()
        return made
    }
    func dropHost() {
        guard let old = host else { return }
        host = nil
        isHostBound = false
        isOutside = false
        // Epoll sets let go of its descriptor before it is closed.
        withExtendedLifetime(old) { hostPartChanged() }
    }
    func becomeOutside() {
        isOutside = true
        hostPartChanged()
    }
    func leaveOutside() {
        isOutside = false
        hostPartChanged()
    }

    /// Epoll sets learn what to ask the host.
    func hostPartChanged() {
        for watcher in watchers { watcher.epoll.hostPartChanged(watcher) }
        endpoint.queue.notifyAll()
    }
    private func tuneHost() {
        guard let host else { return }
        host.flags = flags
        host.receiveTimeout = receiveTimeout
        host.sendTimeout = sendTimeout
    }
    override func flagsChanged() { tuneHost() }
    override func ownerChanged() { endpoint.urgentOwner = signalOwner }

    override var hostDescriptor: Int32? { isHostActive ? host?.descriptor : nil }
    override var hostStandsBeside: Bool { true }
    override var waitQueue: WaitQueue? { endpoint.queue }
    override func poll() -> PollEvents {
        guard isHostActive, let host else { return endpoint.poll() }
        return isOutside ? host.poll() | endpoint.errorEvents : endpoint.poll() | host.poll()
    }
    override func pollInside() -> PollEvents {
        guard isHostActive else { return endpoint.poll() }
        // That there is room to send the host says as well.
        return isOutside ? endpoint.errorEvents : endpoint.poll() & ~(PollEvents(Poll.POLLWRBAND) | InetEndpoint.writeEvents)
    }

    /// Sleeps until something happened inside, or the host's part has one of `events`.
    func sleepForEither(_ events: Int16, until deadline: Deadline?, _ thread: Thread) -> WaitResult {
        guard let descriptor = hostDescriptor else { return thread.sleep(on: endpoint.queue, until: deadline) }
        thread.block.clearWake()
        let waiter = thread.threadWaiter
        endpoint.queue.add(waiter)
        var hosts = HostPollSet()
        hosts.add(descriptor, PollEvents(UInt16(bitPattern: events)))
        let result = thread.sleep(orHost: &hosts, until: deadline)
        endpoint.queue.remove(waiter)
        return result
    }

    // MARK: names, connections, options: see the other files

    override func bind(_ address: [UInt8], _ thread: Thread) throws(Errno) { try bindTo(address, thread) }
    override func listen(_ backlog: Int32, _ thread: Thread) throws(Errno) { try startListening(backlog, thread) }
    override func accept(flags: Int32, _ thread: Thread) throws(Errno) -> SocketFile { try acceptConnection(flags: flags, thread) }
    override func connect(_ address: [UInt8], _ thread: Thread) throws(Errno) { try connectTo(address, thread) }
    override func option(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] { try readOption(level, name, room: room) }
    override func setOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) {
        try changeOption(level, name, value, thread)
    }
    override func localAddress() throws(Errno) -> [UInt8] {
        if isOutside, let host { return try host.localAddress() }
        return endpoint.local.sockaddr(domain)
    }
    override func peerAddress() throws(Errno) -> [UInt8] {
        if isOutside, let host { return try host.peerAddress() }
        guard endpoint.state == .connected || !isStream, !endpoint.isOver, let remote = endpoint.remote else { throw .ENOTCONN }
        return remote.sockaddr(domain)
    }
    override func acceptedAddress() throws(Errno) -> [UInt8] {
        if isOutside, let host { return try host.peerAddress() }
        guard let remote = endpoint.remote else { throw .ENOTCONN }
        return remote.sockaddr(domain)
    }

    // MARK: data

    override func send(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int {
        if !isStream { return try sendDatagram(&buffer, request, thread) }
        if isOutside, let host { return try host.send(&buffer, request, thread) }
        return try endpoint.sendStream(&buffer, request.flags, self, thread)
    }

    override func receive(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int {
        if !isStream { return try receiveDatagram(&buffer, &request, thread) }
        if isOutside, let host { return try host.receive(&buffer, &request, thread) }
        return try endpoint.receiveStream(&buffer, &request, self, thread)
    }

    override func shutdown(_ how: Int32) throws(Errno) {
        if isOutside, let host { return try host.shutdown(how) }
        guard how >= SocketShutdown.SHUT_RD, how <= SocketShutdown.SHUT_RDWR else { throw .EINVAL }
        if isStream {
            let wasListening = endpoint.state == .listening
            try endpoint.shutdownStream(how)
            if wasListening && endpoint.state != .listening {
                try host?.shutdown(how)
                hostPartChanged()
            }
            return
        }
        if how != SocketShutdown.SHUT_WR { endpoint.receiveShut = true }
        if how != SocketShutdown.SHUT_RD { endpoint.sendShut = true }
        endpoint.queue.notifyAll()
        guard endpoint.remote != nil else { throw .ENOTCONN }
    }

    // MARK: ioctl

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        let value: Int
        switch command {
        case Ioctl.FIONREAD, Ioctl.TIOCOUTQ, Ioctl.SIOCATMARK:
            if isOutside, let host { return try host.ioctl(command, argument, thread) }
            if isStream && endpoint.state == .listening { throw .EINVAL }
            if isHostActive && command == Ioctl.FIONREAD && !endpoint.hasDatagram, let host {
                return try host.ioctl(command, argument, thread)
            }
        default: return try NetworkDevices.ioctl(command, argument, domain: domain)
        }
        switch command {
        case Ioctl.FIONREAD: value = isStream ? endpoint.readable : endpoint.firstLength
        case Ioctl.TIOCOUTQ: value = isStream ? endpoint.unacknowledged : 0
        default:
            guard isStream else { throw .ENOTTY }
            value = endpoint.isAtMark ? 1 : 0
        }
        try UserMemory.write(Int32(truncatingIfNeeded: value), to: argument)
        return 0
    }
}

extension InetEndpoint {
    var errorEvents: PollEvents { error == nil ? 0 : PollEvents(Poll.POLLERR) }

    func shutdownStream(_ how: Int32) throws(Errno) {
        let ofReading = how != SocketShutdown.SHUT_WR
        switch state {
        case .idle: throw .ENOTCONN
        case .listening:
            if ofReading { stopListening() }
        case .connecting:
            leaveListener()
            queue.notifyAll()
        case .connected:
            if isOver { throw .ENOTCONN }
            if ofReading { receiveShut = true }
            if how != SocketShutdown.SHUT_RD && !sentEnd {
                sentEnd = true
                sendShut = true
                peer?.receiveEnd()
                if gotEnd { finish() }
            }
            queue.notifyAll()
        }
    }
}
