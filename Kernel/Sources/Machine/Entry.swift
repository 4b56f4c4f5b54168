// SPDX-License-Identifier: Apache-2.0
//
// The functions that assembly and C call. They turn raw pointers into safe views, take the kernel lock, and hand over to the kernel
// through `EntryPoints`.

import CMachine

/// What the kernel does at each entry. One object, set at boot.
open class EntryPoints {
    public init() {}
    /// The first code on the supervisor's kernel stack; never returns.
    open func main() {}
    /// One system call; the result goes to RAX. Under the lock.
    open func systemCall(_ registers: Registers) -> Int64 { -38 }
    /// The call came through a trap: its site may be rewritten. Under the lock.
    open func trappedSystemCall(_ registers: Registers) -> Int64 { -38 }
    /// Pending work before the guest goes on. 0 resumes, 1 ends the host thread, 2 the host process. Under the lock.
    open func exitWork(_ registers: Registers) -> Int32 { 0 }
    /// First code of a new host thread. Under the lock.
    open func childStart() {}
    /// A host signal hit guest code. 0 resumes, 1 enters a handler, 2 ends the thread, 3 the process. Under the lock.
    open func interrupt(_ registers: Registers, _ fault: HostFault) -> Int32 { 0 }
}

/// What the host said about an interruption of guest code.
public struct HostFault {
    /// 0 for a kick, else SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGTRAP.
    public let signal: Int32
    public let code: Int32
    public let address: UInt64
    public let trap: UInt64
    public let error: UInt64
    /// Where the host keeps the guest's extended state.
    public let extendedState: UInt64
}

extension Machine {
    public static func setEntryPoints(_ entry: EntryPoints) {
        unsafe cm_set_entry_points(Unmanaged.passRetained(entry).toOpaque())
    }
    @inline(__always)
    static var entryPoints: EntryPoints {
        // SAFETY: set before the first guest thread runs.
        guard let raw = unsafe cm_get_entry_points() else { panic("no entry points") }
        return unsafe Unmanaged<EntryPoints>.fromOpaque(raw).takeUnretainedValue()
    }
    /// The same without counting a reference, for the hot path.
    @inline(__always)
    static func withEntryPoints(_ body: (EntryPoints) -> Int64) -> Int64 {
        guard let raw = unsafe cm_get_entry_points() else { panic("no entry points") }
        return unsafe Unmanaged<EntryPoints>.fromOpaque(raw)._withUnsafeGuaranteedRef(body)
    }
}

// SAFETY (all): the gate and the signal handler pass the frame they built.

@c(cloister_syscall) public func cloisterSystemCall(_ registers: UnsafeMutablePointer<cm_regs>) -> Int64 {
    cm_lock()
    let result = Machine.withEntryPoints { $0.systemCall(unsafe Registers(registers)) }
    cm_unlock()
    return result
}

@c(cloister_syscall_trapped) public func cloisterTrappedSystemCall(_ registers: UnsafeMutablePointer<cm_regs>) -> Int64 {
    cm_lock()
    let result = Machine.entryPoints.trappedSystemCall(unsafe Registers(registers))
    cm_unlock()
    return result
}

@c(cloister_exit_work) public func cloisterExitWork(_ registers: UnsafeMutablePointer<cm_regs>) -> Int32 {
    cm_lock()
    let action = Machine.entryPoints.exitWork(unsafe Registers(registers))
    cm_unlock()
    return action
}

@c(cloister_child_start) public func cloisterChildStart(_ registers: UnsafeMutablePointer<cm_regs>) {
    cm_lock()
    Machine.entryPoints.childStart()
    cm_unlock()
}

@c(cloister_interrupt) public func cloisterInterrupt(
    _ registers: UnsafeMutablePointer<cm_regs>, _ state: UInt64, _ signal: Int32, _ code: Int32, _ address: UInt64, _ trap: UInt64,
    _ error: UInt64
) -> Int32 {
    cm_lock()
    let fault = HostFault(signal: signal, code: code, address: address, trap: trap, error: error, extendedState: state)
    let action = Machine.entryPoints.interrupt(unsafe Registers(registers), fault)
    cm_unlock()
    return action
}
