// SPDX-License-Identifier: Apache-2.0
//
// Priority-inheriting locks (futex(2), FUTEX_LOCK_PI): the word holds the owner's number, and the kernel hands the lock to the
// longest waiting thread. Priorities are the host's business, so only the ownership is kept here.

import LinuxABI
import Machine

extension Futexes {
    /// FUTEX_LOCK_PI, and with `isTry` FUTEX_TRYLOCK_PI.
    static func lock(_ thread: Thread, _ address: UInt64, isPrivate: Bool, until deadline: Deadline?, isTry: Bool) throws(Errno) -> Int {
        let key = try key(thread, address, isPrivate: isPrivate)
        guard try !take(thread, address, key, isTry: isTry) else { return 0 }
        let waiter = waiter(of: thread)
        waiter.isForLock = true
        waiter.tid = thread.tid
        waiter.address = address
        thread.block.clearWake()
        table.add(waiter, key, bitset: .max)
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
                throw thread.interrupted(.always)
            }
        }
    }

    /// Takes a free lock, or marks a held one as waited for. True when taken.
    private static func take(_ thread: Thread, _ address: UInt64, _ key: FutexKey, isTry: Bool) throws(Errno) -> Bool {
        let own = UInt32(bitPattern: thread.tid)
        var found = try UserMemory.load32(address)
        while true {
            let owner = found & FutexWord.FUTEX_TID_MASK
            if owner == own { throw .EDEADLK }
            var new: UInt32
            if owner == 0 {
                new = own | found & FutexWord.FUTEX_OWNER_DIED
                if table.nextForLock(key) != nil { new |= FutexWord.FUTEX_WAITERS }
            } else {
                guard let other = kernel.processes.thread(Int32(bitPattern: owner)), !other.isDead else { throw .ESRCH }
                if isTry { throw .EAGAIN }
                new = found | FutexWord.FUTEX_WAITERS
            }
            let before = try UserMemory.compareExchange32(address, expected: found, desired: new)
            if before == found { return owner == 0 }
            found = before
        }
    }

    static func unlock(_ thread: Thread, _ address: UInt64, isPrivate: Bool) throws(Errno) -> Int {
        let key = try key(thread, address, isPrivate: isPrivate)
        let found = try UserMemory.load32(address)
        guard found & FutexWord.FUTEX_TID_MASK == UInt32(bitPattern: thread.tid) else { throw .EPERM }
        try handOver(address, key, found, died: false)
        return 0
    }

    /// Gives the lock to who has waited longest, or nobody.
    private static func handOver(_ address: UInt64, _ key: FutexKey, _ word: UInt32, died: Bool) throws(Errno) {
        var found = word
        while true {
            let next = table.nextForLock(key)
            var new: UInt32 = died ? FutexWord.FUTEX_OWNER_DIED : 0
            if let next { new |= UInt32(bitPattern: next.waiter.tid) | (next.hasMore ? FutexWord.FUTEX_WAITERS : 0) }
            let before = try UserMemory.compareExchange32(address, expected: found, desired: new)
            if before != found {
                found = before
                continue
            }
            if let waiter = next?.waiter {
                table.remove(waiter)
                waiter.block.wake()
            }
            return
        }
    }

    // MARK: the end of a thread

    /// Robust locks are released, CLONE_CHILD_CLEARTID is honoured, locks that others wait for are handed over. The thread's memory
    /// is still there.
    public static func threadExited(_ thread: Thread) {
        if thread.robustList != 0 { walkRobustList(thread) }
        if table.lockWaiters > 0 { releaseLocks(of: thread) }
        if let waiter = thread.futexWaiter { table.remove(waiter) }
        thread.futexWaiter = nil
        let address = thread.clearChildTid
        thread.clearChildTid = 0
        // Nobody else has the memory: nobody can look.
        guard address != 0, thread.process.threads.count > 1 || thread.process.memory.users > 1 else { return }
        do {
            try UserMemory.write(UInt32(0), to: address)
            _ = try wake(thread, address, 1, isPrivate: false)
        } catch {}
    }

    /// execve(2) ends what the old program had registered.
    public static func execReleases(_ thread: Thread) {
        threadExited(thread)
        thread.robustList = 0
    }

    /// get_robust_list(2) and Documentation/locking/robust-futexes.rst: the list is the program's and may be anything.
    private static func walkRobustList(_ thread: Thread) {
        let headAddress = thread.robustList
        thread.robustList = 0
        guard let head = read(headAddress, RobustListHead.self) else { return }
        let pending = head.list_op_pending
        let offset = UInt64(bitPattern: head.futex_offset)
        var entry = head.list
        var left = Futex.ROBUST_LIST_LIMIT
        while entry & ~1 != headAddress && left > 0 {
            // The next one first: the word may be reused once it is released.
            let next = read(entry & ~1, UInt64.self)
            if entry & ~1 != pending & ~1 { release(thread, (entry & ~1) &+ offset, isLock: entry & 1 != 0, isPending: false) }
            guard let next else { return }
            entry = next
            left -= 1
        }
        if pending != 0 { release(thread, (pending & ~1) &+ offset, isLock: pending & 1 != 0, isPending: true) }
    }

    private static func read<T: BitwiseCopyable>(_ address: UInt64, _ type: T.Type) -> T? {
        do { return try UserMemory.read(address, T.self) } catch { return nil }
    }

    private static func release(_ thread: Thread, _ address: UInt64, isLock: Bool, isPending: Bool) {
        do {
            let key = try key(thread, address, isPrivate: false)
            var found = try UserMemory.load32(address)
            if isPending && !isLock && found & FutexWord.FUTEX_TID_MASK == 0 {
                // Released, but the wake-up never came.
                _ = try table.wake(key, 1)
                return
            }
            while found & FutexWord.FUTEX_TID_MASK == UInt32(bitPattern: thread.tid) {
                if isLock && table.nextForLock(key) != nil { return try handOver(address, key, found, died: true) }
                let new = found & FutexWord.FUTEX_WAITERS | FutexWord.FUTEX_OWNER_DIED
                let before = try UserMemory.compareExchange32(address, expected: found, desired: new)
                if before == found {
                    if !isLock && found & FutexWord.FUTEX_WAITERS != 0 { _ = try table.wake(key, 1) }
                    return
                }
                found = before
            }
        } catch {}
    }

    /// Locks that the dying thread holds and others of its memory wait for.
    private static func releaseLocks(of thread: Thread) {
        let memory = thread.process.memory
        let own = UInt32(bitPattern: thread.tid)
        while true {
            let waiter = table.lockWaiter { waiter in
                guard let key = waiter.key, key == FutexKey(memory, waiter.address) else { return false }
                return (word(at: waiter.address) ?? 0) & FutexWord.FUTEX_TID_MASK == own
            }
            guard let waiter, let key = waiter.key, let found = word(at: waiter.address) else { return }
            do { try handOver(waiter.address, key, found, died: true) } catch { return }
        }
    }

    private static func word(at address: UInt64) -> UInt32? {
        do { return try UserMemory.load32(address) } catch { return nil }
    }
}
