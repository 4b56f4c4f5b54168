// SPDX-License-Identifier: Apache-2.0
//
// One host thread's slot: its block, kernel stack and signal stack. See docs/design/machine.md.

import CMachine

@safe public struct ThreadBlock: Equatable {
    @usableFromInline let pointer: UnsafeMutablePointer<cm_thread>

    @inlinable @inline(__always)
    init(_ pointer: UnsafeMutablePointer<cm_thread>) {
        unsafe self.pointer = pointer
    }

    // SAFETY (all uses of `pointer`): slots lie in one mapping that is never unmapped; an index is checked when a block is made.

    /// The block of the running thread.
    @inlinable @inline(__always)
    public static var current: ThreadBlock { unsafe ThreadBlock(cm_current()) }

    /// The block of `slot`, prepared for a new thread; nil when the number is out of range.
    public static func prepare(slot: Int) -> ThreadBlock? {
        guard slot >= 0, slot < Int(CM_SLOT_COUNT) else { return nil }
        cm_slot_prepare(UInt32(slot))
        return unsafe ThreadBlock(cm_slot_thread(UInt32(slot)))
    }

    @inlinable public static func == (a: ThreadBlock, b: ThreadBlock) -> Bool { unsafe a.pointer == b.pointer }

    public static var slotCount: Int { Int(CM_SLOT_COUNT) }
    public var slot: Int { unsafe Int(pointer.pointee.slot) }

    /// The gate frame's registers.
    public var registers: Registers { unsafe Registers(cm_thread_regs(pointer)) }

    /// What rt_sigreturn continues with when `leavesFully` is set.
    public var fullRegisters: RegisterSet {
        get { unsafe pointer.pointee.full_regs }
        nonmutating set { unsafe pointer.pointee.full_regs = newValue }
    }
    public var leavesFully: Bool {
        get { unsafe pointer.pointee.full_exit != 0 }
        nonmutating set { unsafe pointer.pointee.full_exit = newValue ? 1 : 0 }
    }

    /// Whether the gate's exit must take the slow path. Readable by the host-signal handler at any time.
    @inlinable public var hasWork: Bool { unsafe pointer.pointee.work != 0 }
    public func setWork(_ value: Bool) { unsafe pointer.pointee.work = value ? 1 : 0 }

    /// The next exit loads all registers (`leavesFully`); where there is no other work, without the lock.
    public func leaveFully() {
        leavesFully = true
        if unsafe pointer.pointee.work == 0 { unsafe pointer.pointee.work = 2 }
    }

    public var hostThread: UInt32 { unsafe pointer.pointee.host_tid }
    public var hostProcess: UInt32 { unsafe pointer.pointee.host_pid }
    public func setHostProcess(_ value: UInt32) { unsafe pointer.pointee.host_pid = value }

    /// The numbers the gate answers getpid, gettid and getppid with.
    public func setGuest(pid: Int32, tid: Int32, parent: Int32) {
        unsafe pointer.pointee.guest_pid = UInt32(bitPattern: pid)
        unsafe pointer.pointee.guest_tid = UInt32(bitPattern: tid)
        unsafe pointer.pointee.guest_ppid = UInt32(bitPattern: parent)
    }

    @inlinable public func countSyscall() { unsafe pointer.pointee.syscalls &+= 1 }
    public var syscalls: UInt64 { unsafe pointer.pointee.syscalls }
    public var hostCalls: UInt64 { unsafe pointer.pointee.host_calls }
    public var traps: UInt64 { unsafe pointer.pointee.traps }

    // MARK: the thread object

    /// Remembers `object` as the thread of this slot and keeps it alive until `clearObject`.
    public func setObject<T: AnyObject>(_ object: T) {
        unsafe pointer.pointee.object = Unmanaged.passRetained(object).toOpaque()
    }
    public func clearObject<T: AnyObject>(_ type: T.Type) {
        // SAFETY: set by setObject with the same type; cleared once.
        guard let raw = unsafe pointer.pointee.object else { return }
        unsafe pointer.pointee.object = nil
        unsafe Unmanaged<T>.fromOpaque(raw).release()
    }
    /// The thread object of this slot. `T` must be the type given to `setObject`.
    @inlinable @inline(__always)
    public func object<T: AnyObject>(_ type: T.Type) -> T? {
        // SAFETY: the kernel stores one type only, and holds the lock.
        guard let raw = unsafe pointer.pointee.object else { return nil }
        return unsafe Unmanaged<T>.fromOpaque(raw).takeUnretainedValue()
    }

    /// The same without counting a reference; the object must outlive `body`, which may clear it from the slot all the same.
    @inlinable @inline(__always)
    public func withObject<T: AnyObject>(_ type: T.Type, _ body: (T) -> Int64) -> Int64? {
        guard let raw = unsafe pointer.pointee.object else { return nil }
        return unsafe Unmanaged<T>.fromOpaque(raw)._withUnsafeGuaranteedRef(body)
    }

    // MARK: waiting

    /// To be called under the kernel lock before the condition is checked.
    @inlinable public func clearWake() { unsafe pointer.pointee.wake = 0 }
    @inlinable public var isWoken: Bool { unsafe pointer.pointee.wake != 0 }
    /// Under the kernel lock: makes the thread's park or interruptible host call return.
    public func wake() { unsafe cm_wake(pointer) }
    /// Interrupts guest code or a host call of the thread.
    public func kick() { unsafe cm_kick(pointer) }

    /// Whether it sleeps: in the kernel, or in a host call that a wake ends.
    public var isParked: Bool { unsafe pointer.pointee.parked != 0 }

    /// Marks the thread as being in an interruptible host call, so that `wake` kicks it.
    public func setInHostCall(_ value: Bool) { unsafe pointer.pointee.parked = value ? 2 : 0 }

    /// Copies the running thread's gate frame to this slot (fork, clone).
    public func copyFrameFromCurrent() { unsafe cm_copy_frame(pointer) }

    /// Zeroes the gate frame (a fresh program).
    public func clearFrame() {
        var empty = RegisterSet()
        empty.eflags = 0x202
        registers.all = empty
        unsafe cm_clear_vector_frame(pointer)
    }

    public var xstate: KernelAddress { unsafe KernelAddress(UInt64(UInt(bitPattern: pointer.pointee.xstate))) }
}
