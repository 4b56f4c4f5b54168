// SPDX-License-Identifier: Apache-2.0
//
// The only way to guest memory. A bad pointer is EFAULT, whatever the guest maps or unmaps meanwhile.

import CMachine
import LinuxABI

public enum UserMemory {
    /// Whether `[address, address + count)` lies in the guest's part of the address space.
    @inlinable @inline(__always)
    public static func isValid(_ address: UInt64, _ count: UInt64) -> Bool {
        let (end, overflow) = address.addingReportingOverflow(count)
        return !overflow && end <= Machine.userEnd
    }

    // SAFETY (all): the address range is the guest's, never the kernel's, and the copy routine recovers from faults; the kernel
    // side is a local value, an array with a checked range, or checked page memory.

    @inlinable
    public static func read<T: BitwiseCopyable>(_ address: UInt64, _ type: T.Type = T.self) throws(Errno) -> T {
        guard isValid(address, UInt64(MemoryLayout<T>.size)) else { throw .EFAULT }
        return try withUnsafeTemporary(of: type, address)
    }

    @usableFromInline @inline(__always)
    static func withUnsafeTemporary<T: BitwiseCopyable>(of type: T.Type, _ address: UInt64) throws(Errno) -> T {
        var left: UInt64 = 0
        let value = unsafe withUnsafeTemporaryAllocation(of: T.self, capacity: 1) { buffer -> T? in
            guard let base = buffer.baseAddress else { return nil }
            unsafe left = cm_copy(base, cm_unmanaged(address), UInt64(MemoryLayout<T>.size))
            return left == 0 ? unsafe base.pointee : nil
        }
        guard let value else { throw .EFAULT }
        return value
    }

    @inlinable
    public static func write<T: BitwiseCopyable>(_ value: T, to address: UInt64) throws(Errno) {
        guard isValid(address, UInt64(MemoryLayout<T>.size)) else { throw .EFAULT }
        let left = unsafe withUnsafePointer(to: value) { p in
            unsafe cm_copy(cm_unmanaged(address), p, UInt64(MemoryLayout<T>.size))
        }
        guard left == 0 else { throw .EFAULT }
    }

    /// Reads up to a NUL. ENAMETOOLONG when there is none in `limit` bytes (the limit counts the NUL).
    public static func readString(_ address: UInt64, limit: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try readString(address, limit: limit, into: &bytes)
        return bytes
    }

    /// As above, into a buffer that keeps its capacity. The bytes end without the NUL.
    public static func readString(_ address: UInt64, limit: Int, into bytes: inout [UInt8]) throws(Errno) {
        guard address < Machine.userEnd else { throw .EFAULT }
        let room = min(UInt64(limit), Machine.userEnd &- address)
        let length = unsafe cm_string_length(cm_unmanaged(address), room)
        if length == -14 { throw .EFAULT }
        if length < 0 { throw .ENAMETOOLONG }
        bytes.removeAll(keepingCapacity: true)
        if length == 0 { return }
        bytes.append(contentsOf: repeatElement(0, count: Int(length)))
        try readBytes(address, into: &bytes, at: 0, Int(length))
    }

    public static func readBytes(_ address: UInt64, _ count: Int) throws(Errno) -> [UInt8] {
        guard count >= 0, isValid(address, UInt64(count)) else { throw .EFAULT }
        var bytes = [UInt8](repeating: 0, count: count)
        try readBytes(address, into: &bytes, at: 0, count)
        return bytes
    }

    public static func readBytes(_ address: UInt64, into bytes: inout [UInt8], at offset: Int, _ count: Int) throws(Errno) {
        guard count >= 0, offset >= 0, count <= bytes.count - offset, isValid(address, UInt64(count)) else { throw .EFAULT }
        if count == 0 { return }
        let left = unsafe bytes.withUnsafeMutableBytes { b -> UInt64 in
            guard let base = b.baseAddress else { return 1 }
            return unsafe cm_copy(base + offset, cm_unmanaged(address), UInt64(count))
        }
        guard left == 0 else { throw .EFAULT }
    }

