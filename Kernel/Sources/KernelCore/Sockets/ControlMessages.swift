// SPDX-License-Identifier: Apache-2.0
//
// Control messages of sendmsg(2) and recvmsg(2): descriptors and credentials (cmsg(3), unix(7)).

import LinuxABI
import Machine

enum ControlMessages {
    static let maximumBytes = 65536

    /// Reads what a program sends into `request`.
    static func parse(_ bytes: [UInt8], into request: inout SendRequest, isUnix: Bool, _ call: Call) throws(Errno) {
        var offset = 0
        while bytes.count - offset >= CmsgHdr.size, let header = CmsgHdr(bytes: bytes, at: offset) {
            guard header.cmsg_len >= UInt64(CmsgHdr.size), header.cmsg_len <= UInt64(bytes.count - offset) else { throw .EINVAL }
            let length = Int(header.cmsg_len)
            let data = (offset + CmsgHdr.size)..<(offset + length)
            if header.cmsg_level == SocketOption.SOL_SOCKET {
                switch header.cmsg_type {
                case SocketOption.SCM_RIGHTS where isUnix: try parseRights(bytes, data, &request, call)
                case SocketOption.SCM_CREDENTIALS where isUnix: try parseCredentials(bytes, data, &request, call)
                // Linux overlooks both on sockets of other families.
                case SocketOption.SCM_RIGHTS, SocketOption.SCM_CREDENTIALS: break
                default: throw .EINVAL
                }
            } else if !isUnix {
                switch header.cmsg_level {
                case SocketOption.SOL_IP, SocketOption.SOL_IPV6, SocketOption.SOL_UDP:
                    request.hostControl.append(contentsOf: bytes[offset..<(offset + length)])
                    while request.hostControl.count & 7 != 0 { request.hostControl.append(0) }
                default: break
                }
            }
            offset += CmsgHdr.align(length)
        }
    }

    private static func parseRights(_ bytes: [UInt8], _ data: Range<Int>, _ request: inout SendRequest, _ call: Call) throws(Errno) {
        let count = data.count / 4
        guard request.files.count + count <= Int(SocketOption.SCM_MAX_FD) else { throw .EINVAL }
        for i in 0..<count {
            guard let descriptor = bytes.littleEndian(Int32.self, at: data.lowerBound + i * 4) else { throw .EINVAL }
            request.files.append(try call.files.get(descriptor))
        }
    }

    private static func parseCredentials(
        _ bytes: [UInt8], _ data: Range<Int>, _ request: inout SendRequest, _ call: Call
    ) throws(Errno) {
        guard data.count == 12, let pid = bytes.littleEndian(Int32.self, at: data.lowerBound),
            let uid = bytes.littleEndian(UInt32.self, at: data.lowerBound + 4),
            let gid = bytes.littleEndian(UInt32.self, at: data.lowerBound + 8)
        else { throw .EINVAL }
        let own = call.process.credentials
        if !own.isPrivileged {
            guard pid == call.process.pid, uid == own.uid || uid == own.euid || uid == own.suid,
                gid == own.gid || gid == own.egid || gid == own.sgid
            else { throw .EPERM }
        } else if pid != call.process.pid && kernel.processes.process(pid) == nil {
            throw .ESRCH
        }
        request.credentials = Ucred(pid: pid, uid: uid, gid: gid)
    }

    /// What a program receives, at most `request.controlRoom` bytes; descriptors are added to its table. Sets MSG_CTRUNC where it is cut.
    static func build(_ request: inout ReceiveRequest, passCredentials: Bool, _ call: Call) -> [UInt8] {
        var bytes = request.control
        if bytes.count > request.controlRoom {
            bytes.removeLast(bytes.count - request.controlRoom)
            request.outFlags |= SocketMessage.MSG_CTRUNC
        }
        if passCredentials, let credentials = request.credentials {
            var data: [UInt8] = []
            data.append(littleEndian: credentials.pid)
            data.append(littleEndian: credentials.uid)
            data.append(littleEndian: credentials.gid)
            append(SocketOption.SCM_CREDENTIALS, data, &bytes, &request)
        }
        if !request.files.isEmpty { addFiles(&bytes, &request, call) }
        return bytes
    }

    /// One message; Linux cuts its data where the room ends.
    private static func append(_ type: Int32, _ data: [UInt8], _ bytes: inout [UInt8], _ request: inout ReceiveRequest) {
        while bytes.count & 7 != 0 { bytes.append(0) }
        let room = request.controlRoom - bytes.count
        guard room >= CmsgHdr.size else {
            request.outFlags |= SocketMessage.MSG_CTRUNC
            return
        }
        let length = min(CmsgHdr.length(ofData: data.count), room)
        if length < CmsgHdr.length(ofData: data.count) { request.outFlags |= SocketMessage.MSG_CTRUNC }
        CmsgHdr(cmsg_len: UInt64(length), cmsg_level: SocketOption.SOL_SOCKET, cmsg_type: type).encode(to: &bytes)
        bytes.append(contentsOf: data[0..<(length - CmsgHdr.size)])
        while bytes.count & 7 != 0 && bytes.count < request.controlRoom { bytes.append(0) }
    }

    /// As many descriptors as there is room for; the others are closed.
    private static func addFiles(_ bytes: inout [UInt8], _ request: inout ReceiveRequest, _ call: Call) {
        let room = (request.controlRoom - bytes.count - CmsgHdr.size) / 4
        let wanted = max(0, min(room, request.files.count))
        var data: [UInt8] = []
        for i in 0..<wanted {
            do {
                let descriptor = try call.files.add(
                    request.files[i], closeOnExec: request.flags & SocketMessage.MSG_CMSG_CLOEXEC != 0, limit: call.process.limits.openFiles)
                data.append(littleEndian: descriptor)
            } catch { break }
        }
        if data.count < request.files.count * 4 { request.outFlags |= SocketMessage.MSG_CTRUNC }
        if !data.isEmpty { append(SocketOption.SCM_RIGHTS, data, &bytes, &request) }
    }
}
