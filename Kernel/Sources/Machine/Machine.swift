// SPDX-License-Identifier: Apache-2.0
//
// The kernel lock, parking, host threads and processes, FS, time, randomness, panic: safe calls over CMachine.

import CMachine

public enum Machine {
    @inlinable @inline(__always) public static func lock() { cm_lock() }
    @inlinable @inline(__always) public static func unlock() { cm_unlock() }

    public enum Clock: Int32 {
        case realtime = 0
        case monotonic = 1
    }

    /// Releases the lock, waits until the running thread is woken or the absolute deadline (ns; nil = none) passes, takes the lock.
    /// Returns false on time-out.
    public static func park(until deadline: Int64? = nil, clock: Clock = .monotonic) -> Bool {
        cm_park(deadline ?? -1, clock.rawValue) == 0
    }

    /// Starts a host thread or process on a slot; its first code is `cloister_child_start`. Host tid or -errno.
    public static func spawn(hostFlags: UInt64, slot: Int) -> Int64 { cm_spawn(hostFlags, UInt32(truncatingIfNeeded: slot)) }

    public static func exitHostThread() -> Never { cm_thread_exit(0) }
    public static func exitHostProcess(_ code: Int32) -> Never { cm_process_exit(code) }
    public static func enterGuest() -> Never { cm_enter_user() }

    public static var fsBase: UInt64 {
        get { cm_read_fs() }
        set { cm_write_fs(newValue) }
    }

    public static func clock(_ id: Int32) -> (seconds: Int64, nanoseconds: Int64) {
        var s: Int64 = 0
        var n: Int64 = 0
        // SAFETY: two locals.
        _ = unsafe cm_clock_gettime(id, &s, &n)
        return (s, n)
    }
    /// Never negative, and far enough from the end that a time span can be added, whatever the host says.
    public static var monotonicNanoseconds: Int64 { Int64(min(cm_monotonic_ns(), 1 << 62)) }
    public static func nanoseconds(_ clock: Clock) -> Int64 {
        let t = self.clock(clock.rawValue)
        return t.seconds &* 1_000_000_000 &+ t.nanoseconds
    }

    public static func random() -> UInt64 { cm_random64() }

    /// Ends the enclave because the kernel itself is broken.
    public static func panic(_ message: StaticString) -> Never {
        message.withUTF8Buffer { bytes in
            // SAFETY: a StaticString is NUL-terminated.
            unsafe cm_print_bytes(bytes.baseAddress, UInt64(bytes.count))
        }
        unsafe cm_panic("; stopping")
    }
    public static func stopEnclave(_ code: Int32) -> Never { cm_stop_enclave(code) }
    /// The code another process stopped the enclave with.
    public static var stopCode: Int32? {
        let code = cm_get_stop_code()
        return code == 0 ? nil : Int32(bitPattern: code & 0xff)
    }

    public static func print(_ bytes: [UInt8]) {
        // SAFETY: the array outlives the call.
        unsafe bytes.withUnsafeBufferPointer { b in unsafe cm_print_bytes(b.baseAddress, UInt64(b.count)) }
    }
    public static func print(_ text: StaticString) {
        text.withUTF8Buffer { b in unsafe cm_print_bytes(b.baseAddress, UInt64(b.count)) }
    }

    // MARK: facts

    public static var vdso: UInt64 { unsafe cm_get_facts().pointee.vdso }
    public static func isInVdso(_ address: UInt64) -> Bool { vdso != 0 && address >= vdso && address - vdso < 0x2000 }
    public static var hwcap: UInt64 { (unsafe cm_get_facts().pointee.hwcap) }
    public static var hwcap2: UInt64 { (unsafe cm_get_facts().pointee.hwcap2) }
    public static var processorCount: Int { Int((unsafe cm_get_facts().pointee.cpu_count)) }
    public static var xstateBytes: Int { Int((unsafe cm_get_facts().pointee.xstate_bytes)) }
    public static var xstateMask: UInt64 { (unsafe cm_get_facts().pointee.xstate_mask) }
    public static var memoryDescriptor: Int32 { (unsafe cm_get_facts().pointee.memory_fd) }
    /// The kernel's own file, which names the lines of a backtrace.
    public static var ownFileDescriptor: Int32 { (unsafe cm_get_facts().pointee.self_fd) }
    public static let userStart: UInt64 = 0x1_0000
    public static let userEnd: UInt64 = 0x1000_0000_0000
    public static let pagesBase: UInt64 = 0x2000_0000_0000
    public static let pagesBytes: UInt64 = 0x1000_0000_0000
    /// Turns off the gates that answer getpid and the like without the kernel (for tracing).
    public static func disablePlainGates() { cm_turn_plain_gates_off() }

    // MARK: heap

    public static var heapUsed: UInt64 { cm_heap_used() }
    public static var heapHeadroom: UInt64 { cm_heap_headroom() }
    public static func setHeapLimit(_ bytes: UInt64) { cm_heap_set_limit(bytes) }

    // MARK: the guest's extended state

    /// Saves the guest's extended state as at the gate into the running thread's area and gives it the initial state.
    public static func saveExtendedState() {
        // SAFETY: the area is as large as the processor's state.
        unsafe cm_save_xstate(cm_current().pointee.xstate)
    }
    /// Makes the running thread's area safe to load.
    public static func sanitizeExtendedState() {
        unsafe cm_sanitize_xstate(cm_current().pointee.xstate)
    }
    public static func resetMathState() { cm_reset_fpu() }
}

extension Array where Element == UInt8 {
    /// The bytes of a literal.
    public init(_ text: StaticString) {
        self = text.withUTF8Buffer { unsafe Array($0) }
    }
    public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}
