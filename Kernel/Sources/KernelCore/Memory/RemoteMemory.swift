// SPDX-License-Identifier: Apache-2.0
//
// Memory of other processes (process_vm_readv(2), /proc/PID/mem). It lies in other host processes, and no host call reaches it: a
// thread of the target copies between it and a kernel array the next time it passes through the kernel, woken for that if need be.

import LinuxABI
import Machine

/// One copy that a thread of the target is asked for.
final class MemoryErrand {
    let address: UInt64
    let isWrite: Bool
    /// The protection of private mappings does not count (/proc/PID/mem).
    let isForced: Bool
    /// What to write, or room for what is read.
    var bytes: [UInt8]
    /// Bytes copied before a fault; nil until it was carried out.
    private(set) var copied: Int?
    let queue = WaitQueue()

    init(_ address: UInt64, bytes: [UInt8], isWrite: Bool, isForced: Bool) {
        self.address = address
        self.bytes = bytes
        self.isWrite = isWrite
        self.isForced = isForced
    }

    /// Runs in the host process that has `memory`.
    func carryOut(in memory: AddressSpace) {
        copied = memory.copy(address, &bytes, isWrite: isWrite, isForced: isForced)
        queue.notifyAll()
    }
}

enum RemoteMemory {
    /// The most that one errand carries.
    static let piece = 65536

    /// Copies between `bytes` and the memory of `target`. How many bytes came before a fault; nil when the memory is gone, or the
    /// caller must end. Sleeps, but not so that signals end it: the target answers at its next step.
    static func copy(
        _ thread: Thread, _ target: Process, _ memory: AddressSpace, _ address: UInt64, _ bytes: inout [UInt8], isWrite: Bool, isForced: Bool
    ) -> Int? {
        if memory === thread.process.memory { return memory.copy(address, &bytes, isWrite: isWrite, isForced: isForced) }
        guard target.state == .running, target.memory === memory, !target.threads.isEmpty else { return nil }
        let errand = MemoryErrand(address, bytes: bytes, isWrite: isWrite, isForced: isForced)
        memory.errands.append(errand)
        disturb(target)
        while errand.copied == nil {
            if Signals.isDying(thread) {
                memory.errands.removeAll { $0 === errand }
                return nil
            }
            thread.block.clearWake()
            errand.queue.add(thread.threadWaiter)
            _ = Machine.park()
            errand.queue.remove(thread.threadWaiter)
            // Others may wait for this thread in the same way.
            _ = thread.isInterrupted
        }
        bytes = errand.bytes
        return errand.copied
    }

    /// A sleeping thread is the fastest to serve; where all run, the first to pass through the kernel does.
    private static func disturb(_ process: Process) {
        for thread in process.threads where thread.block.isParked { return thread.disturb() }
        for thread in process.threads { thread.disturb() }
    }
}

extension Thread {
    /// Makes the thread look after its memory, wherever it is, without a wait of its ending early.
    func disturb() {
        // What it has to do already takes it through the kernel.
        if !block.hasWork { isDisturbed = true }
        interrupt()
    }

    /// Whether there is more to do than looking after the memory, which is done at once.
    func isInterruptedIndeed() -> Bool {
        process.memory.lookAfter()
        guard isDisturbed else { return true }
        isDisturbed = false
        if mustExit || process.stop.isStopped || Signals.hasDeliverable(self) { return true }
        block.setWork(false)
        return false
    }
}

extension AddressSpace {
    /// Carries out what others asked of the memory of the running process.
    func lookAfter() {
        if isStale { hideStale() }
        if errands.isEmpty { return }
        let waiting = errands
        errands = []
        for errand in waiting { errand.carryOut(in: self) }
    }

    /// Copies between `bytes` and the running process's memory; how many bytes came before a fault.
    func copy(_ address: UInt64, _ bytes: inout [UInt8], isWrite: Bool, isForced: Bool) -> Int {
        let count = bytes.count
        var done = 0
        while true {
            let at = address &+ UInt64(done)
            let before = done
            if isWrite {
                done += UserMemory.writeSome(bytes, from: done, count - done, to: at)
            } else {
                done += UserMemory.readSome(at, into: &bytes, at: done, count - done)
            }
            if done == count || !isForced { return done }
            // Up to the end of the page that refused.
            let fault = address &+ UInt64(done)
            guard let area = openForced(fault, isWrite: isWrite) else { return done }
            let part = min(count - done, 4096 - Int(fault & 4095))
            if isWrite {
                done += UserMemory.writeSome(bytes, from: done, part, to: fault)
            } else {
                done += UserMemory.readSome(fault, into: &bytes, at: done, part)
            }
            do { try kernel.host.protect(fault & ~4095, 4096, area.protection) } catch {
                Machine.panic("the host refuses to protect memory again")
            }
            if done == before { return done }
        }
    }

    /// Makes the page at `address` accessible where its mapping could be (FOLL_FORCE in Linux): a shared one is never written so.
    private func openForced(_ address: UInt64, isWrite: Bool) -> Area? {
        guard let area = area(at: address), area.kind != .stubs else { return nil }
        if isWrite ? area.isShared || area.protection & Mman.PROT_WRITE != 0 : area.protection != 0 { return nil }
        if let content = area.content, Int64(address - area.start) + area.offset >= (content.size + 4095) & ~4095 { return nil }
        let access = Mman.PROT_READ | (isWrite ? Mman.PROT_WRITE : 0)
        do { try kernel.host.protect(address & ~4095, 4096, area.protection | access) } catch { return nil }
        return area
    }
}
