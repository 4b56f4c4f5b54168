// SPDX-License-Identifier: Apache-2.0
//
// semget(2), semop(2), semtimedop(2), semctl(2).

import LinuxABI
import Machine

enum SemaphoreCalls {
    private static let apart: StaticString = "CLONE_SYSVSEM without CLONE_THREAD does not share what is to be undone"

    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.semget) { call throws(Errno) in try get(call) },
            SyscallEntry(SyscallNumber.semop, .partial, apart) { call throws(Errno) in try operate(call, until: nil) },
            SyscallEntry(SyscallNumber.semtimedop, .partial, apart) { call throws(Errno) in try operate(call, until: try PollTimeout.read(call.a3)) },
            SyscallEntry(SyscallNumber.semctl) { call throws(Errno) in try control(call) },
        ]
    }

    private static func get(_ call: Call) throws(Errno) -> Int {
        let count = call.i1
        guard count >= 0, count <= Int32(SemaphoreSet.maximumSemaphores) else { throw .EINVAL }
        let process = call.process
        let mode = UInt32(bitPattern: call.i2)
        let id = try kernel.semaphores.get(key: call.i0, flags: call.i2, process) { set throws(Errno) in
            guard Int(count) <= set.values.count else { throw .EINVAL }
        } make: { id throws(Errno) in
            guard count > 0 else { throw .EINVAL }
            try Headroom.check(UInt64(count) * 16)
            return SemaphoreSet(id: id, SystemVPermission(key: call.i0, mode: mode, process), count: Int(count))
        }
        return Int(id)
    }

    private static func operate(_ call: Call, until deadline: Deadline?) throws(Errno) -> Int {
        let count = call.u2
        guard count >= 1, call.i0 >= 0 else { throw .EINVAL }
        guard count <= UInt32(SemaphoreSet.maximumOperations) else { throw .E2BIG }
        let bytes = try UserMemory.readBytes(call.a1, Int(count) * 6)
        var operations: [SemaphoreOperation] = []
        for i in 0..<Int(count) {
            operations.append(
                SemaphoreOperation(
                    number: Int(bytes.littleEndian(UInt16.self, at: i * 6) ?? 0), change: Int32(bytes.littleEndian(Int16.self, at: i * 6 + 2) ?? 0),
                    flags: Int32(bytes.littleEndian(Int16.self, at: i * 6 + 4) ?? 0)))
        }
        let set = try kernel.semaphores.find(id: call.i0)
        guard operations.allSatisfy({ $0.number < set.values.count }) else { throw .EFBIG }
        let alters = operations.contains { $0.change != 0 }
        guard set.permission.allows(alters ? 0o222 : 0o444, call.process) else { throw .EACCES }
        if operations.contains(where: { $0.isUndone }) { try Headroom.check() }
        try set.operate(operations, until: deadline, call.thread)
        return 0
    }

    // MARK: semctl

    private static let SEM_STAT: Int32 = 18
    private static let SEM_INFO: Int32 = 19
    private static let SEM_STAT_ANY: Int32 = 20

    private static func control(_ call: Call) throws(Errno) -> Int {
        guard call.i0 >= 0 else { throw .EINVAL }
        let process = call.process
        let command = call.i2 & ~SystemV.IPC_64
        switch command {
        case SystemV.IPC_INFO, SEM_INFO: return try information(call, isUse: command == SEM_INFO)
        case SystemV.IPC_STAT, SEM_STAT, SEM_STAT_ANY:
            let set = command == SystemV.IPC_STAT ? try kernel.semaphores.find(id: call.i0) : try kernel.semaphores.find(index: call.i0)
            if command != SEM_STAT_ANY { guard set.permission.allows(0o444, process) else { throw .EACCES } }
            try UserMemory.writeBytes(status(set), to: call.a3)
            return command == SystemV.IPC_STAT ? 0 : Int(set.id)
        case SystemV.IPC_SET, SystemV.IPC_RMID:
            let ownership = command == SystemV.IPC_SET ? try SystemVOwnership(from: call.a3) : nil
            let set = try kernel.semaphores.find(id: call.i0)
            guard set.permission.isOwner(process) else { throw .EPERM }
            guard let ownership else {
                kernel.semaphores.remove(set)
                set.remove()
                return 0
            }
            set.permission.change(to: ownership)
            set.changeTime = Machine.clock(0).seconds
            return 0
        case SystemV.GETALL, SystemV.SETALL:
            let set = try kernel.semaphores.find(id: call.i0)
            guard set.permission.allows(command == SystemV.SETALL ? 0o222 : 0o444, process) else { throw .EACCES }
            return try all(set, command == SystemV.SETALL, call)
        case SystemV.GETVAL, SystemV.GETPID, SystemV.GETNCNT, SystemV.GETZCNT, SystemV.SETVAL: return try one(command, call)
        default: throw .EINVAL
        }
    }

    private static func one(_ command: Int32, _ call: Call) throws(Errno) -> Int {
        let set = try kernel.semaphores.find(id: call.i0)
        let isSet = command == SystemV.SETVAL
        let value = Int32(truncatingIfNeeded: call.a3)
        if isSet {
            guard value >= 0, value <= SemaphoreSet.maximumValue else { throw .ERANGE }
            guard call.i1 >= 0, Int(call.i1) < set.values.count else { throw .EINVAL }
        }
        guard set.permission.allows(isSet ? 0o222 : 0o444, call.process) else { throw .EACCES }
        guard call.i1 >= 0, Int(call.i1) < set.values.count else { throw .EINVAL }
        let number = Int(call.i1)
        switch command {
        case SystemV.GETVAL: return Int(set.values[number])
        case SystemV.GETPID: return Int(set.lastPids[number])
        case SystemV.GETNCNT: return set.waiters(at: number, forZero: false)
        case SystemV.GETZCNT: return set.waiters(at: number, forZero: true)
        default: set.set(number, value, call.process.pid)
        }
        return 0
    }

    private static func all(_ set: SemaphoreSet, _ isSet: Bool, _ call: Call) throws(Errno) -> Int {
        if isSet {
            let bytes = try UserMemory.readBytes(call.a3, set.values.count * 2)
            let values = (0..<set.values.count).map { Int32(bytes.littleEndian(UInt16.self, at: $0 * 2) ?? 0) }
            guard values.allSatisfy({ $0 <= SemaphoreSet.maximumValue }) else { throw .ERANGE }
            set.setAll(values, call.process.pid)
        } else {
            var bytes: [UInt8] = []
            for value in set.values { bytes.append(littleEndian: UInt16(truncatingIfNeeded: value)) }
            try UserMemory.writeBytes(bytes, to: call.a3)
        }
        return 0
    }

    /// struct semid64_ds of x86-64.
    private static func status(_ set: SemaphoreSet) -> [UInt8] {
        var bytes: [UInt8] = []
        set.permission.encode(id: set.id, to: &bytes)
        for word in [set.operationTime, 0, set.changeTime, 0, Int64(set.values.count), 0, 0] { bytes.append(littleEndian: word) }
        return bytes
    }

    /// struct seminfo.
    private static func information(_ call: Call, isUse: Bool) throws(Errno) -> Int {
        let sets = Int32(truncatingIfNeeded: kernel.semaphores.count)
        var used: Int32 = 0
        for case let set? in kernel.semaphores.objects { used &+= Int32(truncatingIfNeeded: set.values.count) }
        let perSet = Int32(SemaphoreSet.maximumSemaphores)
        let limit = Int32(kernel.semaphores.limit)
        let operations = Int32(SemaphoreSet.maximumOperations)
        var bytes: [UInt8] = []
        for word in [
            perSet &* limit, limit, perSet &* limit, perSet &* limit, perSet, operations, operations, isUse ? sets : 20,
            SemaphoreSet.maximumValue, isUse ? used : SemaphoreSet.maximumValue,
        ] { bytes.append(littleEndian: word) }
        try UserMemory.writeBytes(bytes, to: call.a3)
        return kernel.semaphores.highestIndex
    }
}
