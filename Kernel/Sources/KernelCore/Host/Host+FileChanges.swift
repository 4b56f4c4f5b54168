// SPDX-License-Identifier: Apache-2.0
//
// Host calls that change files: only host mounts make them.

import LinuxABI
import Machine

extension Host {
    /// Between a guest range and a host file; without the kernel lock, as disks may be slow.
    func transfer(_ descriptor: Int32, _ address: UInt64, _ count: Int, at offset: Int64, writes: Bool) throws(Errno) -> Int {
        try check(
            raw.unlocked(writes ? 18 : 17, Host.word(descriptor), address, UInt64(count), UInt64(bitPattern: offset)),
            limit: Int64(count))
    }
    func write(_ descriptor: Int32, at offset: Int64, _ bytes: inout [UInt8]) throws(Errno) -> Int {
        let count = bytes.count
        let result = Machine.withAddress(of: &bytes) {
            raw.call(18, Host.word(descriptor), $0, UInt64(count), UInt64(bitPattern: offset))
        }
        return try check(result, limit: Int64(count))
    }
    func truncate(_ descriptor: Int32, _ size: Int64) throws(Errno) {
        _ = try check(raw.call(77, Host.word(descriptor), UInt64(bitPattern: size)), limit: 0)
    }
    func sync(_ descriptor: Int32) throws(Errno) { _ = try check(raw.unlocked(74, Host.word(descriptor)), limit: 0) }

    func makeDirectory(_ directory: Int32, _ name: [UInt8], _ mode: UInt32) throws(Errno) {
        try onName(258, directory, name, UInt64(mode))
    }
    func unlink(_ directory: Int32, _ name: [UInt8], isDirectory: Bool) throws(Errno) {
        try onName(263, directory, name, isDirectory ? UInt64(At.AT_REMOVEDIR) : 0)
    }
    func changeMode(_ descriptor: Int32, _ mode: UInt32) throws(Errno) {
        // fchmodat2 with AT_EMPTY_PATH works on O_PATH descriptors.
        try onName(452, descriptor, [], UInt64(mode), Host.word(At.AT_EMPTY_PATH))
    }
    func setTimes(_ descriptor: Int32, _ access: Timespec, _ modification: Timespec) throws(Errno) {
        var times: [UInt8] = []
        for value in [access.tv_sec, access.tv_nsec, modification.tv_sec, modification.tv_nsec] { times.append(littleEndian: value) }
        var path: [UInt8] = [0]
        let result = Machine.withAddress(of: &path) { pathAddress in
            Machine.withAddress(of: &times) { raw.call(280, Host.word(descriptor), pathAddress, $0, Host.word(At.AT_EMPTY_PATH)) }
        }
        _ = try check(result, limit: 0)
    }
    func makeLink(_ directory: Int32, _ name: [UInt8], target: [UInt8]) throws(Errno) {
        var path = Host.terminated(name)
        var text = Host.terminated(target)
        let result = Machine.withAddress(of: &path) { pathAddress in
            Machine.withAddress(of: &text) { raw.call(266, $0, Host.word(directory), pathAddress) }
        }
        _ = try check(result, limit: 0)
    }
    func link(_ old: Int32, _ oldName: [UInt8], _ new: Int32, _ newName: [UInt8]) throws(Errno) {
        try onNames(265, old, oldName, new, newName, 0)
    }
    func rename(_ old: Int32, _ oldName: [UInt8], _ new: Int32, _ newName: [UInt8], exchange: Bool) throws(Errno) {
        try onNames(316, old, oldName, new, newName, exchange ? UInt64(RenameFlag.RENAME_EXCHANGE) : 0)
    }

    private func onName(_ number: Int64, _ directory: Int32, _ name: [UInt8], _ a: UInt64, _ b: UInt64 = 0) throws(Errno) {
        var path = Host.terminated(name)
        _ = try check(Machine.withAddress(of: &path) { raw.call(number, Host.word(directory), $0, a, b) }, limit: 0)
    }
    private func onNames(
        _ number: Int64, _ old: Int32, _ oldName: [UInt8], _ new: Int32, _ newName: [UInt8], _ flags: UInt64
    ) throws(Errno) {
        var first = Host.terminated(oldName)
        var second = Host.terminated(newName)
        let result = Machine.withAddress(of: &first) { a in
            Machine.withAddress(of: &second) { b in raw.call(number, Host.word(old), a, Host.word(new), b, flags) }
        }
        _ = try check(result, limit: 0)
    }
}
