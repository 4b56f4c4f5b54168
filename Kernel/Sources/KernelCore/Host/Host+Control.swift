// SPDX-License-Identifier: Apache-2.0
//
// Host calls on the control socket.

import LinuxABI
import Machine

extension Host {
    func acceptClient(_ listener: Int32) throws(Errno) -> Int32 {
        // SOCK_CLOEXEC
        try made(raw.call(288, UInt64(bitPattern: Int64(listener)), 0, 0, 0o2000000))
    }

    /// One packet and the descriptors that came with it (at most three). Nothing is kept of a packet that was cut.
    func receivePacket(_ descriptor: Int32, limit: Int) throws(Errno) -> (bytes: [UInt8], descriptors: [Int32]) {
        var bytes = [UInt8](repeating: 0, count: limit)
        var control = [UInt8](repeating: 0, count: 64)
        var message = Msghdr()
        let raw = self.raw
        let result = Machine.withAddress(of: &bytes) { bytesAddress in
            Machine.withAddress(of: &control) { controlAddress in
                var vector = Iovec(iov_base: bytesAddress, iov_len: UInt64(limit))
                return Machine.withAddress(of: &vector) { vectorAddress in
                    message.msg_iov = vectorAddress
                    message.msg_iovlen = 1
                    message.msg_control = controlAddress
                    message.msg_controllen = 64
                    // MSG_DONTWAIT | MSG_CMSG_CLOEXEC
                    return Machine.withAddress(of: &message) { raw.call(47, UInt64(bitPattern: Int64(descriptor)), $0, 0x4000_0040) }
                }
            }
        }
        let count = try check(result, limit: Int64(limit))
        bytes.removeLast(limit - count)
        let descriptors = Host.descriptors(in: control, length: Int(min(message.msg_controllen, 64)))
        // MSG_TRUNC | MSG_CTRUNC
        let isCut = message.msg_flags & 0x28 != 0
        var areForeign = true
        for one in descriptors where !isForeign(one) { areForeign = false }
        if isCut || !areForeign {
            for one in descriptors where isForeign(one) { close(one) }
            throw isCut ? .EMSGSIZE : .EIO
        }
        return (bytes, descriptors)
    }

    /// The descriptors of SCM_RIGHTS messages.
    private static func descriptors(in control: [UInt8], length: Int) -> [Int32] {
        var found: [Int32] = []
        var at = 0
        while at + 16 <= length {
            guard let size = control.littleEndian(UInt64.self, at: at), size >= 16, size <= UInt64(length - at),
                let level = control.littleEndian(Int32.self, at: at + 8), let type = control.littleEndian(Int32.self, at: at + 12)
            else { break }
            if level == SocketOption.SOL_SOCKET && type == SocketOption.SCM_RIGHTS {
                var one = at + 16
                while one + 4 <= at + Int(size) {
                    if let value = control.littleEndian(Int32.self, at: one), value >= 0 { found.append(value) }
                    one += 4
                }
            }
            at += (Int(size) + 7) & ~7
        }
        return found
    }

    func sendPacket(_ descriptor: Int32, _ bytes: [UInt8]) {
        var copy = bytes
        let count = copy.count
        // MSG_NOSIGNAL
        _ = Machine.withAddress(of: &copy) { raw.call(44, UInt64(bitPattern: Int64(descriptor)), $0, UInt64(count), 0x4000) }
    }
}
