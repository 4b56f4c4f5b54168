// SPDX-License-Identifier: Apache-2.0
//
// The description of an AF_UNIX socket: what the system calls see of it.

import LinuxABI
import Machine

final class UnixSocketFile: SocketFile {
    let socket: UnixSocket
    private var options = RememberedOptions()

    init(_ socket: UnixSocket, flags: Int32) {
        self.socket = socket
        super.init(domain: SocketFamily.AF_UNIX, type: socket.type, protocolNumber: 0, flags: flags)
    }

    deinit {
        socket.close()
        Flights.socketReleased()
    }

    override func bind(_ address: [UInt8], _ thread: Thread) throws(Errno) { try socket.bind(address, thread) }
    override func listen(_ backlog: Int32, _ thread: Thread) throws(Errno) { try socket.listen(backlog, thread) }
    override func connect(_ address: [UInt8], _ thread: Thread) throws(Errno) { try socket.connect(address, self, thread) }
    override func shutdown(_ how: Int32) throws(Errno) { try socket.shutdown(how) }
    override func localAddress() throws(Errno) -> [UInt8] { socket.address }
    override func peerAddress() throws(Errno) -> [UInt8] {
        guard let peer = socket.peer else { throw .ENOTCONN }
        return peer.address
    }

    override func accept(flags: Int32, _ thread: Thread) throws(Errno) -> SocketFile {
        try socket.awaitConnection(self, thread)
        return UnixSocketFile(socket.takeConnection(), flags: flags)
    }

    override func send(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int {
        guard request.flags & SocketMessage.MSG_OOB == 0 else { throw .EOPNOTSUPP }
        if socket.isStream {
            if request.address != nil { throw socket.state == .connected ? .EISCONN : .EOPNOTSUPP }
            return try socket.sendStream(&buffer, request, self, thread)
        }
        if !socket.isDatagram && socket.state != .connected { throw .ENOTCONN }
        if socket.isDatagram && socket.passCredentials && !socket.isBound { try socket.bindAutomatically() }
        guard socket.isDatagram, let address = request.address else {
            return try socket.sendMessage(&buffer, request, to: nil, self, thread)
        }
        guard buffer.remaining <= socket.sendLimit - 32 else { throw .EMSGSIZE }
        return try socket.sendMessage(&buffer, request, to: try socket.find(address, thread), self, thread)
    }

    override func receive(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int {
        guard request.flags & SocketMessage.MSG_OOB == 0 else { throw .EOPNOTSUPP }
        return socket.isStream
            ? try socket.receiveStream(&buffer, &request, self, thread) : try socket.receiveMessage(&buffer, &request, self, thread)
    }

    override func poll() -> PollEvents { socket.poll() }
    override var waitQueue: WaitQueue? { socket.queue }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        let value: Int
        switch command {
        case Ioctl.FIONREAD:
            guard socket.state != .listening else { throw .EINVAL }
            value = socket.isDatagram ? socket.messages.first?.length ?? 0 : socket.ring.count
        case Ioctl.TIOCOUTQ: value = socket.unread
        default: return try NetworkDevices.ioctl(command, argument, domain: domain)
        }
        try UserMemory.write(Int32(truncatingIfNeeded: value), to: argument)
        return 0
    }

    // MARK: options

    override func option(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] {
        guard level == SocketOption.SOL_SOCKET else { throw .EOPNOTSUPP }
        if let value = commonOption(name) { return value }
        switch name {
        case SocketOption.SO_ERROR: return SocketValue.int(socket.takeError()?.rawValue ?? 0)
        case SocketOption.SO_ACCEPTCONN: return SocketValue.int(socket.state == .listening ? 1 : 0)
        case SocketOption.SO_PASSCRED: return SocketValue.int(socket.passCredentials ? 1 : 0)
        case SocketOption.SO_SNDBUF: return SocketValue.int(Int32(socket.sendLimit))
        case SocketOption.SO_RCVBUF: return SocketValue.int(Int32(socket.receiveLimit))
        case SocketOption.SO_PEERCRED:
            var bytes: [UInt8] = []
            bytes.append(littleEndian: socket.peerCredentials.pid)
            bytes.append(littleEndian: socket.peerCredentials.uid)
            bytes.append(littleEndian: socket.peerCredentials.gid)
            return bytes
        case SocketOption.SO_PEERNAME: return try peerAddress()
        default: return try options.value(name)
        }
    }

    override func setOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) {
        guard level == SocketOption.SOL_SOCKET else { throw .EOPNOTSUPP }
        if try setCommonOption(name, value) { return }
        switch name {
        case SocketOption.SO_PASSCRED: socket.passCredentials = try SocketValue.int(value) != 0
        case SocketOption.SO_SNDBUF, SocketOption.SO_SNDBUFFORCE:
            socket.sendLimit = RememberedOptions.bufferSize(try SocketValue.int(value), minimum: 4608)
            socket.queue.notifyAll(UnixSocket.writeEvents)
        case SocketOption.SO_RCVBUF, SocketOption.SO_RCVBUFFORCE:
            socket.receiveLimit = RememberedOptions.bufferSize(try SocketValue.int(value), minimum: 2304)
        case SocketOption.SO_PEERCRED, SocketOption.SO_PEERNAME: throw .ENOPROTOOPT
        default: try options.set(name, value)
        }
    }
}

