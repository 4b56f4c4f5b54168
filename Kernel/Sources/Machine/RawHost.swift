// SPDX-License-Identifier: Apache-2.0
//
// Raw host calls. KernelCore's `Host` gives them types and checks every result; nothing else calls them.

import CMachine

/// The host as it is. Tests put a scripted one in its place.
open class RawHost {
    public init() {}

    /// One host call; -errno on failure.
    open func call(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0
    ) -> Int64 {
        cm_host_call(number, a, b, c, d, e, f)
    }

    /// As `call`, but returns -EINTR at once when the running thread has work or was woken.
    open func interruptible(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0
    ) -> Int64 {
        cm_host_call_interruptible(number, a, b, c, d, e, f)
    }

    /// `call` without the kernel lock, for what may take long: no Swift object is touched meanwhile.
    open func unlocked(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0
    ) -> Int64 {
        cm_unlock()
        let result = cm_host_call(number, a, b, c, d, e, f)
        cm_lock()
        return result
    }

    /// `interruptible` without the kernel lock; a wake of the running thread ends it.
    open func sleeping(
        _ number: Int64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0
    ) -> Int64 {
        let block = ThreadBlock.current
        block.setInHostCall(true)
        cm_unlock()
        let result = cm_host_call_interruptible(number, a, b, c, d, e, f)
        cm_lock()
        block.setInHostCall(false)
        return result
    }
}

extension Machine {
    /// Gives `body` the address of an array's bytes, for a host call that reads or writes them.
    public static func withAddress<R>(of bytes: inout [UInt8], _ body: (UInt64) -> R) -> R {
        // SAFETY: the array is alive and exclusively held for the body's duration.
        unsafe bytes.withUnsafeMutableBytes { b in body(UInt64(UInt(bitPattern: b.baseAddress))) }
    }

    /// The same for one plain value.
    public static func withAddress<T: BitwiseCopyable, R>(of value: inout T, _ body: (UInt64) -> R) -> R {
        // SAFETY: as above.
        unsafe withUnsafeMutablePointer(to: &value) { p in body(UInt64(UInt(bitPattern: p))) }
    }
}

extension Machine {
    /// The address of an array's elements, for a host call on structures.
    public static func withElements<T: BitwiseCopyable, R>(of elements: inout [T], _ body: (UInt64) -> R) -> R {
        // SAFETY: as above.
        unsafe elements.withUnsafeMutableBufferPointer { b in body(UInt64(UInt(bitPattern: b.baseAddress))) }
    }
}
