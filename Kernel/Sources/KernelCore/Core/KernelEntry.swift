// SPDX-License-Identifier: Apache-2.0
//
// What happens at each entry from the machine layer.

import LinuxABI
import Machine

public final class KernelEntry: EntryPoints {
    public override func systemCall(_ registers: Registers) -> Int64 {
        // A thread in a call is alive: only the exit work ends it.
        let result = ThreadBlock.current.withObject(Thread.self) { thread in
            Dispatcher.dispatch(Call(thread: thread, registers: registers), number: registers.number)
        }
        guard let result else { Machine.panic("no thread") }
        return result
    }

    public override func trappedSystemCall(_ registers: Registers) -> Int64 {
        let thread = currentThread
        // Every thread that trapped at a site passes here, so none is left to return into displaced code.
        if let rip = thread.process.memory.rewriteSite(endingAt: registers.rip) { registers.rip = rip }
        return Dispatcher.dispatch(Call(thread: thread, registers: registers), number: registers.number)
    }

    public override func exitWork(_ registers: Registers) -> Int32 {
        // A thread that moved to a fresh host process leaves an empty block behind.
        guard let thread = ThreadBlock.current.object(Thread.self) else { return LeaveAction.endProcess.rawValue }
        Signals.deliver(thread, registers: registers, origin: .gate)
        guard thread.mustExit else { return LeaveAction.resume.rawValue }
        return ProcessLife.finish(thread).rawValue
    }

    public override func childStart() {
        ProcessClone.start(currentThread)
    }

    public override func interrupt(_ registers: Registers, _ fault: HostFault) -> Int32 {
        let thread = currentThread
        thread.isDisturbed = false
        thread.process.memory.lookAfter()
        if fault.signal != 0 && !thread.mustExit { if guestFault(thread, fault) { return 0 } }
        let entered = Signals.deliver(thread, registers: registers, origin: .host(extendedState: fault.extendedState))
        guard thread.mustExit else { return entered ? 1 : 0 }
        return ProcessLife.finish(thread).rawValue + 1
    }

    /// A fault of guest code: true when the guest may simply go on.
    private func guestFault(_ thread: Thread, _ fault: HostFault) -> Bool {
        var signal = fault.signal
        var code = fault.code
        // Page faults (trap 14): the kernel's own map decides what the guest is told, not the host.
        if fault.trap == 14, signal == Signal.SIGSEGV || signal == Signal.SIGBUS {
            switch thread.process.memory.resolveFault(fault.address, FaultAccess(error: fault.error)) {
            case .retry: return true
            case .unmapped:
                signal = Signal.SIGSEGV
                code = SignalCode.SEGV_MAPERR
            case .forbidden:
                if signal == Signal.SIGSEGV { code = SignalCode.SEGV_ACCERR }
            case .beyondEnd:
                signal = Signal.SIGBUS
                code = SignalCode.BUS_ADRERR
            }
        }
        Signals.fault(
            signal, code: code, address: fault.address, trap: fault.trap, error: fault.error,
            pageFaultAddress: fault.trap == 14 ? fault.address : 0, on: thread)
        return false
    }
}

extension AddressSpace {
    /// The call whose instruction ends at `address` trapped: rewrites it if it lies in a code twin. Returns where to go on when what
    /// follows was displaced.
    func rewriteSite(endingAt address: UInt64) -> UInt64? {
        let site = address &- 2
        guard let area = area(at: site), area.kind != .stubs, let twin = area.twin else { return nil }
        let inTwin = Int(site - area.start) + Int(area.offset - twin.offset)
        guard let replay = twin.rewrite(site: inTwin) else { return nil }
        return address &- 2 &- UInt64(inTwin) &- UInt64(twin.distance) &+ UInt64(replay)
    }

    /// What the program should be told instead of an address in a stub, which is none of its code.
    func originalAddress(of address: UInt64) -> UInt64 {
        // Every signal asks; a copied area would cost the references to its content, twin and file.
        let i = index(above: address)
        guard i < areas.count, areas[i].start <= address, areas[i].kind == .stubs, let twin = areas[i].twin else { return address }
        let start = areas[i].start
        guard let original = twin.original(of: Int(address - start)) else { return address }
        return start &+ UInt64(bitPattern: original)
    }
}