/// Options that only have to be remembered (socket(7)): they change nothing inside the enclave.
struct RememberedOptions {
    private var values: [(name: Int32, value: Int32)] = []
    private var linger: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

    private enum Kind {
        case flag
        case number
        case linger
        case unknown
    }
    private static func kind(_ name: Int32) -> Kind {
        switch name {
        case SocketOption.SO_DEBUG, SocketOption.SO_REUSEADDR, SocketOption.SO_DONTROUTE, SocketOption.SO_BROADCAST,
            SocketOption.SO_KEEPALIVE, SocketOption.SO_OOBINLINE, SocketOption.SO_NO_CHECK, SocketOption.SO_BSDCOMPAT,
            SocketOption.SO_REUSEPORT, SocketOption.SO_TIMESTAMP_OLD, SocketOption.SO_TIMESTAMPNS_OLD, SocketOption.SO_PASSSEC,
            SocketOption.SO_RXQ_OVFL, SocketOption.SO_NOFCS, SocketOption.SO_LOCK_FILTER, SocketOption.SO_TIMESTAMP_NEW,
            SocketOption.SO_PASSPIDFD:
            .flag
        case SocketOption.SO_PRIORITY, SocketOption.SO_RCVLOWAT, SocketOption.SO_MARK, SocketOption.SO_TIMESTAMPING_OLD,
            SocketOption.SO_PEEK_OFF, SocketOption.SO_BUSY_POLL, SocketOption.SO_MAX_PACING_RATE, SocketOption.SO_INCOMING_CPU,
            SocketOption.SO_SNDLOWAT:
            .number
        case SocketOption.SO_LINGER: .linger
        default: .unknown
        }
    }

    func value(_ name: Int32) throws(Errno) -> [UInt8] {
        switch RememberedOptions.kind(name) {
        case .unknown: throw .ENOPROTOOPT
        case .linger: return linger
        case .flag, .number:
            if let known = values.first(where: { $0.name == name }) { return SocketValue.int(known.value) }
            switch name {
            case SocketOption.SO_RCVLOWAT, SocketOption.SO_SNDLOWAT: return SocketValue.int(1)
            case SocketOption.SO_PEEK_OFF, SocketOption.SO_MAX_PACING_RATE, SocketOption.SO_INCOMING_CPU: return SocketValue.int(-1)
            default: return SocketValue.int(0)
            }
        }
    }

    mutating func set(_ name: Int32, _ bytes: [UInt8]) throws(Errno) {
        let kind = RememberedOptions.kind(name)
        guard kind != .unknown, name != SocketOption.SO_SNDLOWAT else { throw .ENOPROTOOPT }
        var value = try SocketValue.int(bytes)
        if kind == .linger {
            guard bytes.count >= 8 else { throw .EINVAL }
            linger = [UInt8](bytes.prefix(8))
            return
        }
        if kind == .flag { value = value != 0 ? 1 : 0 }
        values.removeAll { $0.name == name }
        values.append((name, value))
    }

    /// Linux doubles what it is asked for, within bounds (socket(7), SO_SNDBUF).
    static func bufferSize(_ asked: Int32, minimum: Int) -> Int {
        max(minimum, min(Int(asked < 0 ? Int32.max : asked), UnixSocket.defaultLimit) * 2)
    }
}
