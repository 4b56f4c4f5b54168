// SPDX-License-Identifier: Apache-2.0
//
// send(2) and recv(2) in all their forms.

import LinuxABI
import Machine

extension Sockets {
    static func messageEntries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.sendto) { call throws(Errno) in try sendto(call) },
            SyscallEntry(SyscallNumber.recvfrom) { call throws(Errno) in try recvfrom(call) },
            SyscallEntry(SyscallNumber.sendmsg) { call throws(Errno) in
                try send(try get(call), call.a1, call.i2, call)
            },
            SyscallEntry(SyscallNumber.recvmsg) { call throws(Errno) in
                try receive(try get(call), call.a1, call.i2, call)
            },
            SyscallEntry(SyscallNumber.sendmmsg) { call throws(Errno) in try sendmmsg(call) },
            SyscallEntry(SyscallNumber.recvmmsg) { call throws(Errno) in try recvmmsg(call) },
        ]
    }

    private static func sendto(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        var request = SendRequest(flags: call.i3)
        if call.a4 != 0 { request.address = try readAddress(call.a4, call.i5) }
        return try file.send(&buffer, request, call.thread)
    }

    private static func recvfrom(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        var buffer = try IOBuffer(address: call.a1, count: call.a2)
        var request = ReceiveRequest(flags: call.i3)
        request.wantsAddress = call.a4 != 0
        let count = try file.receive(&buffer, &request, call.thread)
        // Without room for control messages descriptors are lost; a peer without a name has the length 0.
        if call.a4 != 0 { try writeAddress(request.address, call.a4, call.a5) }
        return count
    }

    private static func readSegments(_ header: Msghdr) throws(Errno) -> IOBuffer {
        guard header.msg_iovlen <= 1024 else { throw .EMSGSIZE }
        if header.msg_iovlen == 1 {
            let segment = try UserMemory.read(header.msg_iov, Iovec.self)
            guard segment.iov_len <= UInt64(Int.max) else { throw .EINVAL }
            return try IOBuffer(address: segment.iov_base, count: segment.iov_len)
        }
        var segments: [Iovec] = []
        for i in 0..<header.msg_iovlen { segments.append(try UserMemory.read(header.msg_iov &+ i * 16, Iovec.self)) }
        return try IOBuffer(segments)
    }

    private static func send(_ file: SocketFile, _ address: UInt64, _ flags: Int32, _ call: Call) throws(Errno) -> Int {
        let header = try UserMemory.read(address, Msghdr.self)
        var buffer = try readSegments(header)
        var request = SendRequest(flags: flags)
        if header.msg_name != 0 && header.msg_namelen != 0 {
            guard header.msg_namelen > 0 else { throw .EINVAL }
            request.address = try readAddress(header.msg_name, min(header.msg_namelen, 128))
        }
        if header.msg_controllen > 0 {
            guard header.msg_controllen <= UInt64(ControlMessages.maximumBytes) else { throw .ENOBUFS }
            let control = try UserMemory.readBytes(header.msg_control, Int(header.msg_controllen))
            try ControlMessages.parse(control, into: &request, isUnix: file.domain == SocketFamily.AF_UNIX, call)
        }
        if !request.files.isEmpty { try Flights.checkRoom(request.files.count) }
        return try file.send(&buffer, request, call.thread)
    }

    private static func receive(_ file: SocketFile, _ address: UInt64, _ flags: Int32, _ call: Call) throws(Errno) -> Int {
        var header = try UserMemory.read(address, Msghdr.self)
        guard header.msg_name == 0 || header.msg_namelen >= 0 else { throw .EINVAL }
        var buffer = try readSegments(header)
        var request = ReceiveRequest(flags: flags)
        request.wantsAddress = header.msg_name != 0
        request.wantsFlags = true
        request.controlRoom = header.msg_control == 0 ? 0 : Int(min(header.msg_controllen, UInt64(ControlMessages.maximumBytes)))
        let count = try file.receive(&buffer, &request, call.thread)
        let passes = (file as? UnixSocketFile)?.socket.passCredentials ?? false
        let control = ControlMessages.build(&request, passCredentials: passes, call)
        if !control.isEmpty { try UserMemory.writeBytes(control, to: header.msg_control) }
        if header.msg_name != 0 {
            try UserMemory.writeBytes(request.address, from: 0, min(request.address.count, Int(header.msg_namelen)), to: header.msg_name)
        }
        if header.msg_name != 0 { header.msg_namelen = Int32(request.address.count) }
        header.msg_controllen = UInt64(control.count)
        header.msg_flags = UInt32(bitPattern: request.outFlags | flags & SocketMessage.MSG_CMSG_CLOEXEC)
        try UserMemory.write(header, to: address)
        return count
    }

    // MARK: several messages

    private static func sendmmsg(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        let wanted = min(Int(call.u2), 1024)
        var done = 0
        while done < wanted {
            let address = call.a1 &+ UInt64(done) * 64
            do {
                let count = try send(file, address, call.i3, call)
                try UserMemory.write(UInt32(truncatingIfNeeded: count), to: address &+ 56)
            } catch {
                if done == 0 { throw error }
                break
            }
            done += 1
        }
        return done
    }

    private static func recvmmsg(_ call: Call) throws(Errno) -> Int {
        let file = try get(call)
        let deadline = try PollTimeout.read(call.a4)
        let wanted = min(Int(call.u2), 1024)
        var flags = call.i3 & ~SocketMessage.MSG_WAITFORONE
        var done = 0
        while done < wanted {
            let address = call.a1 &+ UInt64(done) * 64
            do {
                let count = try receive(file, address, flags, call)
                try UserMemory.write(UInt32(truncatingIfNeeded: count), to: address &+ 56)
            } catch {
                if done == 0 { throw error }
                break
            }
            done += 1
            if call.i3 & SocketMessage.MSG_WAITFORONE != 0 { flags |= SocketMessage.MSG_DONTWAIT }
            // Linux looks at the time between messages only (recvmmsg(2), BUGS).
            if let deadline, deadline.hasPassed { break }
        }
        if let deadline { try UserMemory.write(PollTimeout.remaining(deadline), to: call.a4) }
        return done
    }
}
