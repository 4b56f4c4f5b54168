// SPDX-License-Identifier: Apache-2.0
//
// Sending and receiving on AF_UNIX datagram and packet sockets: messages keep their bounds.

import LinuxABI
import Machine

extension UnixSocket {
    /// `destination` is nil for the connected peer.
    func sendMessage(
        _ buffer: inout IOBuffer, _ request: SendRequest, to destination: UnixSocket?, _ file: SocketFile, _ thread: Thread
    ) throws(Errno) -> Int {
        let length = buffer.remaining
        guard length <= sendLimit - 32 else { throw .EMSGSIZE }
        guard let other = destination ?? peer else { throw .ENOTCONN }
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if let error = takeError() { throw error }
            if sendShut { throw .EPIPE }
            if other.isClosed {
                if destination == nil && isDatagram {
                    // The connection goes with the peer.
                    peer = nil
                    state = .unconnected
                }
                throw .ECONNREFUSED
            }
            if let partner = other.peer, partner !== self, other.isDatagram { throw .EPERM }
            if other.receiveShut { throw .EPIPE }
            let isCrowded = other !== self && other.peer !== self && other.isQueueFull
            let charge = length + 768
            if !isCrowded && (outstanding == 0 || outstanding + charge <= sendLimit) {
                try deliver(&buffer, length, charge, request, to: other, thread)
                return length
            }
            if file.mustNotWait(request.flags) || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(file.sendTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = file.sendDeadline }
            result = thread.sleep(on: isCrowded ? other.roomQueue : queue, until: deadline)
        }
    }

    private func deliver(
        _ buffer: inout IOBuffer, _ length: Int, _ charge: Int, _ request: SendRequest, to other: UnixSocket, _ thread: Thread
    ) throws(Errno) {
        guard Headroom.isThere else { throw .ENOBUFS }
        if length > 0 {
            let copied = try other.ring.put(&buffer, length)
            if copied < length {
                other.ring.retract(copied)
                throw .EFAULT
            }
        }
        outstanding += charge
        let needsCredentials = request.credentials != nil || passCredentials || other.passCredentials
        other.messages.append(
            UnixMessage(
                length: length, sender: self, charge: charge, address: address, flights: kernel.channels.flights.depart(request.files),
                credentials: needsCredentials ? request.credentials ?? Ucred.of(thread) : nil))
        other.queue.notifyAll(UnixSocket.readEvents)
    }

    func receiveMessage(
        _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ file: SocketFile, _ thread: Thread
    ) throws(Errno) -> Int {
        if !isDatagram && state != .connected { throw .ENOTCONN }
        let isPeek = request.flags & SocketMessage.MSG_PEEK != 0
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if let error = takeError() { throw error }
            if let message = messages.first { return try take(message, &buffer, &request, isPeek: isPeek) }
            if receiveShut && (!isDatagram || !file.mustNotWait(request.flags)) { return 0 }
            if file.mustNotWait(request.flags) || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(file.receiveTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = file.receiveDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    private func take(
        _ message: UnixMessage, _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, isPeek: Bool
    ) throws(Errno) -> Int {
        let wanted = min(message.length, buffer.remaining)
        let copied = wanted == 0 ? 0 : try ring.peek(&buffer, from: ring.head, wanted)
        if copied < wanted { throw .EFAULT }
        if wanted < message.length { request.outFlags |= SocketMessage.MSG_TRUNC }
        if request.wantsAddress && isDatagram && message.address.count > 2 { request.address = message.address }
        request.files = message.flights.map { $0.file }
        if passCredentials { request.credentials = message.credentials ?? Ucred(pid: 0, uid: 65534, gid: 65534) }
        if !isPeek {
            ring.drop(message.length)
            messages.removeFirst()
            if !message.flights.isEmpty { kernel.channels.flights.landed(message.flights) }
            message.giveBack()
            if messages.count == UnixSocket.longestQueue {
                roomQueue.notifyAll()
                for sender in senders { sender.queue.notifyAll(UnixSocket.writeEvents) }
            }
        }
        return request.flags & SocketMessage.MSG_TRUNC != 0 ? message.length : copied
    }
}
