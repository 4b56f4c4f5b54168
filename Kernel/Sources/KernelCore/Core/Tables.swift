// SPDX-License-Identifier: Apache-2.0
//
// Processes by number, and slots.

import LinuxABI
import Machine

/// Every process and thread, by number. Numbers are reused only after the range wrapped.
public final class ProcessTable {
    private var processes: [Int32: Process] = [:]
    private var threads: [Int32: Thread] = [:]
    private var last: Int32 = 0
    private let maximum: Int32 = 4_194_304
    public init() {}

    public var count: Int { processes.count }
    public var all: [Process] { processes.values.sorted { $0.pid < $1.pid } }
    /// The running process whose host process is `number`.
    public func running(hostProcess number: UInt32) -> Process? {
        processes.values.first { $0.hostProcess == number && $0.state == .running && !$0.threads.isEmpty }
    }
    public func process(_ pid: Int32) -> Process? { processes[pid] }
    public func thread(_ tid: Int32) -> Thread? { threads[tid] }

    /// The number given out last.
    public var lastNumber: Int32 { last }

    /// The next free number.
    public func allocateNumber() -> Int32 {
        while true {
            last = last >= maximum ? 2 : last + 1
            if threads[last] == nil && processes[last] == nil && !isGroupOrSession(last) { return last }
        }
    }
    private func isGroupOrSession(_ number: Int32) -> Bool {
        if last < 30000 { return false }
        return processes.values.contains { $0.group == number || $0.session == number }
    }
    public func add(_ process: Process) { processes[process.pid] = process }
    public func add(_ thread: Thread) { threads[thread.tid] = thread }
    public func remove(_ process: Process) { processes[process.pid] = nil }
    public func remove(_ thread: Thread) { threads[thread.tid] = nil }
    public func removeThread(_ tid: Int32) { threads[tid] = nil }
    public func inGroup(_ group: Int32) -> [Process] { all.filter { $0.group == group && $0.state == .running } }
    public var threadCount: Int { threads.count }
    /// Threads and zombies of one real user (RLIMIT_NPROC).
    func threadCount(ofUser uid: UInt32) -> Int {
        var sum = 0
        for process in processes.values where process.credentials.uid == uid { sum += max(process.threads.count, 1) }
        return sum
    }
}

/// Which slots are free. A slot is free again only when its host thread no longer runs on it.
public final class SlotTable {
    private var free: [Int] = []
    private var next = 1
    /// Slots whose thread has ended in the kernel's eyes, with the host process that held it.
    private var retiring: [(block: ThreadBlock, hostProcess: UInt32)] = []
    public init() {}

    public func allocate() -> ThreadBlock? {
        if free.isEmpty && retiring.count >= 16 { collect(reaped: 0) }
        if let slot = free.popLast() { return ThreadBlock.prepare(slot: slot) }
        guard next < ThreadBlock.slotCount else {
            collect(reaped: 0)
            guard let slot = free.popLast() else { return nil }
            return ThreadBlock.prepare(slot: slot)
        }
        next += 1
        return ThreadBlock.prepare(slot: next - 1)
    }

    public func retire(_ block: ThreadBlock) {
        retiring.append((block, block.hostProcess))
    }

    /// Never used by a host thread.
    public func giveBack(_ block: ThreadBlock) { free.append(block.slot) }

    /// Frees the slots of a host process the supervisor reaped, and those whose host thread is gone.
    public func collect(reaped hostProcess: UInt32) {
        var kept: [(block: ThreadBlock, hostProcess: UInt32)] = []
        for entry in retiring {
            if entry.block.hostThread == 0 || (hostProcess != 0 && entry.hostProcess == hostProcess) {
                free.append(entry.block.slot)
            } else {
                kept.append(entry)
            }
        }
        retiring = kept
    }
}
