// SPDX-License-Identifier: Apache-2.0
//
// sched_setattr(2), getpriority(2) and ioprio_set(2): each finds one or many threads and keeps what they are told.

import LinuxABI
import Machine

enum SchedulingAttributes {
    private static let size: UInt32 = 56
    private static let firstSize: UInt32 = 48
    private static let resetOnFork: UInt64 = 1
    private static let keepPolicy: UInt64 = 8
    private static let keepParameters: UInt64 = 16
    private static let knownFlags: UInt64 = 0x7f

    static func get(_ call: Call) throws(Errno) -> Int {
        let room = call.u2
        guard call.a1 != 0, call.i0 >= 0, room >= firstSize, room <= 4096, call.u3 == 0 else { throw .EINVAL }
        let state = try Scheduling.find(call, call.i0).scheduling
        let isFair =
            state.policy == Sched.SCHED_OTHER || state.policy == Sched.SCHED_BATCH || state.policy == Sched.SCHED_IDLE
        let count = min(room, size)
        let words: [UInt64] = [
            UInt64(count) | UInt64(UInt32(bitPattern: state.policy)) << 32, state.resetsOnFork ? resetOnFork : 0,
            UInt64(UInt32(bitPattern: isFair ? state.nice : 0)) | UInt64(UInt32(bitPattern: state.priority)) << 32,
            state.runtime,
            state.deadline, state.period, 1024 << 32,
        ]
        var bytes: [UInt8] = []
        for word in words { bytes.append(littleEndian: word) }
        try UserMemory.writeBytes(bytes, from: 0, Int(count), to: call.a1)
        return 0
    }

    static func set(_ call: Call) throws(Errno) -> Int {
        guard call.a1 != 0, call.i0 >= 0, call.u2 == 0 else { throw .EINVAL }
        var given = try UserMemory.read(call.a1, UInt32.self)
        if given == 0 { given = firstSize }
        guard given >= firstSize, given <= 4096 else {
            try UserMemory.write(size, to: call.a1)
            throw .E2BIG
        }
        var bytes = try UserMemory.readBytes(call.a1, Int(given))
        for i in Int(size)..<max(Int(size), bytes.count) where bytes[i] != 0 {
            try UserMemory.write(size, to: call.a1)
            throw .E2BIG
        }
        while bytes.count < Int(size) { bytes.append(0) }
        let policy = bytes.littleEndian(Int32.self, at: 4) ?? 0
        let flags = bytes.littleEndian(UInt64.self, at: 8) ?? 0
        guard policy >= 0, flags & ~knownFlags == 0 else { throw .EINVAL }
        let thread = try Scheduling.find(call, call.i0)
        var new = thread.scheduling
        if flags & keepPolicy == 0 { new.policy = policy }
        new.resetsOnFork = flags & resetOnFork != 0
        if flags & keepParameters == 0 {
            let nice = bytes.littleEndian(Int32.self, at: 16) ?? 0
            let priority = bytes.littleEndian(UInt32.self, at: 20) ?? 0
            guard priority <= 99 else { throw .EINVAL }
            new.priority = Int32(priority)
            new.nice = min(max(nice, -20), 19)
            new.runtime = bytes.littleEndian(UInt64.self, at: 24) ?? 0
            new.deadline = bytes.littleEndian(UInt64.self, at: 32) ?? 0
            new.period = bytes.littleEndian(UInt64.self, at: 40) ?? 0
            if new.policy == Sched.SCHED_DEADLINE {
                // sched(7): 1024 <= runtime <= deadline <= period.
                if new.period == 0 { new.period = new.deadline }
                guard new.runtime >= 1024, new.runtime <= new.deadline, new.deadline <= new.period,
                    new.period >> 63 == 0
                else { throw .EINVAL }
            }
        }
        try Scheduling.change(call, thread, to: new)
        return 0
    }
}

/// Nice values, -20...19.
enum Niceness {
    /// RLIMIT_NICE: 20 - nice may not be above it.
    static func isAllowed(_ thread: Thread, _ nice: Int32) -> Bool {
        UInt64(20 - min(max(nice, -20), 19)) <= thread.process.limits.current(Resource.RLIMIT_NICE)
    }

