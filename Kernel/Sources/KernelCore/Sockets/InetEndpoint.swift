// SPDX-License-Identifier: Apache-2.0
//
// A TCP or UDP socket as far as it lives inside the enclave: its state and what waits in it. The description (InetSocket) closes it;
// the peer, a listener and the table of ports refer to it in between, and closing breaks every one of those ties.
//
// The ends of a connection are in one kernel: what one sends is in the other's queue at once, and nothing is lost or sent twice. What
// programs see is TCP's all the same: halves that close, resets, urgent data (tcp(7)).

import LinuxABI
import Machine

final class InetEndpoint {
    enum State {
        case idle
        /// Waits for room in a listener's backlog.
        case connecting
        case listening
        case connected
    }

    let domain: Int32
    let isStream: Bool
    let queue = WaitQueue()
    var state = State.idle
    var error: Errno?
    var isClosed = false

    // Names.
    var local: InetAddress
    /// Of a connected socket; a datagram socket's stays inside or outside.
    var remote: InetAddress?
    /// In the table of ports.
    var isBound = false
    /// The program chose the port, or the address.
    var choseName = false
    /// `local` has its address from a connected datagram socket's source.
    var hasBorrowedSource = false
    /// An accepted connection, which the table counts.
    var isChild = false
    var countsAsReusable = false
    /// Of the shield (NetworkShield), and its listener for what programs connect to elsewhere.
    var isOfShield = false
    var isTransparent = false
    let owner: UInt32
    var options: InetOptions
    var inodeNumber: UInt64 = 0
    /// Its key among all that are shown in /proc/net.
    var number: UInt64 = 0

    // Connections.
    /// Nil once it is closed.
    var peer: InetEndpoint?
    var receiveShut = false
    var sendShut = false
    /// The peer will send no more (its FIN is here), and this one neither.
    var gotEnd = false
    var sentEnd = false
    /// Nothing goes on any more: reset, or ended by both.
    var isOver = false
    /// A connect that did not wait has not been asked about since.
    var isUnasked = false
    /// A sender found no room.
    var wantsRoom = false
    /// Bytes before the urgent one in the queue; nil without one.
    var urgentAhead: Int?
    /// The urgent byte, until a read passes it, and whether MSG_OOB has taken it.
    var urgentByte: UInt8?
    var urgentWasRead = false
    /// Who is sent SIGURG.
    var urgentOwner = FOwnerEx()
    var bytesSent: UInt64 = 0
    var bytesReceived: UInt64 = 0

    // Listeners.
    var backlog: [InetEndpoint] = []
    var backlogLimit = 0
    /// Those that wait for room in it.
    var pending: [InetEndpoint] = []
    /// Where a connecting one waits.
    var listener: InetEndpoint?

    // What waits to be read.
    var ring = ByteRing()
    var datagrams: [InetDatagram] = []
    /// The place of the oldest in `datagrams`.
    var firstDatagram = 0
    /// What the datagrams count for against SO_RCVBUF.
    var charged = 0

    init(domain: Int32, isStream: Bool, owner: UInt32, options: InetOptions) {
        self.domain = domain
        self.isStream = isStream
        self.owner = owner
        self.options = options
        local = .any(domain)
    }

    var isV6Only: Bool { options.isV6Only }
    var reuseAddress: Bool { options.reuseAddress }
    var reusePort: Bool { options.reusePort }

    static let readEvents = PollEvents(Poll.POLLIN | Poll.POLLRDNORM)
    static let writeEvents = PollEvents(Poll.POLLOUT | Poll.POLLWRNORM)

    // MARK: events

    func poll() -> PollEvents { isStream ? pollStream() : pollDatagrams() }

    private func pollStream() -> PollEvents {
        if state == .listening { return backlog.isEmpty ? 0 : InetEndpoint.readEvents }
        var events: Int16 = 0
        if receiveShut && sendShut || state == .idle { events |= Poll.POLLHUP }
        if receiveShut { events |= Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP }
        if state != .connecting {
            if ring.count >= options.receiveLow && hasPlainBytes { events |= Poll.POLLIN | Poll.POLLRDNORM }
            if sendShut || isWritable { events |= Poll.POLLOUT | Poll.POLLWRNORM }
            if urgentByte != nil && !urgentWasRead { events |= Poll.POLLPRI }
        }
        if error != nil { events |= Poll.POLLERR }
        return PollEvents(events)
    }

