// SPDX-License-Identifier: Apache-2.0
//
// sched_yield(2), affinity, policies and priorities, sched(7), getpriority(2), ioprio_set(2). Affinity is the host thread's own;
// policies and niceness are kept and reported, for the host schedules.

import LinuxABI
import Machine

enum Scheduling {
    static let note: StaticString = "kept and reported; the host schedules"

    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.sched_yield) { call throws(Errno) in
                kernel.host.yieldProcessor()
                return 0
            },
            SyscallEntry(SyscallNumber.sched_setaffinity) { call throws(Errno) in try setAffinity(call) },
            SyscallEntry(SyscallNumber.sched_getaffinity) { call throws(Errno) in try getAffinity(call) },
            SyscallEntry(SyscallNumber.getcpu) { call throws(Errno) in
                let now = kernel.host.currentProcessor()
                if call.a0 != 0 { try UserMemory.write(now.processor, to: call.a0) }
                if call.a1 != 0 { try UserMemory.write(now.node, to: call.a1) }
                return 0
            },
            SyscallEntry(SyscallNumber.sched_setscheduler, .partial, note) { call throws(Errno) in
                guard call.i1 >= 0 else { throw .EINVAL }
                return try setParameters(call, policy: call.i1, parameters: call.a2)
            },
            SyscallEntry(SyscallNumber.sched_setparam, .partial, note) { call throws(Errno) in
                try setParameters(call, policy: nil, parameters: call.a1)
            },
            SyscallEntry(SyscallNumber.sched_getscheduler, .partial, note) { call throws(Errno) in
                let state = try find(call, call.i0).scheduling
                return Int(state.policy | (state.resetsOnFork ? Sched.SCHED_RESET_ON_FORK : 0))
            },
            SyscallEntry(SyscallNumber.sched_getparam, .partial, note) { call throws(Errno) in
                guard call.a1 != 0 else { throw .EINVAL }
                try UserMemory.write(try find(call, call.i0).scheduling.priority, to: call.a1)
                return 0
            },
            SyscallEntry(SyscallNumber.sched_get_priority_max) { call throws(Errno) in try priorityRange(call.i0).1 },
            SyscallEntry(SyscallNumber.sched_get_priority_min) { call throws(Errno) in try priorityRange(call.i0).0 },
            SyscallEntry(SyscallNumber.sched_rr_get_interval) { call throws(Errno) in try roundRobinInterval(call) },
            SyscallEntry(SyscallNumber.sched_setattr, .partial, note) { call throws(Errno) in
                try SchedulingAttributes.set(call)
            },
            SyscallEntry(SyscallNumber.sched_getattr, .partial, note) { call throws(Errno) in
                try SchedulingAttributes.get(call)
            },
            SyscallEntry(SyscallNumber.getpriority, .partial, note) { call throws(Errno) in try Niceness.get(call) },
            SyscallEntry(SyscallNumber.setpriority, .partial, note) { call throws(Errno) in try Niceness.set(call) },
            SyscallEntry(SyscallNumber.ioprio_get, .partial, note) { call throws(Errno) in
                try InputOutputPriority.get(call)
            },
            SyscallEntry(SyscallNumber.ioprio_set, .partial, note) { call throws(Errno) in
                try InputOutputPriority.set(call)
            },
        ]
    }

    /// The thread a call is about; 0 is the caller.
    static func find(_ call: Call, _ tid: Int32) throws(Errno) -> Thread {
        if tid == 0 { return call.thread }
        guard tid > 0 else { throw .EINVAL }
        guard let thread = kernel.processes.thread(tid) else { throw .ESRCH }
        return thread
    }

    static func owns(_ call: Call, _ thread: Thread) -> Bool {
        let c = call.process.credentials
        let t = thread.process.credentials
        return c.euid == t.euid || c.euid == t.uid
    }

    // MARK: affinity

    private static func setAffinity(_ call: Call) throws(Errno) -> Int {
        let target = try find(call, call.i0)
        let count = Int(min(call.u1, 1024))
        let bytes = try UserMemory.readBytes(call.a2, count)
        guard owns(call, target) || call.process.credentials.has(Capability.CAP_SYS_NICE) else { throw .EPERM }
        let old = try kernel.host.affinity(target.block.hostThread)
        // What lies beyond the processors there are is ignored, what is missing is zero.
        var mask = [UInt64](repeating: 0, count: old.count)
        for i in 0..<min(count, old.count * 8) { mask[i / 8] |= UInt64(bytes[i]) << UInt64(i % 8 * 8) }
        try kernel.host.setAffinity(target.block.hostThread, mask)
        // The host drops the processors that are not there.
        target.affinity = try kernel.host.affinity(target.block.hostThread)
        return 0
    }

    /// A fresh host process took over the thread: it gets the thread's affinity.
    static func restoreAffinity(_ thread: Thread) {
        if thread.affinity.isEmpty { return }
        do { try kernel.host.setAffinity(0, thread.affinity) } catch {}
    }

    private static func getAffinity(_ call: Call) throws(Errno) -> Int {
        guard call.u1 & 7 == 0 else { throw .EINVAL }
        let mask = try kernel.host.affinity(try find(call, call.i0).block.hostThread)
        guard Int(call.u1) >= mask.count * 8 else { throw .EINVAL }
        var bytes: [UInt8] = []
        for word in mask { bytes.append(littleEndian: word) }
        try UserMemory.writeBytes(bytes, to: call.a2)
        return bytes.count
    }

    // MARK: policies

    private static func priorityRange(_ policy: Int32) throws(Errno) -> (Int, Int) {
        switch policy {
        case Sched.SCHED_FIFO, Sched.SCHED_RR: return (1, 99)
        case Sched.SCHED_OTHER, Sched.SCHED_BATCH, Sched.SCHED_IDLE, Sched.SCHED_DEADLINE: return (0, 0)
        default: throw .EINVAL
        }
    }

    private static func setParameters(_ call: Call, policy: Int32?, parameters: UInt64) throws(Errno) -> Int {
        guard parameters != 0, call.i0 >= 0 else { throw .EINVAL }
        let priority = try UserMemory.read(parameters, Int32.self)
        let thread = try find(call, call.i0)
        var new = thread.scheduling
        if let policy {
            new.policy = policy & ~Sched.SCHED_RESET_ON_FORK
            new.resetsOnFork = policy & Sched.SCHED_RESET_ON_FORK != 0
            guard new.policy != Sched.SCHED_DEADLINE else { throw .EINVAL }
        }
        new.priority = priority
        try change(call, thread, to: new)
        return 0
    }

    /// Checks and takes over a scheduling state (kernel/sched/core.c, __sched_setscheduler).
    static func change(_ call: Call, _ thread: Thread, to new: SchedulingState) throws(Errno) {
        let old = thread.scheduling
        let range = try priorityRange(new.policy)
        guard Int(new.priority) >= range.0, Int(new.priority) <= range.1 else { throw .EINVAL }
        if !call.process.credentials.has(Capability.CAP_SYS_NICE) {
            guard owns(call, thread) else { throw .EPERM }
            if new.nice < old.nice && !Niceness.isAllowed(thread, new.nice) { throw .EPERM }
            if new.policy == Sched.SCHED_FIFO || new.policy == Sched.SCHED_RR {
                let limit = thread.process.limits.current(Resource.RLIMIT_RTPRIO)
                if new.policy != old.policy && limit == 0 { throw .EPERM }
                if new.priority > old.priority && UInt64(new.priority) > limit { throw .EPERM }
            }
            if new.policy == Sched.SCHED_DEADLINE { throw .EPERM }
            if old.policy == Sched.SCHED_IDLE && new.policy != Sched.SCHED_IDLE && !Niceness.isAllowed(thread, old.nice) {
                throw .EPERM
            }
            if old.resetsOnFork && !new.resetsOnFork { throw .EPERM }
        }
        thread.scheduling = new
    }

    private static func roundRobinInterval(_ call: Call) throws(Errno) -> Int {
        let thread = try find(call, call.i0)
        // 100 ms is Linux's slice of SCHED_RR; a fair thread's is a few milliseconds; SCHED_FIFO has none.
        let policy = thread.scheduling.policy
        let nanoseconds: Int64 = policy == Sched.SCHED_RR ? 100_000_000 : policy == Sched.SCHED_FIFO ? 0 : 4_000_000
        try UserMemory.write(Timespec(tv_sec: 0, tv_nsec: nanoseconds), to: call.a1)
        return 0
    }
}
