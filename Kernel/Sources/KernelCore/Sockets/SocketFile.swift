// SPDX-License-Identifier: Apache-2.0
//
// The description of a socket of any family: what the system calls need of one (socket(2), socket(7)).

import LinuxABI
import Machine

/// What is sent beside the bytes.
struct SendRequest {
    var flags: Int32 = 0
    /// The destination's `struct sockaddr`; nil where none was given.
    var address: [UInt8]?
    var files: [OpenFile] = []
    var credentials: Ucred?
    /// Control messages for the host, checked (internet sockets only).
    var hostControl: [UInt8] = []
    init(flags: Int32 = 0) { self.flags = flags }
}

/// What is received beside the bytes.
struct ReceiveRequest {
    var flags: Int32 = 0
    var wantsAddress = false
    /// Whether the caller looks at `outFlags`.
    var wantsFlags = false
    /// Room for control messages; 0 where the caller cannot take any.
    var controlRoom = 0
    // Results.
    var address: [UInt8] = []
    var outFlags: Int32 = 0
    var files: [OpenFile] = []
    var credentials: Ucred?
    /// Control messages as they go to the program (internet sockets).
    var control: [UInt8] = []
    init(flags: Int32 = 0) { self.flags = flags }
}

class SocketFile: OpenFile {
    let domain: Int32
    let type: Int32
    let protocolNumber: Int32
    /// SO_RCVTIMEO and SO_SNDTIMEO in nanoseconds; nil waits for ever.
    var receiveTimeout: Int64?
    var sendTimeout: Int64?

    init(domain: Int32, type: Int32, protocolNumber: Int32, flags: Int32) {
        self.domain = domain
        self.type = type
        self.protocolNumber = protocolNumber
        super.init(flags: Open.O_RDWR | flags & Open.O_NONBLOCK, inode: SocketInode(currentThread.process.credentials))
    }

    // MARK: to be overridden

    func bind(_ address: [UInt8], _ thread: Thread) throws(Errno) { throw .EOPNOTSUPP }
    func listen(_ backlog: Int32, _ thread: Thread) throws(Errno) { throw .EOPNOTSUPP }
    /// Waits for a connection and takes it.
    func accept(flags: Int32, _ thread: Thread) throws(Errno) -> SocketFile { throw .EOPNOTSUPP }
    func connect(_ address: [UInt8], _ thread: Thread) throws(Errno) { throw .EOPNOTSUPP }
    func localAddress() throws(Errno) -> [UInt8] { throw .EOPNOTSUPP }
    func peerAddress() throws(Errno) -> [UInt8] { throw .ENOTCONN }
    /// The peer's address for accept(2), which has it even when the peer is gone already.
    func acceptedAddress() throws(Errno) -> [UInt8] { try peerAddress() }
    func shutdown(_ how: Int32) throws(Errno) { throw .EOPNOTSUPP }
    func send(_ buffer: inout IOBuffer, _ request: SendRequest, _ thread: Thread) throws(Errno) -> Int { throw .EOPNOTSUPP }
    func receive(_ buffer: inout IOBuffer, _ request: inout ReceiveRequest, _ thread: Thread) throws(Errno) -> Int { throw .EOPNOTSUPP }
    func option(_ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] { throw .ENOPROTOOPT }
    func setOption(_ level: Int32, _ name: Int32, _ value: [UInt8], _ thread: Thread) throws(Errno) { throw .ENOPROTOOPT }

    // MARK: common

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if buffer.isEmpty { return 0 }
        var request = ReceiveRequest()
        return try receive(&buffer, &request, thread)
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        try send(&buffer, SendRequest(), thread)
    }
    override var linkText: [UInt8] {
        var text = [UInt8]("socket:[")
        text.append(decimal: Int(truncatingIfNeeded: inode?.number ?? 0))
        text.append(0x5d)
        return text
    }

    func mustNotWait(_ flags: Int32) -> Bool { isNonblocking || flags & SocketMessage.MSG_DONTWAIT != 0 }
    var receiveDeadline: Deadline? { receiveTimeout.map { .after($0) } }
    var sendDeadline: Deadline? { sendTimeout.map { .after($0) } }

    /// The options every family answers the same way; nil for the others.
    func commonOption(_ name: Int32) -> [UInt8]? {
        switch name {
        case SocketOption.SO_DOMAIN: return SocketValue.int(domain)
        case SocketOption.SO_TYPE: return SocketValue.int(type)
        case SocketOption.SO_PROTOCOL: return SocketValue.int(protocolNumber)
        case SocketOption.SO_RCVTIMEO, SocketOption.SO_RCVTIMEO_NEW: return SocketValue.time(receiveTimeout)
        case SocketOption.SO_SNDTIMEO, SocketOption.SO_SNDTIMEO_NEW: return SocketValue.time(sendTimeout)
        default: return nil
        }
    }
    /// True when the option was one of those.
    func setCommonOption(_ name: Int32, _ value: [UInt8]) throws(Errno) -> Bool {
        switch name {
        case SocketOption.SO_RCVTIMEO, SocketOption.SO_RCVTIMEO_NEW: receiveTimeout = try SocketValue.time(value)
        case SocketOption.SO_SNDTIMEO, SocketOption.SO_SNDTIMEO_NEW: sendTimeout = try SocketValue.time(value)
        case SocketOption.SO_DOMAIN, SocketOption.SO_TYPE, SocketOption.SO_PROTOCOL, SocketOption.SO_ERROR, SocketOption.SO_ACCEPTCONN:
            throw .ENOPROTOOPT
        default: return false
        }
        return true
    }
}

/// Values of socket options as bytes.
enum SocketValue {
    static func int(_ value: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        return bytes
    }
    static func int(_ bytes: [UInt8]) throws(Errno) -> Int32 {
        guard let value = bytes.littleEndian(Int32.self, at: 0) else { throw .EINVAL }
        return value
    }
    static func time(_ nanoseconds: Int64?) -> [UInt8] {
        var bytes: [UInt8] = []
        let value = nanoseconds ?? 0
        bytes.append(littleEndian: value / 1_000_000_000)
        bytes.append(littleEndian: value % 1_000_000_000 / 1000)
        return bytes
    }
    /// Zero means no limit, a negative number of seconds no waiting at all.
    static func time(_ bytes: [UInt8]) throws(Errno) -> Int64? {
        guard let seconds = bytes.littleEndian(Int64.self, at: 0), bytes.count >= 16,
            let microseconds = bytes.littleEndian(Int64.self, at: 8)
        else { throw .EINVAL }
        guard microseconds >= 0, microseconds < 1_000_000 else { throw .EDOM }
        if seconds < 0 { return 0 }
        if seconds == 0 && microseconds == 0 { return nil }
        return seconds > 4_000_000_000 ? nil : seconds * 1_000_000_000 + microseconds * 1000
    }
}

/// The nameless inode of a socket.
final class SocketInode: Inode {
    init(_ credentials: Credentials) {
        let fileSystem = kernel.channels.socketFS
        super.init(
            number: fileSystem.allocateNumber(), superblock: fileSystem, mode: FileMode.S_IFSOCK | 0o777, uid: credentials.fsuid,
            gid: credentials.fsgid)
        stampCreation()
    }
    // open(2) of a socket through /proc/PID/fd is ENXIO, which is what Inode answers.
}
