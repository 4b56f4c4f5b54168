// SPDX-License-Identifier: Apache-2.0
//
// A socket of the host: the outer part of an internet socket (InetSocket), or a standard stream. The host's socket never blocks: what
// waits, waits here, where a signal ends it. The host sees every byte; programs that care encrypt.

import LinuxABI
import Machine

final class HostSocket: SocketFile {
    let descriptor: Int32
    /// Whose host socket it is: made here; handed over by a client; the caller's own standard stream.
    private enum Ownership {
        case made
        case handed
        case borrowed
    }
    private let ownership: Ownership

    private init(_ descriptor: Int32, domain: Int32, type: Int32, protocolNumber: Int32, flags: Int32, _ ownership: Ownership = .made) {
        self.descriptor = descriptor
        self.ownership = ownership
        super.init(domain: domain, type: type, protocolNumber: protocolNumber, flags: flags)
    }

    deinit { if ownership != .borrowed { kernel.host.close(descriptor) } }

    /// A standard stream that is a socket of the host, of whatever family; nil when it is none.
    static func borrowed(_ descriptor: Int32, flags: Int32, isOwned: Bool) -> HostSocket? {
        let host = kernel.host
        var values: [Int32] = []
        for name in [SocketOption.SO_DOMAIN, SocketOption.SO_TYPE, SocketOption.SO_PROTOCOL] {
            do { values.append(try SocketValue.int(try host.socketOption(descriptor, SocketOption.SOL_SOCKET, name, room: 4))) } catch {
                return nil
            }
        }
        return HostSocket(
            descriptor, domain: values[0], type: values[1], protocolNumber: values[2], flags: flags, isOwned ? .handed : .borrowed)
    }

    static func open(_ domain: Int32, _ type: Int32, _ protocolNumber: Int32, flags: Int32) throws(Errno) -> HostSocket {
        let descriptor = try kernel.host.socket(domain, type, protocolNumber)
        return HostSocket(descriptor, domain: domain, type: type, protocolNumber: protocolNumber, flags: flags)
    }

    private var isStream: Bool { type == SocketType.SOCK_STREAM }
    override var hostDescriptor: Int32? { descriptor }
    override func poll() -> PollEvents { kernel.host.pollNow(descriptor, 0x3fff & ~PollEvents(Poll.POLLREMOVE | Poll.POLLMSG)) }

    // MARK: waiting

    /// Runs `attempt` until the host no longer says EAGAIN. The lock is free while the thread sleeps.
    private func wait<R>(
        _ events: Int16, mayWait: Bool, timeout: Int64?, timeoutError: Errno = .EAGAIN, _ thread: Thread,
        _ attempt: () throws(Errno) -> R?
    ) throws(Errno) -> R {
        if let value = try attempt() { return value }
        guard mayWait else { throw timeoutError }
        let deadline = timeout.map { Deadline.after($0) }
        while true {
            thread.block.clearWake()
            var hosts = HostPollSet()
            hosts.add(descriptor, PollEvents(UInt16(bitPattern: events)))
            let result = thread.sleep(orHost: &hosts, until: deadline)
            if let value = try attempt() { return value }
            switch result {
            case .woken: continue
            case .timedOut: throw timeoutError
            case .interrupted: throw thread.interrupted(timeout == nil ? .ifHandlerAllows : .never)
            }
        }
    }

    // MARK: names and connections

    override func shutdown(_ how: Int32) throws(Errno) { try kernel.host.shutdown(descriptor, how) }
    override func localAddress() throws(Errno) -> [UInt8] {
        try kernel.host.address(of: descriptor, isPeer: false, domain: domain)
    }
    override func peerAddress() throws(Errno) -> [UInt8] { try kernel.host.address(of: descriptor, isPeer: true, domain: domain) }

    /// A connection that is there; nil where there is none.
    func acceptNow(flags: Int32) throws(Errno) -> HostSocket? {
        do throws(Errno) {
            let accepted = try kernel.host.acceptSocket(descriptor)
            return HostSocket(accepted, domain: domain, type: type, protocolNumber: protocolNumber, flags: flags)
        } catch {
            if error == .EAGAIN { return nil }
            throw error
        }
    }

