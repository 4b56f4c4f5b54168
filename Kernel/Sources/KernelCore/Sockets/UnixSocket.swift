// SPDX-License-Identifier: Apache-2.0
//
// An AF_UNIX socket (unix(7)): its state and what waits in it. The description (UnixSocketFile) closes it; peers, listeners and
// names refer to it in between, and closing breaks every one of those ties.

import LinuxABI
import Machine

final class UnixSocket {
    enum State {
        case unconnected
        case listening
        case connected
    }

    static let defaultLimit = 212_992
    /// net.unix.max_dgram_qlen.
    static let longestQueue = 10

    let type: Int32
    var state = State.unconnected
    /// Stays when the peer is closed, for getpeername; the closed one no longer refers to this one.
    var peer: UnixSocket?
    /// Datagram sockets connected to this one, which want to know when there is room again.
    var senders: [UnixSocket] = []
    var isClosed = false
    var receiveShut = false
    var sendShut = false
    var error: Errno?

    /// `struct sockaddr_un` of the name, cut to its length; 2 bytes without one.
    var address: [UInt8] = [UInt8(truncatingIfNeeded: SocketFamily.AF_UNIX), 0]
    var abstractKey: [UInt8] = []
    var boundInode: Inode?

    var passCredentials = false
    var peerCredentials = Ucred(pid: 0, uid: .max, gid: .max)
    var sendLimit = UnixSocket.defaultLimit
    var receiveLimit = UnixSocket.defaultLimit

    /// Connections nobody accepted yet.
    var backlog: [UnixSocket] = []
    var backlogLimit = 0

    // What waits to be read.
    var ring = ByteRing()
    var messages: [UnixMessage] = []
    var marks: [UnixMark] = []
    /// Sent and not yet read, of datagrams and packets.
    var outstanding = 0

    /// Readers and writers of this socket, and those who poll it.
    let queue = WaitQueue()
    /// Those who wait for room in this socket's queue or backlog.
    let roomQueue = WaitQueue()

    init(type: Int32) { self.type = type }

    var isStream: Bool { type == SocketType.SOCK_STREAM }
    var isDatagram: Bool { type == SocketType.SOCK_DGRAM }
    var isBound: Bool { address.count > 2 }

    /// How much of what this socket sent is unread.
    @inline(__always) var unread: Int { isStream ? peer?.ring.count ?? 0 : outstanding }
    var isWritable: Bool { state != .listening && unread <= sendLimit / 4 }

    static let readEvents = PollEvents(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND)
    static let writeEvents = PollEvents(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND)

    func poll() -> PollEvents {
        var events: Int16 = 0
        if error != nil { events |= Poll.POLLERR }
        if receiveShut && sendShut { events |= Poll.POLLHUP }
        if receiveShut { events |= Poll.POLLRDHUP | Poll.POLLIN | Poll.POLLRDNORM }
        if !ring.isEmpty || !messages.isEmpty || !backlog.isEmpty { events |= Poll.POLLIN | Poll.POLLRDNORM }
        if !isDatagram && state == .unconnected { events |= Poll.POLLHUP }
        if isWritable && !(isDatagram && peer.map { $0.peer !== self && $0.isQueueFull } ?? false) {
            events |= Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND
        }
        return PollEvents(events)
    }

    var isQueueFull: Bool { messages.count > UnixSocket.longestQueue }

    /// SO_ERROR and the like take the error away.
    func takeError() -> Errno? {
        let taken = error
        error = nil
        return taken
    }

    // MARK: the end

    func close() {
        if isClosed { return }
        isClosed = true
        unbind()
        let hadUnread = !ring.isEmpty || !messages.isEmpty
        if let peer {
            self.peer = nil
            if isDatagram {
                peer.senders.removeAll { $0 === self }
            } else {
                hangUp(peer, reset: hadUnread)
            }
        }
        let connected = senders
        senders = []
        for sender in connected { sender.queue.notifyAll(UnixSocket.writeEvents) }
        let waiting = backlog
        backlog = []
        for connection in waiting {
            if let client = connection.peer { hangUp(client, reset: true) }
            connection.peer = nil
            connection.close()
        }
        purge()
        queue.notifyAll()
        roomQueue.notifyAll()
    }

    private func hangUp(_ peer: UnixSocket, reset: Bool) {
        peer.receiveShut = true
        peer.sendShut = true
        if reset { peer.error = .ECONNRESET }
        peer.queue.notifyAll()
    }

    private func unbind() {
        if !abstractKey.isEmpty { kernel.channels.abstractNames[abstractKey] = nil }
        abstractKey = []
        if let inode = boundInode, inode.boundSocket === self { inode.boundSocket = nil }
        boundInode = nil
    }

    /// Drops what nobody will read.
    func purge(withBacklog: Bool = false) {
        ring.release()
        var flights: [Flight] = []
        for message in messages {
            flights.append(contentsOf: message.flights)
            message.giveBack()
        }
        for mark in marks { flights.append(contentsOf: mark.flights) }
        messages = []
        marks = []
        if withBacklog { for connection in backlog { connection.purge() } }
        if !flights.isEmpty { Flights.drop(&flights) }
    }
}

/// One datagram or packet; its bytes are in the ring.
struct UnixMessage {
    var length: Int
    /// Who is charged for it.
    var sender: UnixSocket
    var charge: Int
    var address: [UInt8]
    var flights: [Flight]
    var credentials: Ucred?

    /// The sender has room again.
    func giveBack() {
        sender.outstanding -= charge
        if sender.unread <= sender.sendLimit / 4 { sender.queue.notifyAll(UnixSocket.writeEvents) }
    }
}

/// Bytes of a stream that came with descriptors or credentials.
struct UnixMark {
    var start: Int
    var end: Int
    var flights: [Flight]
    var credentials: Ucred?
}
