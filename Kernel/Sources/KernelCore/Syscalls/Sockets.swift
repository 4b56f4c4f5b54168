// SPDX-License-Identifier: Apache-2.0
//
// Making, naming and connecting sockets: socket(2), socketpair(2), bind(2), listen(2), accept(2), connect(2), getsockname(2),
// getpeername(2), getsockopt(2), shutdown(2).

import LinuxABI
import Machine

public enum Sockets {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.socket) { call throws(Errno) in try socket(call) },
            SyscallEntry(SyscallNumber.socketpair) { call throws(Errno) in try socketpair(call) },
            SyscallEntry(SyscallNumber.bind) { call throws(Errno) in
                let file = try get(call)
                try file.bind(try readAddress(call.a1, call.i2), call.thread)
                return 0
            },
            SyscallEntry(SyscallNumber.listen) { call throws(Errno) in
                try get(call).listen(call.i1, call.thread)
                return 0
            },
            SyscallEntry(SyscallNumber.accept) { call throws(Errno) in try accept(call, flags: 0) },
            SyscallEntry(SyscallNumber.accept4) { call throws(Errno) in try accept(call, flags: call.i3) },
            SyscallEntry(SyscallNumber.connect) { call throws(Errno) in
                let file = try get(call)
                try file.connect(try readAddress(call.a1, call.i2), call.thread)
                return 0
            },
            SyscallEntry(SyscallNumber.getsockname) { call throws(Errno) in
                try writeAddress(try get(call).localAddress(), call.a1, call.a2)
                return 0
            },
            SyscallEntry(SyscallNumber.getpeername) { call throws(Errno) in
                try writeAddress(try get(call).peerAddress(), call.a1, call.a2)
                return 0
            },
            SyscallEntry(SyscallNumber.shutdown) { call throws(Errno) in
                try get(call).shutdown(call.i1)
                return 0
            },
            SyscallEntry(SyscallNumber.getsockopt) { call throws(Errno) in try getOption(call) },
            SyscallEntry(SyscallNumber.setsockopt) { call throws(Errno) in try setOption(call) },
        ] + messageEntries()
    }

    static func get(_ call: Call) throws(Errno) -> SocketFile {
        guard let file = try call.files.real(call.i0) as? SocketFile else { throw .ENOTSOCK }
        return file
    }

    // MARK: addresses

    /// `struct sockaddr` as the bytes the program gave.
    static func readAddress(_ address: UInt64, _ length: Int32) throws(Errno) -> [UInt8] {
        guard length >= 0, length <= 128 else { throw .EINVAL }
        return length == 0 ? [] : try UserMemory.readBytes(address, Int(length))
    }

    /// Writes as much as fits into what `lengthAddress` says, and the full length there.
    static func writeAddress(_ bytes: [UInt8], _ address: UInt64, _ lengthAddress: UInt64) throws(Errno) {
        let room = try UserMemory.read(lengthAddress, Int32.self)
        guard room >= 0 else { throw .EINVAL }
        try UserMemory.writeBytes(bytes, from: 0, min(Int(room), bytes.count), to: address)
        try UserMemory.write(Int32(bytes.count), to: lengthAddress)
    }

    // MARK: making

    private static func split(_ type: Int32) throws(Errno) -> (type: Int32, flags: Int32) {
        let flags = type & ~SocketType.SOCK_TYPE_MASK
        guard flags & ~(SocketType.SOCK_CLOEXEC | SocketType.SOCK_NONBLOCK) == 0 else { throw .EINVAL }
        let kind = type & SocketType.SOCK_TYPE_MASK
        guard kind > 0, kind < 11 else { throw .EINVAL }
        return (kind, flags)
    }

    private static func unixType(_ type: Int32, _ protocolNumber: Int32) throws(Errno) -> Int32 {
        guard protocolNumber == 0 || protocolNumber == SocketFamily.AF_UNIX else { throw .EPROTONOSUPPORT }
        switch type {
        case SocketType.SOCK_STREAM, SocketType.SOCK_DGRAM, SocketType.SOCK_SEQPACKET: return type
        case SocketType.SOCK_RAW: return SocketType.SOCK_DGRAM
        default: throw .ESOCKTNOSUPPORT
        }
    }

    private static func socket(_ call: Call) throws(Errno) -> Int {
        let (type, flags) = try split(call.i1)
        let file: SocketFile
        switch call.i0 {
        case SocketFamily.AF_UNIX:
            file = UnixSocketFile(UnixSocket(type: try unixType(type, call.i2)), flags: flags)
        case SocketFamily.AF_INET, SocketFamily.AF_INET6:
            file = try InetSocket.open(call.i0, type, call.i2, flags: flags, call.thread)
        case SocketFamily.AF_NETLINK: file = try NetlinkSocket.open(type, call.i2, flags: flags)
        default: throw .EAFNOSUPPORT
        }
        return try install(file, flags, call)
    }

    private static func install(_ file: SocketFile, _ flags: Int32, _ call: Call) throws(Errno) -> Int {
        Int(try call.files.add(file, closeOnExec: flags & SocketType.SOCK_CLOEXEC != 0, limit: call.process.limits.openFiles))
    }

    private static func socketpair(_ call: Call) throws(Errno) -> Int {
        let (type, flags) = try split(call.i1)
        switch call.i0 {
        case SocketFamily.AF_UNIX: break
        case SocketFamily.AF_INET, SocketFamily.AF_INET6, SocketFamily.AF_NETLINK: throw .EOPNOTSUPP
        default: throw .EAFNOSUPPORT
        }
        let kind = try unixType(type, call.i2)
        let a = UnixSocket(type: kind)
        let b = UnixSocket(type: kind)
        UnixSocket.pair(a, b, call.thread)
        let first = UnixSocketFile(a, flags: flags)
        let second = UnixSocketFile(b, flags: flags)
        let pair = try DescriptorPair.add(first, second, closeOnExec: flags & SocketType.SOCK_CLOEXEC != 0, call)
        do { try UserMemory.write(pair, to: call.a3) } catch {
            _ = try call.files.remove(pair.first)
            _ = try call.files.remove(pair.second)
            throw error
        }
        return 0
    }

    private static func accept(_ call: Call, flags: Int32) throws(Errno) -> Int {
        guard flags & ~(SocketType.SOCK_CLOEXEC | SocketType.SOCK_NONBLOCK) == 0 else { throw .EINVAL }
        let listener = try get(call)
        // A connection must not be lost because there is no number for it.
        _ = try call.files.remove(try call.files.add(listener, closeOnExec: false, limit: call.process.limits.openFiles))
        let file = try listener.accept(flags: flags, call.thread)
        if call.a1 != 0 {
            // The peer may be gone already.
            var address: [UInt8]
            do { address = try file.acceptedAddress() } catch { address = [UInt8(truncatingIfNeeded: file.domain), 0] }
            try writeAddress(address, call.a1, call.a2)
        }
        return try install(file, flags, call)
    }

    // MARK: options

    private static func getOption(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        let room = try UserMemory.read(call.a4, Int32.self)
        guard room >= 0 else { throw .EINVAL }
        let value = try file.option(call.i1, call.i2, room: Int(min(room, 65536)))
        let count = min(Int(room), value.count)
        try UserMemory.writeBytes(value, from: 0, count, to: call.a3)
        try UserMemory.write(Int32(count), to: call.a4)
        return 0
    }

    private static func setOption(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        guard call.i4 >= 0 else { throw .EINVAL }
        let value = try UserMemory.readBytes(call.a3, min(Int(call.i4), 4096))
        try file.setOption(call.i1, call.i2, value, call.thread)
        return 0
    }
}
