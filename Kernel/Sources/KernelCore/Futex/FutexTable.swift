// SPDX-License-Identifier: Apache-2.0
//
// Who waits on which futex (futex(2)). Buckets of linked waiters; a waiter belongs to its thread, so that neither waiting nor
// waking allocates.

import LinuxABI
import Machine

/// What two threads must have in common to mean the same futex: shared contents and an offset, or a memory and an address.
struct FutexKey: Equatable {
    let object: UInt
    let offset: UInt64

    init(_ memory: AddressSpace, _ address: UInt64) {
        object = UInt(bitPattern: ObjectIdentifier(memory))
        offset = address
    }
    init(_ content: FileContent, _ position: UInt64) {
        object = UInt(bitPattern: ObjectIdentifier(content))
        offset = position
    }

    var hash: Int {
        let mixed = (UInt64(object) >> 4 ^ offset >> 2) &* 0x9e37_79b9_7f4a_7c15
        return Int(mixed >> 54)
    }
}

public final class FutexWaiter {
    fileprivate var next: FutexWaiter?
    fileprivate var previous: FutexWaiter?
    fileprivate(set) var key: FutexKey?
    fileprivate(set) var bitset: UInt32 = .max
    var block: ThreadBlock
    /// Waits for a priority-inheriting lock, which is handed over to it.
    var isForLock = false
    var tid: Int32 = 0
    /// FUTEX_WAIT_REQUEUE_PI: the lock it means to be moved to, and nothing else may wake it.
    var lock: FutexKey?
    /// Where the waiter's own memory has the lock's word.
    var address: UInt64 = 0

    init(_ block: ThreadBlock) { self.block = block }
    /// It was woken, or never waited.
    var isQueued: Bool { key != nil }
}

public final class FutexTable {
    private var first: [FutexWaiter?] = Array(repeating: nil, count: 1024)
    private var last: [FutexWaiter?] = Array(repeating: nil, count: 1024)
    /// How many waiters wait for locks.
    private(set) var lockWaiters = 0
    public init() {}

    func add(_ waiter: FutexWaiter, _ key: FutexKey, bitset: UInt32) {
        let i = key.hash
        waiter.key = key
        waiter.bitset = bitset
        waiter.next = nil
        waiter.previous = last[i]
        if let tail = last[i] { tail.next = waiter } else { first[i] = waiter }
        last[i] = waiter
        if waiter.isForLock { lockWaiters += 1 }
    }

    func remove(_ waiter: FutexWaiter) {
        guard let key = waiter.key else { return }
        let i = key.hash
        let next = waiter.next
        let previous = waiter.previous
        if let previous { previous.next = next } else { first[i] = next }
        if let next { next.previous = previous } else { last[i] = previous }
        waiter.next = nil
        waiter.previous = nil
        waiter.key = nil
        if waiter.isForLock { lockWaiters -= 1 }
    }

    /// Wakes waiters whose bits meet `bitset`, in order, at least one. The number woken.
    func wake(_ key: FutexKey, _ count: Int32, bitset: UInt32 = .max) throws(Errno) -> Int {
        var woken = 0
        var cursor = first[key.hash]
        while let waiter = cursor {
            cursor = waiter.next
            guard waiter.key == key else { continue }
            // A lock is only ever handed over.
            if waiter.isForLock || waiter.lock != nil { throw .EINVAL }
            guard waiter.bitset & bitset != 0 else { continue }
            remove(waiter)
            waiter.block.wake()
            woken += 1
            if woken >= Int(count) { break }
        }
        return woken
    }

    /// Wakes up to `count` and moves up to `moved` more to another futex. How many of both.
    func requeue(_ key: FutexKey, wake count: Int32, to target: FutexKey, _ moved: Int32) throws(Errno) -> Int {
        var done = 0
        var cursor = first[key.hash]
        while let waiter = cursor, done - Int(count) < Int(moved) {
            cursor = waiter.next
            guard waiter.key == key else { continue }
            if waiter.isForLock || waiter.lock != nil { throw .EINVAL }
            done += 1
            if done <= Int(count) {
                remove(waiter)
                waiter.block.wake()
            } else if key != target {
                remove(waiter)
                add(waiter, target, bitset: waiter.bitset)
            }
        }
        return done
    }

    /// The longest waiting on a futex.
    func next(_ key: FutexKey) -> FutexWaiter? {
        var cursor = first[key.hash]
        while let waiter = cursor {
            if waiter.key == key { return waiter }
            cursor = waiter.next
        }
        return nil
    }

    /// Makes a waiter wait for the lock it named.
    func moveToLock(_ waiter: FutexWaiter, _ lock: FutexKey) {
        remove(waiter)
        waiter.isForLock = true
        add(waiter, lock, bitset: .max)
    }

    /// The longest waiting for a lock, and whether there are more.
    func nextForLock(_ key: FutexKey) -> (waiter: FutexWaiter, hasMore: Bool)? {
        var found: FutexWaiter?
        var cursor = first[key.hash]
        while let waiter = cursor {
            cursor = waiter.next
            guard waiter.key == key, waiter.isForLock else { continue }
            if let found { return (found, true) }
            found = waiter
        }
        guard let found else { return nil }
        return (found, false)
    }

    /// One lock waiter a call, of those in `memory` that `accepts`; for the rare death of an owner.
    func lockWaiter(where accepts: (FutexWaiter) -> Bool) -> FutexWaiter? {
        for head in first {
            var cursor = head
            while let waiter = cursor {
                cursor = waiter.next
                if waiter.isForLock && accepts(waiter) { return waiter }
            }
        }
        return nil
    }
}
