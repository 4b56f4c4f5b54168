// SPDX-License-Identifier: Apache-2.0
//
// Typed host calls. Every result is checked here: an error number the call cannot give, a length beyond what was asked, an address
// other than the one told are attacks and become EIO or end the enclave. See docs/design/host-interface.md for the list.

import LinuxABI
import Machine

public final class Host {
    let raw: RawHost
    public init(_ raw: RawHost) {
        self.raw = raw
    }

    /// Turns a raw result into a value within `0...limit` or an errno that the call may give; anything else is EIO.
    @inline(__always)
    func check(_ result: Int64, limit: Int64) throws(Errno) -> Int {
        if result >= 0 {
            guard result <= limit else { throw .EIO }
            return Int(result)
        }
        guard result >= -133, let errno = Errno(rawValue: Int32(-result)) else { throw .EIO }
        throw errno
    }

    /// A descriptor the host made. One that is the kernel's own would be written to or closed under it.
    func made(_ result: Int64) throws(Errno) -> Int32 {
        let descriptor = Int32(try check(result, limit: Host.maximumDescriptor))
        guard isForeign(descriptor) else { throw .EIO }
        return descriptor
    }
    func isForeign(_ descriptor: Int32) -> Bool {
        descriptor >= 0 && descriptor != Machine.memoryDescriptor && descriptor != Machine.ownFileDescriptor
    }

    /// The number of a host process or thread that clone(2) made: pid_max is at most 4194304, and 1 is never ours.
    static func processNumber(_ result: Int64) -> UInt32? {
        result > 1 && result <= 1 << 22 ? UInt32(truncatingIfNeeded: result) : nil
    }

    // MARK: memory

    private let privateAnonymous: UInt64 = 0x32 | 0x4000
    private let fixed: UInt64 = 0x10

    /// Maps fresh private memory at exactly `address`.
    func mapAnonymous(_ address: UInt64, _ bytes: UInt64, _ protection: Int32) throws(Errno) {
        let result = raw.call(9, address, bytes, UInt64(protection & 7), privateAnonymous, UInt64.max, 0)
        guard result == Int64(address) else { throw memoryError(result) }
    }

    /// Maps page memory at exactly `address`.
    func mapPages(_ address: UInt64, _ bytes: UInt64, _ protection: Int32, page: KernelAddress, isShared: Bool) throws(Errno) {
        let result = raw.call(
            9, address, bytes, UInt64(protection & 7), fixed | (isShared ? 1 : 2 | 0x4000),
            UInt64(bitPattern: Int64(Machine.memoryDescriptor)), page.fileOffset)
        guard result == Int64(address) else { throw memoryError(result) }
    }

    /// A host descriptor mapped as it is (host mounts).
    func mapDescriptor(
        _ address: UInt64, _ bytes: UInt64, _ protection: Int32, _ descriptor: Int32, _ offset: Int64, isShared: Bool
    ) throws(Errno) {
        let result = raw.call(
            9, address, bytes, UInt64(protection & 7), fixed | (isShared ? 1 : 2), UInt64(bitPattern: Int64(descriptor)),
            UInt64(bitPattern: offset))
        guard result == Int64(address) else { throw memoryError(result) }
    }

    /// A mapping at another address than the one told would corrupt the enclave: it ends.
    private func memoryError(_ result: Int64) -> Errno {
        if result >= 0 { Machine.panic("the host mapped memory at a wrong address") }
        return result == -12 ? .ENOMEM : result == -1 ? .EPERM : result == -13 ? .EACCES : .ENOMEM
    }

    func unmap(_ address: UInt64, _ bytes: UInt64) {
        guard raw.call(11, address, bytes) == 0 else { Machine.panic("the host refuses to unmap memory") }
    }
    func protect(_ address: UInt64, _ bytes: UInt64, _ protection: Int32) throws(Errno) {
        _ = try check(raw.call(10, address, bytes, UInt64(protection & 7)), limit: 0)
    }
    func remap(_ address: UInt64, _ bytes: UInt64, to newAddress: UInt64, _ newBytes: UInt64, keepOld: Bool = false) throws(Errno) {
        let flags: UInt64 = 3 | (keepOld ? 4 : 0)
        let result = raw.call(25, address, bytes, newBytes, flags, newAddress)
        guard result == Int64(newAddress) else { throw memoryError(result) }
    }
    func advise(_ address: UInt64, _ bytes: UInt64, _ advice: Int32) throws(Errno) {
        _ = try check(raw.call(28, address, bytes, UInt64(bitPattern: Int64(advice))), limit: 0)
    }
    func populate(_ address: UInt64, _ bytes: UInt64, writable: Bool) {
        // Only a hint: MADV_POPULATE_WRITE / _READ.
        _ = raw.call(28, address, bytes, writable ? 23 : 22)
    }
    /// Gives page memory back; it reads as zero afterwards (MADV_REMOVE).
    func discardPages(_ page: KernelAddress, bytes: Int) {
        if giveBack(page, bytes: bytes) { return }
        // By hand, unless that would make the host find memory for what perhaps nobody ever touched.
        guard bytes <= 64 << 20 else { Machine.panic("the host refuses to take memory back") }
        PageMemory.zero(page, bytes)
    }
    /// The same without doing it by hand when the host refuses.
    func giveBack(_ page: KernelAddress, bytes: Int) -> Bool { raw.call(28, page.value, UInt64(bytes), 9) == 0 }
    func residentPages(_ address: UInt64, _ bytes: UInt64, into vector: inout [UInt8]) throws(Errno) {
        let result = Machine.withAddress(of: &vector) { raw.call(27, address, bytes, $0) }
        _ = try check(result, limit: 0)
    }

    // MARK: the supervisor

    func ringDoorbell(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = Machine.withAddress(of: &one) { raw.call(1, UInt64(descriptor), $0, 8) }
    }
}
