// SPDX-License-Identifier: Apache-2.0
//
// Typed host calls of sockets and of waiting for host descriptors. Descriptors the host gives are only checked to be numbers: what
// stands behind one is the host's to say anyway.

import LinuxABI
import Machine

extension Host {
    func close(_ descriptor: Int32) {
        _ = raw.call(3, UInt64(bitPattern: Int64(descriptor)))
    }
    func duplicate(_ descriptor: Int32) throws(Errno) -> Int32 {
        // F_DUPFD_CLOEXEC
        try made(raw.call(72, UInt64(bitPattern: Int64(descriptor)), 1030, 0))
    }
    static let maximumDescriptor: Int64 = 0x7fff_ffff

    // MARK: epoll

    func epollCreate() throws(Errno) -> Int32 {
        try made(raw.call(291, 0o2000000))
    }
    func epollControl(_ set: Int32, _ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ number: UInt64) throws(Errno) {
        var event = EpollEvent(events: events, data: number)
        let result = Machine.withAddress(of: &event) {
            raw.call(233, UInt64(bitPattern: Int64(set)), UInt64(operation), UInt64(bitPattern: Int64(descriptor)), $0)
        }
        _ = try check(result, limit: 0)
    }
    /// What is ready now, without waiting.
    func epollWait(_ set: Int32, _ events: inout [UInt8], _ maximum: Int) throws(Errno) -> Int {
        let result = Machine.withAddress(of: &events) {
            raw.call(281, UInt64(bitPattern: Int64(set)), $0, UInt64(maximum), 0, 0, 8)
        }
        if result == -4 { return 0 }
        return try check(result, limit: Int64(maximum))
    }
}

// MARK: sockets
extension Host {
    private func descriptor(_ value: Int32) -> UInt64 { UInt64(bitPattern: Int64(value)) }

    /// Always non-blocking and close-on-exec on the host's side.
    func socket(_ domain: Int32, _ type: Int32, _ protocolNumber: Int32) throws(Errno) -> Int32 {
        let flags = SocketType.SOCK_NONBLOCK | SocketType.SOCK_CLOEXEC
        return try made(raw.call(41, descriptor(domain), descriptor(type | flags), descriptor(protocolNumber)))
    }
    func acceptSocket(_ socket: Int32) throws(Errno) -> Int32 {
        let flags = SocketType.SOCK_NONBLOCK | SocketType.SOCK_CLOEXEC
        return try made(raw.call(288, descriptor(socket), 0, 0, descriptor(flags)))
    }
    func bind(_ socket: Int32, _ address: [UInt8]) throws(Errno) {
        var bytes = address
        let count = UInt64(bytes.count)
        _ = try check(Machine.withAddress(of: &bytes) { raw.call(49, descriptor(socket), $0, count) }, limit: 0)
    }
    func connect(_ socket: Int32, _ address: [UInt8]) throws(Errno) {
        var bytes = address
        let count = UInt64(bytes.count)
        _ = try check(Machine.withAddress(of: &bytes) { raw.call(42, descriptor(socket), $0, count) }, limit: 0)
    }
    func listen(_ socket: Int32, _ backlog: Int32) throws(Errno) {
        _ = try check(raw.call(50, descriptor(socket), descriptor(backlog)), limit: 0)
    }
    func shutdown(_ socket: Int32, _ how: Int32) throws(Errno) {
        _ = try check(raw.call(48, descriptor(socket), descriptor(how)), limit: 0)
    }

