// SPDX-License-Identifier: Apache-2.0
//
// Waiting and waking (futex(2)).

import LinuxABI
import Machine

public enum Futexes {
    @inline(__always) static var table: FutexTable { kernel.futexes }

    /// The futex at an address of the thread's memory. Unlike a private one, a shared one must be mapped.
    static func key(_ thread: Thread, _ address: UInt64, isPrivate: Bool) throws(Errno) -> FutexKey {
        guard address & 3 == 0 else { throw .EINVAL }
        guard UserMemory.isValid(address, 4) else { throw .EFAULT }
        let memory = thread.process.memory
        if isPrivate { return FutexKey(memory, address) }
        guard let area = memory.area(at: address) else { throw .EFAULT }
        if area.isShared, let content = area.content {
            return FutexKey(content, UInt64(bitPattern: area.offset) &+ (address &- area.start))
        }
        return FutexKey(memory, address)
    }

    static func waiter(of thread: Thread) -> FutexWaiter {
        if let waiter = thread.futexWaiter {
            waiter.block = thread.block
            return waiter
        }
        let waiter = FutexWaiter(thread.block)
        thread.futexWaiter = waiter
        return waiter
    }

    /// FUTEX_WAIT and FUTEX_WAIT_BITSET.
    static func wait(
        _ thread: Thread, _ address: UInt64, _ expected: UInt32, bitset: UInt32, isPrivate: Bool, until deadline: Deadline?
    ) throws(Errno) -> Int {
        guard bitset != 0 else { throw .EINVAL }
        let key = try key(thread, address, isPrivate: isPrivate)
        guard try UserMemory.load32(address) == expected else { throw .EAGAIN }
        let waiter = waiter(of: thread)
        waiter.isForLock = false
        thread.block.clearWake()
        table.add(waiter, key, bitset: bitset)
        while true {
            let result = thread.sleep(until: deadline)
            if !waiter.isQueued { return 0 }
            switch result {
            case .woken:
                thread.block.clearWake()
            case .timedOut:
                table.remove(waiter)
                throw .ETIMEDOUT
            case .interrupted:
                table.remove(waiter)
                guard let deadline else { throw thread.interrupted(.ifHandlerAllows) }
                thread.restartDeadline = deadline
                throw thread.interrupted(.withDeadline)
            }
        }
    }

    static func wake(_ thread: Thread, _ address: UInt64, _ count: Int32, bitset: UInt32 = .max, isPrivate: Bool) throws(Errno) -> Int {
        guard bitset != 0 else { throw .EINVAL }
        return try table.wake(try key(thread, address, isPrivate: isPrivate), count, bitset: bitset)
    }

    /// FUTEX_REQUEUE, and with `expected` FUTEX_CMP_REQUEUE.
    static func requeue(
        _ thread: Thread, _ address: UInt64, _ count: Int32, _ target: UInt64, _ moved: Int32, expected: UInt32?, isPrivate: Bool
    ) throws(Errno) -> Int {
        guard count >= 0, moved >= 0 else { throw .EINVAL }
        let from = try key(thread, address, isPrivate: isPrivate)
        let to = try key(thread, target, isPrivate: isPrivate)
        if let expected {
            guard try UserMemory.load32(address) == expected else { throw .EAGAIN }
        }
        return try table.requeue(from, wake: count, to: to, moved)
    }

    /// FUTEX_WAKE_OP: changes the second word, wakes at the first, and at the second when its old value compares as told.
    static func wakeOperation(
        _ thread: Thread, _ address: UInt64, _ count: Int32, _ second: UInt64, _ secondCount: Int32, _ encoded: UInt32, isPrivate: Bool
    ) throws(Errno) -> Int {
        let operation = FutexWakeOperation(encoded: encoded)
        let first = try key(thread, address, isPrivate: isPrivate)
        let other = try key(thread, second, isPrivate: isPrivate)
        let old = try apply(operation, second)
        let meets: Bool
        let argument = operation.comparisonArgument
        switch operation.comparison {
        case Futex.FUTEX_OP_CMP_EQ: meets = old == argument
        case Futex.FUTEX_OP_CMP_NE: meets = old != argument
        case Futex.FUTEX_OP_CMP_LT: meets = old < argument
        case Futex.FUTEX_OP_CMP_LE: meets = old <= argument
        case Futex.FUTEX_OP_CMP_GT: meets = old > argument
        case Futex.FUTEX_OP_CMP_GE: meets = old >= argument
        default: throw .ENOSYS
        }
        var woken = try table.wake(first, count)
        if meets { woken += try table.wake(other, secondCount) }
        return woken
    }

    private static func apply(_ operation: FutexWakeOperation, _ address: UInt64) throws(Errno) -> Int32 {
        let argument = UInt32(bitPattern: operation.argument)
        var found = try UserMemory.load32(address)
        while true {
            let new: UInt32
            switch operation.operation {
            case Futex.FUTEX_OP_SET: new = argument
            case Futex.FUTEX_OP_ADD: new = found &+ argument
            case Futex.FUTEX_OP_OR: new = found | argument
            case Futex.FUTEX_OP_ANDN: new = found & ~argument
            case Futex.FUTEX_OP_XOR: new = found ^ argument
            default: throw .ENOSYS
            }
            let before = try UserMemory.compareExchange32(address, expected: found, desired: new)
            if before == found { return Int32(bitPattern: before) }
            found = before
        }
    }
}
