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
        Int32(try check(raw.call(72, UInt64(bitPattern: Int64(descriptor)), 1030, 0), limit: Host.maximumDescriptor))
    }
    static let maximumDescriptor: Int64 = 0x7fff_ffff

    // MARK: epoll

    func epollCreate() throws(Errno) -> Int32 {
        Int32(try check(raw.call(291, 0o2000000), limit: Host.maximumDescriptor))
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
