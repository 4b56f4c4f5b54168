// SPDX-License-Identifier: Apache-2.0
//
// Sending and receiving on AF_UNIX stream sockets.

import LinuxABI
import Machine

extension UnixSocket {
    func sendStream(_ buffer: inout IOBuffer, _ request: SendRequest, _ file: SocketFile, _ thread: Thread) throws(Errno) -> Int {
        guard let peer else { throw .ENOTCONN }
        var files = request.files
        var done = 0
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            if sendShut || peer.isClosed || peer.receiveShut {
                if done > 0 { return done }
                if request.flags & SocketMessage.MSG_NOSIGNAL == 0 { BrokenPipe.signal(thread) }
                throw .EPIPE
            }
            if buffer.isEmpty { return done }
            if let error = takeError() {
                if done > 0 { return done }
                throw error
            }
            let room = sendLimit - peer.ring.count
            // A waiting writer goes on at a quarter, so that it is not woken for each small read.
            if room > 0 {
                let n = min(room, buffer.remaining)
                let start = peer.ring.tail
                let copied: Int
                do { copied = try peer.ring.put(&buffer, n) } catch {
                    if done == 0 { throw error }
                    return done
                }
                done += copied
                if !files.isEmpty || request.credentials != nil || passCredentials || peer.passCredentials {
                    peer.mark(start, start + copied, files, request.credentials ?? Ucred.of(thread))
                    files = []
                }
                peer.queue.notifyAll(UnixSocket.readEvents)
                if copied < n || buffer.isEmpty { return done }
            }
            if file.mustNotWait(request.flags) || result != .woken {
                if done > 0 { return done }
                if result == .interrupted { throw thread.interrupted(file.sendTimeout == nil ? .ifHandlerAllows : .never) }
                throw .EAGAIN
            }
            if deadline == nil { deadline = file.sendDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    /// Notes what came with bytes `[start, end)`.
    private func mark(_ start: Int, _ end: Int, _ files: [OpenFile], _ credentials: Ucred) {
        if files.isEmpty, let last = marks.last, last.end == start, last.flights.isEmpty, let known = last.credentials,
            known.pid == credentials.pid, known.uid == credentials.uid, known.gid == credentials.gid
        {
            marks[marks.count - 1].end = end
            return
        }
        marks.append(UnixMark(start: start, end: end, flights: kernel.channels.flights.depart(files), credentials: credentials))
    }

    func receiveStream(
        _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ file: SocketFile, _ thread: Thread
    ) throws(Errno) -> Int {
        guard state == .connected else { throw .EINVAL }
        let isPeek = request.flags & SocketMessage.MSG_PEEK != 0
        let waitsForAll = request.flags & SocketMessage.MSG_WAITALL != 0
        var done = 0
        var deadline: Deadline?
        var result = WaitResult.woken
        if request.wantsAddress, let peer, peer.isBound { request.address = peer.address }
        while true {
            if !ring.isEmpty {
                let before = done
                let ends: Bool
                if marks.isEmpty && !passCredentials {
                    ends = false
                    do {
                        done += isPeek ? try ring.peek(&buffer, from: ring.head, ring.count) : try ring.take(&buffer, ring.count)
                    } catch {
                        if done == 0 { throw error }
                        return done
                    }
                } else {
                    ends = try receiveMarked(&buffer, &request, isPeek: isPeek, &done)
                }
                if !isPeek && done > before { tellRoom() }
                if ends || isPeek || buffer.isEmpty || !waitsForAll || !ring.isEmpty { return done }
                continue
            }
            if done > 0 && !waitsForAll { return done }
            if let error = takeError() {
                if done > 0 { return done }
                throw error
            }
            if receiveShut { return done }
            if file.mustNotWait(request.flags) || result != .woken {
                if done > 0 { return done }
                if result == .interrupted { throw thread.interrupted(file.receiveTimeout == nil ? .ifHandlerAllows : .never) }
                throw .EAGAIN
            }
            if deadline == nil { deadline = file.receiveDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    private func tellRoom() {
        guard let peer, peer.unread <= peer.sendLimit / 4 else { return }
        peer.queue.notifyAll(UnixSocket.writeEvents)
    }

    /// Bytes of different senders are not glued where the reader sees credentials; bytes with descriptors end the read. True there.
    private func receiveMarked(
        _ buffer: inout IOBuffer, _ request: inout ReceiveRequest, isPeek: Bool, _ done: inout Int
    ) throws(Errno) -> Bool {
        var position = ring.head
        let end = ring.tail
        var index = 0
        while position < end && !buffer.isEmpty {
            var limit = end
            var mark: UnixMark?
            if index < marks.count {
                if marks[index].start > position {
                    limit = marks[index].start
                } else {
                    limit = marks[index].end
                    mark = marks[index]
                }
            }
            if passCredentials {
                let credentials = mark?.credentials ?? Ucred(pid: 0, uid: 65534, gid: 65534)
                if let known = request.credentials {
                    if known.pid != credentials.pid || known.uid != credentials.uid || known.gid != credentials.gid { return true }
                } else {
                    request.credentials = credentials
                }
            }
            let copied: Int
            do {
                copied = isPeek ? try ring.peek(&buffer, from: position, limit - position) : try ring.take(&buffer, limit - position)
            } catch {
                if done == 0 { throw error }
                return true
            }
            done += copied
            position += copied
            let flights = mark?.flights ?? []
            if !flights.isEmpty {
                request.files = flights.map { $0.file }
                if !isPeek {
                    marks[index].flights = []
                    kernel.channels.flights.landed(flights)
                }
            }
            if mark != nil && position == limit {
                if isPeek { index += 1 } else { marks.removeFirst() }
            }
            if !flights.isEmpty || copied == 0 { return true }
        }
        return false
    }
}

extension Ucred {
    /// What a receiver sees of a sender (unix(7), SCM_CREDENTIALS).
    static func of(_ thread: Thread) -> Ucred {
        let credentials = thread.process.credentials
        return Ucred(pid: thread.process.pid, uid: credentials.uid, gid: credentials.gid)
    }
    /// SO_PEERCRED.
    static func effective(_ thread: Thread) -> Ucred {
        let credentials = thread.process.credentials
        return Ucred(pid: thread.process.pid, uid: credentials.euid, gid: credentials.egid)
    }
}