    /// getsockname(2) or getpeername(2). An address of another family than the socket's is a lie.
    func address(of socket: Int32, isPeer: Bool, domain: Int32) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length: UInt32 = 128
        let result = Machine.withAddress(of: &bytes) { at in
            Machine.withAddress(of: &length) { raw.call(isPeer ? 52 : 51, descriptor(socket), at, $0) }
        }
        _ = try check(result, limit: 0)
        return try Host.checkedAddress(bytes, length, domain)
    }
    static func checkedAddress(_ bytes: [UInt8], _ length: UInt32, _ domain: Int32) throws(Errno) -> [UInt8] {
        guard length <= 128, length <= bytes.count else { throw .EIO }
        if length == 0 { return [] }
        guard length >= 2, let family = bytes.littleEndian(UInt16.self, at: 0), Int32(family) == domain else { throw .EIO }
        return [UInt8](bytes.prefix(Int(length)))
    }

    func socketOption(_ socket: Int32, _ level: Int32, _ name: Int32, room: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(room, 4))
        var length = UInt32(room)
        let result = Machine.withAddress(of: &bytes) { at in
            Machine.withAddress(of: &length) { raw.call(55, descriptor(socket), descriptor(level), descriptor(name), at, $0) }
        }
        _ = try check(result, limit: 0)
        guard length <= room else { throw .EIO }
        return [UInt8](bytes.prefix(Int(length)))
    }
    func setSocketOption(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: [UInt8]) throws(Errno) {
        var bytes = value
        let count = UInt64(bytes.count)
        let result = Machine.withAddress(of: &bytes) { raw.call(54, descriptor(socket), descriptor(level), descriptor(name), $0, count) }
        _ = try check(result, limit: 0)
    }
    /// FIONREAD, TIOCOUTQ, SIOCATMARK: ioctls that give one int.
    func socketNumber(_ socket: Int32, _ command: UInt32) throws(Errno) -> Int32 {
        var value: Int32 = 0
        let result = Machine.withAddress(of: &value) { raw.call(16, descriptor(socket), UInt64(command), $0) }
        _ = try check(result, limit: 0)
        guard value >= 0 else { throw .EIO }
        return value
    }

    // MARK: data. Without the kernel lock, directly from and to the guest's memory, whose range was checked.

    func send(_ socket: Int32, _ from: UInt64, _ count: Int, flags: Int32) throws(Errno) -> Int {
        try check(raw.unlocked(44, descriptor(socket), from, UInt64(count), descriptor(flags)), limit: Int64(count))
    }
    /// `limit` is the largest true answer: more than `count` with MSG_TRUNC.
    func receive(_ socket: Int32, _ to: UInt64, _ count: Int, flags: Int32, limit: Int) throws(Errno) -> Int {
        try check(raw.unlocked(45, descriptor(socket), to, UInt64(count), descriptor(flags)), limit: Int64(limit))
    }

    /// sendmsg(2) and recvmsg(2) over the structures in `message`.
    func transfer(_ socket: Int32, _ message: inout HostMessage, isSend: Bool, flags: Int32, limit: Int) throws(Errno) -> Int {
        let raw = self.raw
        let nameCount = message.name.count
        let controlCount = message.control.count
        let segmentCount = message.segments.count / 16
        var header = Msghdr()
        let result = Machine.withAddress(of: &message.name) { name in
            Machine.withAddress(of: &message.segments) { segments in
                Machine.withAddress(of: &message.control) { control in
                    header = Msghdr(
                        msg_name: nameCount == 0 ? 0 : name, msg_namelen: Int32(nameCount), msg_iov: segments,
                        msg_iovlen: UInt64(segmentCount), msg_control: controlCount == 0 ? 0 : control,
                        msg_controllen: UInt64(controlCount))
                    return Machine.withAddress(of: &header) {
                        raw.unlocked(isSend ? 46 : 47, descriptor(socket), $0, descriptor(flags))
                    }
                }
            }
        }
        let done = try check(result, limit: Int64(limit))
        if isSend { return done }
        guard header.msg_namelen >= 0, Int(header.msg_namelen) <= nameCount, header.msg_controllen <= UInt64(controlCount) else {
            throw .EIO
        }
        message.name.removeLast(nameCount - Int(header.msg_namelen))
        message.control.removeLast(controlCount - Int(header.msg_controllen))
        message.flags = Int32(bitPattern: header.msg_flags)
        return done
    }
}

/// The parts of a `struct msghdr` as bytes in kernel memory; the segments point to guest memory.
struct HostMessage {
    var name: [UInt8] = []
    var segments: [UInt8] = []
    var control: [UInt8] = []
    var flags: Int32 = 0

    mutating func add(_ segment: Iovec) {
        segments.append(littleEndian: segment.iov_base)
        segments.append(littleEndian: segment.iov_len)
    }
}
