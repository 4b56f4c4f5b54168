// SPDX-License-Identifier: Apache-2.0
//
// Condition variables over priority-inheriting locks (futex(2), FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI): who is signalled
// gets the lock, or waits for it, without running in between.

import LinuxABI
import Machine

extension Futexes {
    /// FUTEX_WAIT_REQUEUE_PI: returns with the lock held.
    static func waitToLock(
        _ thread: Thread, _ address: UInt64, _ expected: UInt32, lock: UInt64, isPrivate: Bool, until deadline: Deadline?
    ) throws(Errno) -> Int {
        guard address != lock else { throw .EINVAL }
        let key = try key(thread, address, isPrivate: isPrivate)
        let lockKey = try self.key(thread, lock, isPrivate: isPrivate)
        guard key != lockKey else { throw .EINVAL }
        guard try UserMemory.load32(address) == expected else { throw .EAGAIN }
        let waiter = waiter(of: thread)
        waiter.isForLock = false
        waiter.tid = thread.tid
        waiter.address = lock
        waiter.lock = lockKey
        defer { waiter.lock = nil }
        thread.block.clearWake()
        table.add(waiter, key, bitset: .max)
        while true {
            let result = thread.sleep(until: deadline)
            if !waiter.isQueued { return 0 }
            if result == .woken {
                thread.block.clearWake()
                continue
            }
            table.remove(waiter)
            if result == .timedOut { throw .ETIMEDOUT }
            // Once moved to the lock, waiting anew for a value that changed would fail like this.
            if waiter.isForLock { throw .EAGAIN }
            throw thread.interrupted(.always)
        }
    }

    /// FUTEX_CMP_REQUEUE_PI: the longest waiting gets the lock if it is free; it otherwise, and up to `moved` more, wait for it. How many
    /// of both.
    static func requeueToLock(
        _ thread: Thread, _ address: UInt64, lock: UInt64, _ moved: Int32, expected: UInt32, isPrivate: Bool
    ) throws(Errno) -> Int {
        guard moved >= 0, address != lock else { throw .EINVAL }
        let key = try key(thread, address, isPrivate: isPrivate)
        let lockKey = try self.key(thread, lock, isPrivate: isPrivate)
        guard key != lockKey else { throw .EINVAL }
        guard try UserMemory.load32(address) == expected else { throw .EAGAIN }
        var done = 0
        while done <= Int(moved), let waiter = table.next(key) {
            guard waiter.lock == lockKey, !waiter.isForLock else { throw .EINVAL }
            if try take(lock, lockKey, for: waiter) {
                table.remove(waiter)
                waiter.block.wake()
            } else {
                table.moveToLock(waiter, lockKey)
            }
            done += 1
        }
        return done
    }

    /// Gives a free lock to the waiter, or marks a held one as waited for. True when given.
    private static func take(_ address: UInt64, _ key: FutexKey, for waiter: FutexWaiter) throws(Errno) -> Bool {
        var found = try UserMemory.load32(address)
        while true {
            let owner = found & FutexWord.FUTEX_TID_MASK
            if owner == UInt32(bitPattern: waiter.tid) { throw .EDEADLK }
            var new = found | FutexWord.FUTEX_WAITERS
            if owner == 0 {
                new = UInt32(bitPattern: waiter.tid) | found & FutexWord.FUTEX_OWNER_DIED
                if table.nextForLock(key) != nil { new |= FutexWord.FUTEX_WAITERS }
            } else {
                guard let other = kernel.processes.thread(Int32(bitPattern: owner)), !other.isDead else { throw .ESRCH }
            }
            let before = try UserMemory.compareExchange32(address, expected: found, desired: new)
            if before == found { return owner == 0 }
            found = before
        }
    }
}