    static func get(_ call: Call) throws(Errno) -> Int {
        var best: Int32?
        try ThreadChoice.each(call, which: call.i0, who: call.i1, userIsReal: true) { thread throws(Errno) in
            best = max(best ?? 0, 20 - thread.scheduling.nice)
        }
        guard let best else { throw .ESRCH }
        return Int(best)
    }

    static func set(_ call: Call) throws(Errno) -> Int {
        let nice = min(max(call.i2, -20), 19)
        let mayAll = call.process.credentials.has(Capability.CAP_SYS_NICE)
        var failure: Errno? = .ESRCH
        try ThreadChoice.each(call, which: call.i0, who: call.i1, userIsReal: true) { thread throws(Errno) in
            let c = call.process.credentials
            let t = thread.process.credentials
            if !mayAll && c.euid != t.uid && c.euid != t.euid {
                failure = .EPERM
            } else if !mayAll && nice < thread.scheduling.nice && !isAllowed(thread, nice) {
                failure = .EACCES
            } else {
                if failure == .ESRCH { failure = nil }
                thread.scheduling.nice = nice
            }
        }
        if let failure { throw failure }
        return 0
    }
}

enum InputOutputPriority {
    static func get(_ call: Call) throws(Errno) -> Int {
        guard call.i0 >= 1 else { throw .EINVAL }
        var best: Int32?
        try ThreadChoice.each(call, which: call.i0 - 1, who: call.i1, userIsReal: false) { thread throws(Errno) in
            // Without one of its own a thread has best effort by niceness: (nice + 20) / 5.
            let own = thread.scheduling.ioPriority
            let value = own >> 13 == 0 ? Ioprio.IOPRIO_CLASS_BE << 13 | (thread.scheduling.nice + 20) / 5 : own
            best = best.map { min($0, value) } ?? (call.i0 == Ioprio.IOPRIO_WHO_PROCESS ? own : value)
        }
        guard let best else { throw .ESRCH }
        return Int(best)
    }

    static func set(_ call: Call) throws(Errno) -> Int {
        let kind = call.i2 >> 13 & 7
        let level = call.i2 & 7
        switch kind {
        case Ioprio.IOPRIO_CLASS_RT:
            let c = call.process.credentials
            guard c.has(Capability.CAP_SYS_ADMIN) || c.has(Capability.CAP_SYS_NICE) else { throw .EPERM }
        case Ioprio.IOPRIO_CLASS_BE, Ioprio.IOPRIO_CLASS_IDLE: break
        case Ioprio.IOPRIO_CLASS_NONE: guard level == 0 else { throw .EINVAL }
        default: throw .EINVAL
        }
        guard call.i0 >= 1 else { throw .EINVAL }
        var failure: Errno? = .ESRCH
        try ThreadChoice.each(call, which: call.i0 - 1, who: call.i1, userIsReal: false) { thread throws(Errno) in
            let c = call.process.credentials
            let t = thread.process.credentials
            if c.euid != t.uid && c.uid != t.uid && !c.has(Capability.CAP_SYS_NICE) {
                failure = .EPERM
            } else {
                if failure == .ESRCH { failure = nil }
                thread.scheduling.ioPriority = call.i2 & 0xffff
            }
        }
        if let failure { throw failure }
        return 0
    }
}

/// The threads that `which` and `who` of getpriority(2) name: PRIO_PROCESS, PRIO_PGRP, PRIO_USER.
enum ThreadChoice {
    static func each(_ call: Call, which: Int32, who: Int32, userIsReal: Bool, _ body: (Thread) throws(Errno) -> Void)
        throws(Errno)
    {
        switch which {
        case Sched.PRIO_PROCESS:
            if who == 0 { return try body(call.thread) }
            if let thread = kernel.processes.thread(who) { try body(thread) }
        case Sched.PRIO_PGRP:
            let group = who == 0 ? call.process.group : who
            for process in kernel.processes.inGroup(group) {
                for thread in process.threads { try body(thread) }
            }
        case Sched.PRIO_USER:
            let user = who == 0 ? call.process.credentials.uid : UInt32(bitPattern: who)
            for process in kernel.processes.all where process.credentials.uid == user {
                for thread in process.threads { try body(thread) }
            }
        default: throw .EINVAL
        }
    }
}
