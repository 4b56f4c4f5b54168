// SPDX-License-Identifier: Apache-2.0
//
// futex(2), robust lists, memory barriers.

import LinuxABI
import Machine

enum FutexCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.futex) { call throws(Errno) in try futex(call) },
            SyscallEntry(SyscallNumber.futex_waitv, .full) { call throws(Errno) in try waitAny(call) },
            SyscallEntry(SyscallNumber.set_robust_list, .full) { call throws(Errno) in
                guard call.a1 == UInt64(MemoryLayout<RobustListHead>.size) else { throw .EINVAL }
                call.thread.robustList = call.a0
                return 0
            },
            SyscallEntry(SyscallNumber.get_robust_list, .full) { call throws(Errno) in try getRobustList(call) },
            SyscallEntry(SyscallNumber.membarrier, .full) { call throws(Errno) in try barrier(call) },
            SyscallEntry(SyscallNumber.rseq, .refused, "ENOSYS: threads have no processor numbers of their own") {
                call throws(Errno) in
                guard call.a0 & 31 == 0, call.a1 & 0xffff_ffff >= 32, call.i2 == 0 else { throw .EINVAL }
                throw .ENOSYS
            },
        ]
    }

    private static func futex(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        let command = call.i1 & Futex.FUTEX_CMD_MASK
        let isPrivate = call.i1 & Futex.FUTEX_PRIVATE_FLAG != 0
        let isRealtime = call.i1 & Futex.FUTEX_CLOCK_REALTIME != 0
        if isRealtime && command != Futex.FUTEX_WAIT_BITSET && command != Futex.FUTEX_WAIT_REQUEUE_PI && command != Futex.FUTEX_LOCK_PI2 {
            throw .ENOSYS
        }
        switch command {
        case Futex.FUTEX_WAIT:
            var limit: Deadline?
            if call.a3 != 0 { limit = .after(try Time.nanoseconds(try UserMemory.read(call.a3, Timespec.self))) }
            if thread.isRestarting, limit != nil, let old = thread.restartDeadline { limit = old }
            return try Futexes.wait(thread, call.a0, call.u2, bitset: .max, isPrivate: isPrivate, until: limit)
        case Futex.FUTEX_WAIT_BITSET:
            let limit = try deadline(call.a3, isRealtime ? .realtime : .monotonic)
            let bits = UInt32(truncatingIfNeeded: call.a5)
            return try Futexes.wait(thread, call.a0, call.u2, bitset: bits, isPrivate: isPrivate, until: limit)
        case Futex.FUTEX_WAKE:
            return try Futexes.wake(thread, call.a0, call.i2, isPrivate: isPrivate)
        case Futex.FUTEX_WAKE_BITSET:
            return try Futexes.wake(thread, call.a0, call.i2, bitset: UInt32(truncatingIfNeeded: call.a5), isPrivate: isPrivate)
        case Futex.FUTEX_REQUEUE, Futex.FUTEX_CMP_REQUEUE:
            let expected: UInt32? = command == Futex.FUTEX_CMP_REQUEUE ? UInt32(truncatingIfNeeded: call.a5) : nil
            return try Futexes.requeue(thread, call.a0, call.i2, call.a4, call.i3, expected: expected, isPrivate: isPrivate)
        case Futex.FUTEX_WAKE_OP:
            let operation = UInt32(truncatingIfNeeded: call.a5)
            return try Futexes.wakeOperation(thread, call.a0, call.i2, call.a4, call.i3, operation, isPrivate: isPrivate)
        case Futex.FUTEX_LOCK_PI:
            let limit = try deadline(call.a3, .realtime)
            return try Futexes.lock(thread, call.a0, isPrivate: isPrivate, until: limit, isTry: false)
        case Futex.FUTEX_LOCK_PI2:
            let limit = try deadline(call.a3, isRealtime ? .realtime : .monotonic)
            return try Futexes.lock(thread, call.a0, isPrivate: isPrivate, until: limit, isTry: false)
        case Futex.FUTEX_TRYLOCK_PI:
            return try Futexes.lock(thread, call.a0, isPrivate: isPrivate, until: nil, isTry: true)
        case Futex.FUTEX_UNLOCK_PI:
            return try Futexes.unlock(thread, call.a0, isPrivate: isPrivate)
        case Futex.FUTEX_WAIT_REQUEUE_PI:
            let limit = try deadline(call.a3, isRealtime ? .realtime : .monotonic)
            return try Futexes.waitToLock(thread, call.a0, call.u2, lock: call.a4, isPrivate: isPrivate, until: limit)
        case Futex.FUTEX_CMP_REQUEUE_PI:
            guard call.i2 == 1 else { throw .EINVAL }
            let expected = UInt32(truncatingIfNeeded: call.a5)
            return try Futexes.requeueToLock(thread, call.a0, lock: call.a4, call.i3, expected: expected, isPrivate: isPrivate)
        default:
            throw .ENOSYS
        }
    }

    private static func deadline(_ address: UInt64, _ clock: Machine.Clock) throws(Errno) -> Deadline? {
        guard address != 0 else { return nil }
        return Deadline(nanoseconds: try Time.nanoseconds(try UserMemory.read(address, Timespec.self)), clock: clock)
    }

    /// futex_waitv(2): waits on several, tells which was woken.
    private static func waitAny(_ call: Call) throws(Errno) -> Int {
        let count = Int(call.u1)
        guard call.u2 == 0, count > 0, count <= Int(Futex.FUTEX_WAITV_MAX), call.a0 != 0 else { throw .EINVAL }
        var limit: Deadline?
        if call.a3 != 0 {
            let id = call.i4
            guard id == ClockID.CLOCK_MONOTONIC || id == ClockID.CLOCK_REALTIME else { throw .EINVAL }
            limit = try deadline(call.a3, id == ClockID.CLOCK_REALTIME ? .realtime : .monotonic)
        }
        let thread = call.thread
        var waiters: [FutexWaiter] = []
        defer { for waiter in waiters { Futexes.table.remove(waiter) } }
        let size = UInt64(MemoryLayout<FutexWaitv>.size)
        for i in 0..<count {
            let entry = try UserMemory.read(call.a0 &+ UInt64(i) &* size, FutexWaitv.self)
            let known = FutexWord.FUTEX_32 | UInt32(bitPattern: Futex.FUTEX_PRIVATE_FLAG)
            guard entry.flags & ~known == 0, entry.flags & FutexWord.FUTEX_32 != 0 else { throw .EINVAL }
            let isPrivate = entry.flags & UInt32(bitPattern: Futex.FUTEX_PRIVATE_FLAG) != 0
            let key = try Futexes.key(thread, entry.uaddr, isPrivate: isPrivate)
            guard try UserMemory.load32(entry.uaddr) == UInt32(truncatingIfNeeded: entry.val) else { throw .EAGAIN }
            let waiter = FutexWaiter(thread.block)
            Futexes.table.add(waiter, key, bitset: .max)
            waiters.append(waiter)
        }
        thread.block.clearWake()
        while true {
            let result = thread.sleep(until: limit)
            for i in 0..<count where !waiters[i].isQueued { return i }
            switch result {
            case .woken: thread.block.clearWake()
            case .timedOut: throw .ETIMEDOUT
            case .interrupted: throw thread.interrupted(.ifHandlerAllows)
            }
        }
    }

    private static func getRobustList(_ call: Call) throws(Errno) -> Int {
        var target = call.thread
        if call.i0 != 0 {
            guard let other = kernel.processes.thread(call.i0) else { throw .ESRCH }
            guard other.process === call.process || call.process.credentials.isPrivileged else { throw .EPERM }
            target = other
        }
        try UserMemory.write(UInt64(MemoryLayout<RobustListHead>.size), to: call.a2)
        try UserMemory.write(target.robustList, to: call.a1)
        return 0
    }

    /// The host's own barrier reaches all threads of the process, which are host threads of one host process.
    private static func barrier(_ call: Call) throws(Errno) -> Int {
        try kernel.host.memoryBarrier(command: call.i0, flags: call.u1)
    }
}