    /// As `readBytes`, but returns how many bytes came before a fault. Page by page: a fault counts from the start of its page.
    public static func readSome(_ address: UInt64, into bytes: inout [UInt8], at offset: Int, _ count: Int) -> Int {
        guard offset >= 0, count <= bytes.count - offset else { return 0 }
        var done = 0
        while done < count {
            let at = address &+ UInt64(done)
            let part = min(count - done, 4096 - Int(at & 4095))
            do { try readBytes(at, into: &bytes, at: offset + done, part) } catch { break }
            done += part
        }
        return done
    }

    /// As `writeBytes`, but returns how many bytes were written before a fault.
    public static func writeSome(_ bytes: [UInt8], from offset: Int, _ count: Int, to address: UInt64) -> Int {
        guard offset >= 0, count <= bytes.count - offset else { return 0 }
        var done = 0
        while done < count {
            let at = address &+ UInt64(done)
            let part = min(count - done, 4096 - Int(at & 4095))
            do { try writeBytes(bytes, from: offset + done, part, to: at) } catch { break }
            done += part
        }
        return done
    }

    public static func writeBytes(_ bytes: [UInt8], to address: UInt64) throws(Errno) {
        try writeBytes(bytes, from: 0, bytes.count, to: address)
    }

    public static func writeBytes(_ bytes: [UInt8], from offset: Int, _ count: Int, to address: UInt64) throws(Errno) {
        guard count >= 0, offset >= 0, count <= bytes.count - offset, isValid(address, UInt64(count)) else { throw .EFAULT }
        if count == 0 { return }
        let left = unsafe bytes.withUnsafeBytes { b -> UInt64 in
            guard let base = b.baseAddress else { return 1 }
            return unsafe cm_copy(cm_unmanaged(address), base + offset, UInt64(count))
        }
        guard left == 0 else { throw .EFAULT }
    }

    /// Copies page memory to the guest; returns the bytes copied before a fault.
    public static func write(from page: KernelAddress, _ count: Int, to address: UInt64) -> Int {
        guard page.isPageMemory(count), isValid(address, UInt64(count)) else { return 0 }
        return count - Int(unsafe cm_copy(cm_unmanaged(address), cm_unmanaged(page.value), UInt64(count)))
    }

    /// Copies guest memory to page memory; returns the bytes copied before a fault.
    public static func read(_ address: UInt64, _ count: Int, to page: KernelAddress) -> Int {
        guard page.isPageMemory(count), isValid(address, UInt64(count)) else { return 0 }
        return count - Int(unsafe cm_copy(cm_unmanaged(page.value), cm_unmanaged(address), UInt64(count)))
    }

    public static func zero(_ address: UInt64, _ count: Int) throws(Errno) {
        guard count >= 0, isValid(address, UInt64(count)) else { throw .EFAULT }
        // cm_fill_zero lies in the recoverable range as well.
        guard unsafe cm_fill_zero(cm_unmanaged(address), UInt64(count)) == 0 else { throw .EFAULT }
    }

    /// Fills guest memory with random bytes; returns how many were written before a fault.
    public static func writeRandom(_ count: Int, to address: UInt64) -> Int {
        guard count >= 0, isValid(address, UInt64(count)) else { return 0 }
        return count - Int(cm_random_to(address, UInt64(count)))
    }

    // MARK: atomic words (futexes)

    public static func load32(_ address: UInt64) throws(Errno) -> UInt32 {
        guard address & 3 == 0 else { throw .EINVAL }
        guard isValid(address, 4) else { throw .EFAULT }
        var fault: Int32 = 0
        let value = unsafe cm_user_load32(cm_unmanaged(address), &fault)
        guard fault == 0 else { throw .EFAULT }
        return value
    }

    /// Returns the value found; it was replaced when that equals `expected`.
    public static func compareExchange32(_ address: UInt64, expected: UInt32, desired: UInt32) throws(Errno) -> UInt32 {
        guard address & 3 == 0 else { throw .EINVAL }
        guard isValid(address, 4) else { throw .EFAULT }
        var fault: Int32 = 0
        let value = unsafe cm_user_cmpxchg32(cm_unmanaged(address), expected, desired, &fault)
        guard fault == 0 else { throw .EFAULT }
        return value
    }
}