    override func connect(_ address: [UInt8], _ thread: Thread) throws(Errno) {
        guard ownership == .made else { throw .EISCONN }
        // The host answers EINPROGRESS at first and EALREADY while it lasts; a program that does not wait is told the same.
        var first: Errno = .EINPROGRESS
        let done = try wait(
            Poll.POLLOUT, mayWait: !isNonblocking, timeout: sendTimeout, timeoutError: .EINPROGRESS, thread
        ) { () throws(Errno) -> Bool? in
            do throws(Errno) { try kernel.host.connect(descriptor, address) } catch {
                if error == .EINPROGRESS { return nil }
                if error == .EALREADY {
                    first = .EALREADY
                    return isNonblocking ? false : nil
                }
                throw error
            }
            return true
        }
        if !done { throw first }
    }

    // MARK: data

    private static let sendFlags =
        SocketMessage.MSG_OOB | SocketMessage.MSG_DONTROUTE | SocketMessage.MSG_EOR | SocketMessage.MSG_MORE | SocketMessage.MSG_CONFIRM
    private static let receiveFlags =
        SocketMessage.MSG_OOB | SocketMessage.MSG_PEEK | SocketMessage.MSG_TRUNC | SocketMessage.MSG_ERRQUEUE

    override func send(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int {
        let flags = request.flags & HostSocket.sendFlags | SocketMessage.MSG_NOSIGNAL | SocketMessage.MSG_DONTWAIT
        let mayWait = !mustNotWait(request.flags)
        var done = 0
        do throws(Errno) {
            repeat {
                done += try wait(Poll.POLLOUT, mayWait: mayWait, timeout: sendTimeout, thread) { () throws(Errno) -> Int? in
                    do throws(Errno) { return try sendOnce(&buffer, request, flags) } catch {
                        if error == .EAGAIN { return nil }
                        throw error
                    }
                }
            } while isStream && !buffer.isEmpty
        } catch {
            if done > 0 { return done }
            if error == .EPIPE && isStream && request.flags & SocketMessage.MSG_NOSIGNAL == 0 { BrokenPipe.signal(thread) }
            throw error
        }
        return done
    }

    private func sendOnce(_ buffer: inout IOBuffer, _ request: SendRequest, _ flags: Int32) throws(Errno) -> Int {
        let host = kernel.host
        if request.address == nil && request.hostControl.isEmpty, let range = buffer.nextGuestRange(), range.count == buffer.remaining {
            let n = try host.send(descriptor, range.address, range.count, flags: flags)
            buffer.consume(n)
            return n
        }
        var message = HostMessage()
        message.name = request.address ?? []
        message.control = request.hostControl
        guard let ranges = buffer.guestRanges(limit: 1024) else { return try sendKernelBytes(&buffer, message, flags) }
        for range in ranges { message.add(range) }
        let n = try host.transfer(descriptor, &message, isSend: true, flags: flags, limit: buffer.remaining)
        buffer.consumeAcross(n)
        return n
    }

    /// sendfile and splice bring bytes of the kernel.
    private func sendKernelBytes(_ buffer: inout IOBuffer, _ template: HostMessage, _ flags: Int32) throws(Errno) -> Int {
        var copy = buffer
        var bytes = try copy.takeBytes(min(buffer.remaining, 65536))
        let count = bytes.count
        let host = kernel.host
        var result = 0
        var failure: Errno?
        Machine.withAddress(of: &bytes) { address in
            do throws(Errno) { result = try host.send(descriptor, address, count, flags: flags) } catch { failure = error }
        }
        if let failure { throw failure }
        _ = try buffer.takeBytes(result)
        return result
    }

    override func receive(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int {
        let flags = request.flags & HostSocket.receiveFlags | SocketMessage.MSG_DONTWAIT
        let isQueueOfErrors = request.flags & SocketMessage.MSG_ERRQUEUE != 0
        let mayWait = !mustNotWait(request.flags) && !isQueueOfErrors
        let waitsForAll = isStream && request.flags & SocketMessage.MSG_WAITALL != 0 && request.flags & SocketMessage.MSG_PEEK == 0
        let events = request.flags & SocketMessage.MSG_OOB != 0 ? Poll.POLLPRI : Poll.POLLIN
        var done = 0
        do throws(Errno) {
            repeat {
                let n = try wait(events, mayWait: mayWait, timeout: receiveTimeout, thread) { () throws(Errno) -> Int? in
                    do throws(Errno) { return try receiveOnce(&buffer, &request, flags) } catch {
                        if error == .EAGAIN { return nil }
                        throw error
                    }
                }
                done += n
                if n == 0 { break }
            } while waitsForAll && !buffer.isEmpty
        } catch {
            if done > 0 { return done }
            throw error
        }
        return done
    }

    private func receiveOnce(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ flags: Int32) throws(Errno) -> Int {
        let host = kernel.host
        let room = buffer.remaining
        let limit = flags & SocketMessage.MSG_TRUNC != 0 ? max(room, 1 << 30) : room
        let isPlain = isStream || !(request.wantsAddress || request.wantsFlags || request.controlRoom > 0)
        if isPlain && request.flags & SocketMessage.MSG_ERRQUEUE == 0, let range = buffer.nextGuestRange(), range.count == room {
            let n = try host.receive(descriptor, range.address, range.count, flags: flags, limit: limit)
            buffer.consume(n)
            return n
        }
        var message = HostMessage()
        if request.wantsAddress { message.name = [UInt8](repeating: 0, count: 128) }
        // The other end of a stream may send descriptors of the host: without room for them the host drops them.
        if request.controlRoom > 0 && ownership == .made { message.control = [UInt8](repeating: 0, count: min(request.controlRoom, 4096)) }
        guard let ranges = buffer.guestRanges(limit: 1024) else { return try receiveKernelBytes(&buffer, flags) }
        for range in ranges { message.add(range) }
        let n = try host.transfer(descriptor, &message, isSend: false, flags: flags, limit: limit)
        buffer.consumeAcross(min(n, room))
        request.address = try Host.checkedAddress(message.name, UInt32(message.name.count), domain)
        request.outFlags =
            message.flags
            & (SocketMessage.MSG_TRUNC | SocketMessage.MSG_CTRUNC | SocketMessage.MSG_OOB | SocketMessage.MSG_EOR
                | SocketMessage.MSG_ERRQUEUE)
        request.control = HostSocket.checkedControl(message.control)
        return n
    }

    private func receiveKernelBytes(_ buffer: inout IOBuffer, _ flags: Int32) throws(Errno) -> Int {
        var bytes = [UInt8](repeating: 0, count: min(buffer.remaining, 65536))
        let count = bytes.count
        let host = kernel.host
        var result = 0
        var failure: Errno?
        Machine.withAddress(of: &bytes) { address in
            do throws(Errno) { result = try host.receive(descriptor, address, count, flags: flags, limit: count) } catch { failure = error }
        }
        if let failure { throw failure }
        return try buffer.put(bytes, from: 0, result)
    }

    /// Whole messages of the levels a program may see. Descriptors of the host never get through.
    private static func checkedControl(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var offset = 0
        while bytes.count - offset >= CmsgHdr.size, let header = CmsgHdr(bytes: bytes, at: offset) {
            guard header.cmsg_len >= UInt64(CmsgHdr.size), header.cmsg_len <= UInt64(bytes.count - offset) else { break }
            let length = Int(header.cmsg_len)
            if header.cmsg_level != SocketOption.SOL_SOCKET || header.cmsg_type > SocketOption.SCM_PIDFD {
                result.append(contentsOf: bytes[offset..<(offset + length)])
                while result.count & 7 != 0 { result.append(0) }
            }
            offset += CmsgHdr.align(length)
        }
        return result
    }

    // MARK: options and ioctl

    override func option(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] {
        if level == SocketOption.SOL_SOCKET {
            if let value = commonOption(name) { return value }
            if name == SocketOption.SO_PEERCRED {
                return SocketValue.int(0) + SocketValue.int(-1) + SocketValue.int(-1)
            }
        }
        guard HostSocketOptions.isReadable(level, name) else { throw HostSocketOptions.readingRefusal(level) }
        return try kernel.host.socketOption(descriptor, level, name, room: min(room, 512))
    }

    override func setOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) {
        if level == SocketOption.SOL_SOCKET, try setCommonOption(name, value) { return }
        guard HostSocketOptions.isWritable(level, name) else { throw HostSocketOptions.refusal(level, name) }
        try kernel.host.setSocketOption(descriptor, level, name, value)
    }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        switch command {
        case Ioctl.FIONREAD, Ioctl.TIOCOUTQ, Ioctl.SIOCATMARK:
            try UserMemory.write(try kernel.host.socketNumber(descriptor, command), to: argument)
            return 0
        default: return try NetworkDevices.ioctl(command, argument, domain: domain)
        }
    }
}