    /// Whether there is more in the queue than the urgent byte.
    private var hasPlainBytes: Bool {
        guard urgentAhead == 0, !options.isUrgentInline else { return !ring.isEmpty }
        return ring.count > 1
    }

    private func pollDatagrams() -> PollEvents {
        var events: Int16 = Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND
        if receiveShut { events |= Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP }
        if receiveShut && sendShut { events |= Poll.POLLHUP }
        if hasDatagram { events |= Poll.POLLIN | Poll.POLLRDNORM }
        if error != nil { events |= Poll.POLLERR }
        return PollEvents(events)
    }

    var hasDatagram: Bool { firstDatagram < datagrams.count }

    func takeError() -> Errno? {
        let taken = error
        error = nil
        return taken
    }

    // MARK: names

    var ports: InetPorts {
        _read { if isStream { yield kernel.channels.inet.tcp } else { yield kernel.channels.inet.udp } }
        _modify { if isStream { yield &kernel.channels.inet.tcp } else { yield &kernel.channels.inet.udp } }
    }

    /// Takes `address`, whose port is not 0 and was found free for it.
    func take(_ address: InetAddress) {
        local = address
        isBound = true
        ports.add(self)
        kernel.channels.inet.show(self)
    }
    func unbind() {
        if isBound { ports.remove(self) }
        isBound = false
        kernel.channels.inet.hide(self)
        local = .any(domain)
    }
    /// A port of the kernel's choice where there is none yet.
    func bindAutomatically() throws(Errno) {
        if isBound { return }
        take(local.with(port: try ports.freePort()))
    }

    // MARK: the end

    func close() {
        if isClosed { return }
        isClosed = true
        switch state {
        case .listening: stopListening()
        case .connecting: leaveListener()
        case .connected where isStream: closeConnection()
        case .connected, .idle: break
        }
        if isChild { ports.removeChild(self) }
        isChild = false
        unbind()
        ring.release()
        datagrams = []
        firstDatagram = 0
    }

    private func closeConnection() {
        guard let peer else { return }
        self.peer = nil
        peer.peer = nil
        if isOver { return }
        if !ring.isEmpty || options.resetsAtClose {
            peer.reset(peer.gotEnd ? .EPIPE : .ECONNRESET)
        } else if !sentEnd {
            peer.receiveEnd()
        }
    }

    func stopListening() {
        state = .idle
        if isTransparent, let shield = kernel.shield, shield.listener === self { shield.listener = nil }
        let waiting = backlog
        backlog = []
        for child in waiting {
            child.peer?.reset(.ECONNRESET)
            child.peer?.peer = nil
            child.peer = nil
            child.close()
        }
        let refused = pending
        pending = []
        for client in refused {
            client.listener = nil
            client.refuse()
        }
        queue.notifyAll()
    }

    func leaveListener() {
        listener?.pending.removeAll { $0 === self }
        listener = nil
        state = .idle
    }

    /// Nobody listens, or no longer.
    func refuse() {
        state = .idle
        remote = nil
        error = .ECONNREFUSED
        receiveShut = true
        sendShut = true
        queue.notifyAll()
    }

    // MARK: what the peer does

    func reset(_ why: Errno) {
        error = why
        finish()
    }
    /// No more will come.
    func receiveEnd() {
        if gotEnd || isOver { return }
        gotEnd = true
        receiveShut = true
        if sentEnd { finish() } else { queue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDHUP)) }
    }
    func finish() {
        isOver = true
        receiveShut = true
        sendShut = true
        queue.notifyAll()
    }
}

/// One datagram; its bytes are in the ring.
struct InetDatagram {
    var length: Int
    var source: InetAddress
    var destination: InetAddress
    var charge: Int
}

/// What the internet sockets of the enclave share.
struct InetState {
    var tcp = InetPorts()
    var udp = InetPorts()
    /// Everything bound or connected inside, for /proc/net; by number, which is never used again.
    private(set) var shown: [UInt64: InetEndpoint] = [:]
    private var nextNumber: UInt64 = 1

    mutating func show(_ endpoint: InetEndpoint) {
        if endpoint.number != 0 { return }
        endpoint.number = nextNumber
        nextNumber += 1
        shown[endpoint.number] = endpoint
    }
    mutating func hide(_ endpoint: InetEndpoint) {
        if endpoint.number == 0 { return }
        shown[endpoint.number] = nil
        endpoint.number = 0
    }
}
