// SPDX-License-Identifier: Apache-2.0
//
// A set of System V semaphores (semop(2)). The one who changes a set completes the operations that wait for it, in their order, so
// that a value is never seen between a release and the waiting acquisition.

import LinuxABI
import Machine

/// `struct sembuf`.
struct SemaphoreOperation {
    var number: Int
    var change: Int32
    var flags: Int32
    var mustNotWait: Bool { flags & SystemV.IPC_NOWAIT != 0 }
    var isUndone: Bool { flags & SystemV.SEM_UNDO != 0 }
}

final class SemaphoreSet: SystemVObject {
    static let maximumValue: Int32 = 32767
    static let maximumSemaphores = 32000
    static let maximumOperations = 500

    private(set) var values: [Int32]
    private(set) var lastPids: [Int32]
    var operationTime: Int64 = 0
    /// What is to be added when a process ends, by process and semaphore.
    private var undos: [Int32: [Int32]] = [:]
    private var waiting: [WaitingOperations] = []

    init(id: Int32, _ permission: SystemVPermission, count: Int) {
        values = [Int32](repeating: 0, count: count)
        lastPids = values
        super.init(id: id, permission)
    }

    private enum Outcome {
        case done
        /// The index of the operation that cannot go on.
        case blocked(Int)
        case failed(Errno)
    }

    /// All or nothing.
    private func attempt(_ operations: [SemaphoreOperation], _ pid: Int32) -> Outcome {
        var new = values
        var undo: [Int32]?
        for (index, operation) in operations.enumerated() {
            let value = new[operation.number]
            if operation.change == 0 {
                if value != 0 { return .blocked(index) }
                continue
            }
            let result = value + operation.change
            if result < 0 { return .blocked(index) }
            if result > SemaphoreSet.maximumValue { return .failed(.ERANGE) }
            if operation.isUndone {
                var adjusted = undo ?? undos[pid] ?? [Int32](repeating: 0, count: values.count)
                adjusted[operation.number] -= operation.change
                if adjusted[operation.number] < -SemaphoreSet.maximumValue - 1 || adjusted[operation.number] > SemaphoreSet.maximumValue {
                    return .failed(.ERANGE)
                }
                undo = adjusted
            }
            new[operation.number] = result
        }
        values = new
        if let undo { undos[pid] = undo.allSatisfy { $0 == 0 } ? nil : undo }
        for operation in operations { lastPids[operation.number] = pid }
        operationTime = Machine.clock(0).seconds
        return .done
    }

    /// semop(2) and semtimedop(2).
    func operate(_ operations: [SemaphoreOperation], until deadline: Deadline?, _ thread: Thread) throws(Errno) {
        let pid = thread.process.pid
        switch attempt(operations, pid) {
        case .done:
            completeWaiting()
            return
        case .failed(let error): throw error
        case .blocked(let index):
            if operations[index].mustNotWait { throw .EAGAIN }
            let waiter = WaitingOperations(operations, pid, thread.block)
            waiter.blockedAt = index
            waiting.append(waiter)
            defer { waiting.removeAll { $0 === waiter } }
            thread.block.clearWake()
            while true {
                let result = thread.sleep(until: deadline)
                if waiter.isOver {
                    if let error = waiter.error { throw error }
                    return
                }
                switch result {
                case .woken: thread.block.clearWake()
                case .timedOut: throw .EAGAIN
                case .interrupted: throw thread.interrupted(.never)
                }
            }
        }
    }

    /// After any change of a value.
    func completeWaiting() {
        var index = 0
        while index < waiting.count {
            let waiter = waiting[index]
            switch attempt(waiter.operations, waiter.pid) {
            case .done:
                waiting.remove(at: index)
                waiter.finish(nil)
                // Earlier ones may go on now.
                if waiter.operations.contains(where: { $0.change != 0 }) { index = 0 }
            case .failed(let error):
                waiting.remove(at: index)
                waiter.finish(error)
            case .blocked(let operation):
                if waiter.operations[operation].mustNotWait {
                    waiting.remove(at: index)
                    waiter.finish(.EAGAIN)
                } else {
                    waiter.blockedAt = operation
                    index += 1
                }
            }
        }
    }

    /// GETNCNT and GETZCNT: who waits at `number` for more, or for zero.
    func waiters(at number: Int, forZero: Bool) -> Int {
        var count = 0
        for waiter in waiting {
            let operation = waiter.operations[waiter.blockedAt]
            if operation.number == number && (operation.change == 0) == forZero { count += 1 }
        }
        return count
    }

    func set(_ number: Int, _ value: Int32, _ pid: Int32) {
        values[number] = value
        lastPids[number] = pid
        for process in undos.keys { undos[process]?[number] = 0 }
        changed()
    }
    func setAll(_ new: [Int32], _ pid: Int32) {
        values = new
        for number in 0..<lastPids.count { lastPids[number] = pid }
        undos = [:]
        changed()
    }
    private func changed() {
        changeTime = Machine.clock(0).seconds
        completeWaiting()
    }

    func remove() {
        let all = waiting
        waiting = []
        for waiter in all { waiter.finish(.EIDRM) }
    }

    /// SEM_UNDO of a process that ended.
    func undo(_ pid: Int32) {
        guard let adjustments = undos.removeValue(forKey: pid) else { return }
        for (number, adjustment) in adjustments.enumerated() where adjustment != 0 {
            values[number] = min(max(values[number] + adjustment, 0), SemaphoreSet.maximumValue)
            lastPids[number] = pid
        }
        operationTime = Machine.clock(0).seconds
        completeWaiting()
    }
}

private final class WaitingOperations {
    let operations: [SemaphoreOperation]
    let pid: Int32
    private let block: ThreadBlock
    var blockedAt = 0
    private(set) var isOver = false
    private(set) var error: Errno?

    init(_ operations: [SemaphoreOperation], _ pid: Int32, _ block: ThreadBlock) {
        self.operations = operations
        self.pid = pid
        self.block = block
    }

    func finish(_ error: Errno?) {
        isOver = true
        self.error = error
        block.wake()
    }
}
