// SPDX-License-Identifier: Apache-2.0
//
// Bytes of TCP connections inside the enclave (tcp(7), send(2), recv(2)).

import LinuxABI
import Machine

extension InetEndpoint {
    /// How much may be sent and not read: both ends' buffers together, as on Linux.
    private var capacity: Int { options.sendLimit + (peer?.options.receiveLimit ?? 0) }
    var unread: Int { peer?.ring.count ?? 0 }
    /// Linux reports room from a third on.
    var isWritable: Bool {
        let isWritable = unread * 3 <= capacity * 2
        if !isWritable { wantsRoom = true }
        return isWritable
    }

    // MARK: sending

    func sendStream(_ buffer: inout IOBuffer, _ flags: Int32, _ file: SocketFile, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if error != nil || sendShut || state == .idle || state == .listening {
                if done > 0 { return done }
                if let error = takeError(), error != .EPIPE { throw error }
                if flags & SocketMessage.MSG_NOSIGNAL == 0 { BrokenPipe.signal(thread) }
                throw .EPIPE
            }
            if buffer.isEmpty { return done }
            if state == .connected {
                guard let peer, !(peer.receiveShut && peer.sentEnd) else { return done + sendToNobody(&buffer) }
                let room = capacity - peer.ring.count
                if room > 0 {
                    let wanted = min(room, buffer.remaining)
                    let copied: Int
                    do { copied = try peer.put(&buffer, wanted, isUrgent: flags & SocketMessage.MSG_OOB != 0) } catch {
                        if done > 0 { return done }
                        // Without memory for a longer queue this one is full; an empty one would stay so.
                        guard error == .ENOMEM, !peer.ring.isEmpty else { throw error }
                        copied = 0
                    }
                    done += copied
                    bytesSent &+= UInt64(copied)
                    if copied > 0 && (copied < wanted || buffer.isEmpty) { return done }
                }
                wantsRoom = true
            }
            if file.mustNotWait(flags) || result != .woken {
                if done > 0 { return done }
                if result == .interrupted { throw thread.interrupted(file.sendTimeout == nil ? .ifHandlerAllows : .never) }
                throw .EAGAIN
            }
            if deadline == nil { deadline = file.sendDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    /// The peer is closed or takes nothing: it answers with a reset, which the next call sees.
    private func sendToNobody(_ buffer: inout IOBuffer) -> Int {
        let count = buffer.discard()
        if let peer, !peer.isOver { peer.reset(.ECONNRESET) }
        reset(gotEnd ? .EPIPE : .ECONNRESET)
        return count
    }

    /// Bytes from the peer.
    private func put(_ buffer: inout IOBuffer, _ wanted: Int, isUrgent: Bool) throws(Errno) -> Int {
        let copied = try ring.put(&buffer, wanted)
        bytesReceived &+= UInt64(copied)
        if isUrgent && copied == wanted && buffer.isEmpty {
            noteUrgent()
        } else {
            queue.notifyAll(InetEndpoint.readEvents)
        }
        return copied
    }

    private func noteUrgent() {
        // An older one that was not read becomes plain data, as on Linux.
        urgentAhead = ring.count - 1
        urgentByte = ring.byte(at: ring.count - 1)
        urgentWasRead = false
        queue.notifyAll(InetEndpoint.readEvents | PollEvents(Poll.POLLPRI))
        UrgentSignal.send(urgentOwner)
    }

    // MARK: receiving

    func receiveStream(
        _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ file: SocketFile, _ thread: Thread
    ) throws(Errno) -> Int {
        let flags = request.flags
        if flags & SocketMessage.MSG_ERRQUEUE != 0 { throw .EAGAIN }
        if flags & SocketMessage.MSG_OOB != 0 { return try receiveUrgent(&buffer, &request) }
        if state == .listening { throw .ENOTCONN }
        let isPeek = flags & SocketMessage.MSG_PEEK != 0
        let target = flags & SocketMessage.MSG_WAITALL != 0 ? buffer.remaining : min(options.receiveLow, buffer.remaining)
        var done = 0
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            let before = done
            if !ring.isEmpty {
                if urgentAhead == 0 && !options.isUrgentInline && done == 0 && !isPeek && !buffer.isEmpty { skipUrgent() }
                let ends: Bool
                do { ends = try takeBytes(&buffer, flags, isPeek: isPeek, &done) } catch {
                    if done == 0 { throw error }
                    return done
                }
                if !isPeek && done > before { tellRoom() }
                if ends || buffer.isEmpty || isPeek && done > 0 { return done }
            }
            if done > 0 && done >= target { return done }
            if let end = try endOfStream(done) { return end }
            if file.mustNotWait(flags) || result != .woken {
                if done > 0 { return done }
                if result == .interrupted { throw thread.interrupted(file.receiveTimeout == nil ? .ifHandlerAllows : .never) }
                throw .EAGAIN
            }
            if deadline == nil { deadline = file.receiveDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    /// What a read gets where nothing more will come; nil where something may.
    private func endOfStream(_ done: Int) throws(Errno) -> Int? {
        if done > 0 { return error != nil || receiveShut || state == .idle ? done : nil }
        if gotEnd { return 0 }
        if let error = takeError() { throw error }
        if receiveShut { return 0 }
        if state == .idle { throw .ENOTCONN }
        return nil
    }

    /// Moves bytes up to the urgent one; true when that ends the call.
    private func takeBytes(_ buffer: inout IOBuffer, _ flags: Int32, isPeek: Bool, _ done: inout Int) throws(Errno) -> Bool {
        var available = ring.count
        var start = ring.head
        if let ahead = urgentAhead, ahead > 0 || !options.isUrgentInline {
            available = ahead
            if ahead == 0 && isPeek {
                // Behind the urgent byte, which stays.
                start += 1
                available = ring.count - 1
            }
        }
        if available == 0 { return done > 0 }
        let wanted = min(available, buffer.remaining)
        let copied: Int
        if flags & SocketMessage.MSG_TRUNC != 0 {
            copied = wanted
            buffer.limit(buffer.remaining - wanted)
        } else {
            copied = try ring.peek(&buffer, from: start, wanted)
        }
        done += copied
        if isPeek { return true }
        ring.drop(copied)
        guard let ahead = urgentAhead else { return copied < wanted }
        urgentAhead = ahead >= copied ? ahead - copied : nil
        if ahead < copied { urgentByte = nil }
        return copied < wanted || urgentAhead == 0
    }

    private func tellRoom() {
        guard let peer, peer.wantsRoom, peer.isWritable else { return }
        peer.wantsRoom = false
        peer.queue.notifyAll(InetEndpoint.writeEvents)
    }

    // MARK: urgent data

    /// A plain read that begins at the urgent byte goes on behind it.
    private func skipUrgent() {
        ring.drop(1)
        urgentAhead = nil
        urgentByte = nil
    }

    private func receiveUrgent(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest) throws(Errno) -> Int {
        guard !options.isUrgentInline, let byte = urgentByte, !urgentWasRead else { throw .EINVAL }
        request.outFlags |= SocketMessage.MSG_OOB
        if buffer.isEmpty {
            request.outFlags |= SocketMessage.MSG_TRUNC
            return 0
        }
        if request.flags & SocketMessage.MSG_TRUNC == 0 { _ = try buffer.put([byte]) }
        if request.flags & SocketMessage.MSG_PEEK == 0 { urgentWasRead = true }
        return 1
    }

    /// SIOCATMARK.
    var isAtMark: Bool { urgentAhead == 0 }
    /// FIONREAD: up to the urgent byte.
    var readable: Int {
        guard let ahead = urgentAhead, !options.isUrgentInline else { return ring.count }
        return ahead
    }
}

/// SIGURG for the owner of a description (fcntl(2), F_SETOWN).
enum UrgentSignal {
    static func send(_ owner: FOwnerEx) {
        guard owner.pid > 0 else { return }
        switch owner.type {
        case Fcntl.F_OWNER_TID:
            if let thread = kernel.processes.thread(owner.pid) {
                Signals.send(Siginfo(si_signo: Signal.SIGURG, si_code: SignalCode.SI_KERNEL), Signal.SIGURG, toThread: thread)
            }
        case Fcntl.F_OWNER_PID: if let process = kernel.processes.process(owner.pid) { Signals.send(Signal.SIGURG, to: process) }
        default: Signals.sendFromKernel(Signal.SIGURG, toGroup: owner.pid)
        }
    }
}
