// SPDX-License-Identifier: Apache-2.0
//
// msgget(2), msgsnd(2), msgrcv(2), msgctl(2).

import LinuxABI
import Machine

enum MessageQueueCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.msgget) { call throws(Errno) in try get(call) },
            SyscallEntry(SyscallNumber.msgsnd) { call throws(Errno) in try send(call) },
            SyscallEntry(SyscallNumber.msgrcv) { call throws(Errno) in try receive(call) },
            SyscallEntry(SyscallNumber.msgctl) { call throws(Errno) in try control(call) },
        ]
    }

    private static let MSG_EXCEPT: Int32 = 0o20000
    private static let MSG_COPY: Int32 = 0o40000

    private static func get(_ call: Call) throws(Errno) -> Int {
        let process = call.process
        let mode = UInt32(bitPattern: call.i1)
        let id = try kernel.messageQueues.get(key: call.i0, flags: call.i1, process) { (_: MessageQueue) throws(Errno) in
        } make: { id throws(Errno) in
            try Headroom.check()
            return MessageQueue(id: id, SystemVPermission(key: call.i0, mode: mode, process))
        }
        return Int(id)
    }

    private static func send(_ call: Call) throws(Errno) -> Int {
        let type = try UserMemory.read(call.a1, Int64.self)
        guard call.a2 <= UInt64(MessageQueue.maximumMessage), call.i0 >= 0, type >= 1 else { throw .EINVAL }
        let message = SystemVMessage(type: type, bytes: try UserMemory.readBytes(call.a1 &+ 8, Int(call.a2)))
        let queue = try kernel.messageQueues.find(id: call.i0)
        let thread = call.thread
        while true {
            // Looked at after each wait: permissions may have changed.
            guard queue.permission.allows(0o222, call.process) else { throw .EACCES }
            if queue.isRemoved { throw .EIDRM }
            if queue.hasRoom(message.bytes.count) { break }
            if call.i3 & SystemV.IPC_NOWAIT != 0 { throw .EAGAIN }
            let result = thread.sleep(on: queue.roomQueue)
            if queue.isRemoved { throw .EIDRM }
            if result == .interrupted && !queue.hasRoom(message.bytes.count) { throw thread.interrupted(.withoutHandler) }
        }
        try Headroom.check(UInt64(message.bytes.count))
        queue.append(message, call.process.pid)
        return 0
    }

    private static func receive(_ call: Call) throws(Errno) -> Int {
        let flags = call.i4
        guard call.i0 >= 0, call.a2 <= UInt64(Int64.max) else { throw .EINVAL }
        let isCopy = flags & MSG_COPY != 0
        if isCopy { guard flags & MSG_EXCEPT == 0, flags & SystemV.IPC_NOWAIT != 0 else { throw .EINVAL } }
        let queue = try kernel.messageQueues.find(id: call.i0)
        let type = Int64(bitPattern: call.a3)
        let thread = call.thread
        while true {
            guard queue.permission.allows(0o444, call.process) else { throw .EACCES }
            if queue.isRemoved { throw .EIDRM }
            if let message = try next(queue, type, flags, isCopy: isCopy, room: call.a2, call.process.pid) {
                return try deliver(message, call)
            }
            if flags & SystemV.IPC_NOWAIT != 0 { throw .ENOMSG }
            let result = thread.sleep(on: queue.messageQueue)
            if queue.isRemoved { throw .EIDRM }
            if result == .interrupted && queue.index(type: type, except: flags & MSG_EXCEPT != 0) == nil {
                throw thread.interrupted(.withoutHandler)
            }
        }
    }

    private static func next(
        _ queue: MessageQueue, _ type: Int64, _ flags: Int32, isCopy: Bool, room: UInt64, _ pid: Int32
    ) throws(Errno) -> SystemVMessage? {
        let index: Int?
        if isCopy {
            // `type` is the message's place.
            index = type >= 0 && type < Int64(queue.messages.count) ? Int(type) : nil
        } else {
            index = queue.index(type: type, except: flags & MSG_EXCEPT != 0)
        }
        guard let index else { return nil }
        if UInt64(queue.messages[index].bytes.count) > room && flags & SystemV.MSG_NOERROR == 0 { throw .E2BIG }
        return isCopy ? queue.messages[index] : queue.take(index, pid)
    }

    /// As on Linux the message is lost when the buffer is bad.
    private static func deliver(_ message: SystemVMessage, _ call: Call) throws(Errno) -> Int {
        let count = Int(min(UInt64(message.bytes.count), call.a2))
        try UserMemory.write(message.type, to: call.a1)
        try UserMemory.writeBytes(message.bytes, from: 0, count, to: call.a1 &+ 8)
        return count
    }

    // MARK: msgctl

    private static let MSG_STAT: Int32 = 11
    private static let MSG_INFO: Int32 = 12
    private static let MSG_STAT_ANY: Int32 = 13
    private static let offsetOfMaximum: UInt64 = 88

    private static func control(_ call: Call) throws(Errno) -> Int {
        guard call.i0 >= 0, call.i1 >= 0 else { throw .EINVAL }
        let process = call.process
        let command = call.i1 & ~SystemV.IPC_64
        switch command {
        case SystemV.IPC_INFO, MSG_INFO: return try information(call, isUse: command == MSG_INFO)
        case SystemV.IPC_STAT, MSG_STAT, MSG_STAT_ANY:
            let queue =
                command == SystemV.IPC_STAT ? try kernel.messageQueues.find(id: call.i0) : try kernel.messageQueues.find(index: call.i0)
            if command != MSG_STAT_ANY { guard queue.permission.allows(0o444, process) else { throw .EACCES } }
            try UserMemory.writeBytes(status(queue), to: call.a2)
            return command == SystemV.IPC_STAT ? 0 : Int(queue.id)
        case SystemV.IPC_SET:
            let ownership = try SystemVOwnership(from: call.a2)
            let maximum = try UserMemory.read(call.a2 &+ offsetOfMaximum, UInt64.self)
            let queue = try kernel.messageQueues.find(id: call.i0)
            guard queue.permission.isOwner(process) else { throw .EPERM }
            if maximum > MessageQueue.defaultBytes { guard process.credentials.has(Capability.CAP_SYS_RESOURCE) else { throw .EPERM } }
            queue.permission.change(to: ownership)
            queue.maximumBytes = min(maximum, 1 << 40)
            queue.changeTime = Machine.clock(0).seconds
            // Room and permissions may be others now.
            queue.roomQueue.notifyAll()
            queue.messageQueue.notifyAll()
        case SystemV.IPC_RMID:
            let queue = try kernel.messageQueues.find(id: call.i0)
            guard queue.permission.isOwner(process) else { throw .EPERM }
            kernel.messageQueues.remove(queue)
            queue.remove()
        default: throw .EINVAL
        }
        return 0
    }

    /// struct msqid64_ds.
    private static func status(_ queue: MessageQueue) -> [UInt8] {
        var bytes: [UInt8] = []
        queue.permission.encode(id: queue.id, to: &bytes)
        for word in [queue.sendTime, queue.receiveTime, queue.changeTime] { bytes.append(littleEndian: word) }
        for word in [queue.bytes, UInt64(queue.messages.count), queue.maximumBytes] { bytes.append(littleEndian: word) }
        bytes.append(littleEndian: queue.lastSender)
        bytes.append(littleEndian: queue.lastReceiver)
        bytes.append(littleEndian: UInt64(0))
        bytes.append(littleEndian: UInt64(0))
        return bytes
    }

    /// struct msginfo.
    private static func information(_ call: Call, isUse: Bool) throws(Errno) -> Int {
        let limit = Int32(kernel.messageQueues.limit)
        let perQueue = Int32(MessageQueue.defaultBytes)
        var pool = limit * (perQueue / 1024)
        var map = perQueue
        var total = perQueue
        if isUse {
            pool = Int32(truncatingIfNeeded: kernel.messageQueues.count)
            map = 0
            total = 0
            for case let queue? in kernel.messageQueues.objects {
                map &+= Int32(truncatingIfNeeded: queue.messages.count)
                total &+= Int32(truncatingIfNeeded: queue.bytes)
            }
        }
        var bytes: [UInt8] = []
        for word in [pool, map, Int32(MessageQueue.maximumMessage), perQueue, limit, 16, total, 0xffff] { bytes.append(littleEndian: word) }
        try UserMemory.writeBytes(bytes, to: call.a2)
        return kernel.messageQueues.highestIndex
    }
}
