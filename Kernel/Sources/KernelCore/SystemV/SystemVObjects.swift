// SPDX-License-Identifier: Apache-2.0
//
// What System V semaphores and message queues have in common (sysvipc(7)): keys, identifiers, permissions.

import LinuxABI
import Machine

/// What IPC_SET changes, from the `struct ipc64_perm` at an address. Linux reads it before it looks at the object.
struct SystemVOwnership {
    let uid: UInt32
    let gid: UInt32
    let mode: UInt32

    init(from address: UInt64) throws(Errno) {
        uid = try UserMemory.read(address &+ 4, UInt32.self)
        gid = try UserMemory.read(address &+ 8, UInt32.self)
        mode = try UserMemory.read(address &+ 20, UInt32.self) & 0o777
    }
}

/// `struct ipc_perm`.
struct SystemVPermission {
    var key: Int32
    var uid: UInt32
    var gid: UInt32
    let creatorUid: UInt32
    let creatorGid: UInt32
    var mode: UInt32

    init(key: Int32, mode: UInt32, _ process: Process) {
        self.key = key
        self.mode = mode & 0o777
        uid = process.credentials.euid
        gid = process.credentials.egid
        creatorUid = uid
        creatorGid = gid
    }

    /// ipcperms of Linux: the bits of 0o777 in `wanted`, whoever's they are.
    func allows(_ wanted: UInt32, _ process: Process) -> Bool {
        let who = process.credentials
        let asked = (wanted >> 6 | wanted >> 3 | wanted) & 7
        var granted = mode
        if who.euid == creatorUid || who.euid == uid {
            granted >>= 6
        } else if who.egid == gid || who.egid == creatorGid || who.groups.contains(gid) || who.groups.contains(creatorGid) {
            granted >>= 3
        }
        return asked & ~granted & 7 == 0 || who.has(Capability.CAP_IPC_OWNER)
    }

    func isOwner(_ process: Process) -> Bool {
        let who = process.credentials
        return who.euid == creatorUid || who.euid == uid || who.has(Capability.CAP_SYS_ADMIN)
    }

    /// IPC_SET.
    mutating func change(to new: SystemVOwnership) {
        uid = new.uid
        gid = new.gid
        mode = new.mode
    }

    /// `struct ipc64_perm` of x86-64, 48 bytes.
    func encode(id: Int32, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: key)
        for word in [uid, gid, creatorUid, creatorGid, mode] { bytes.append(littleEndian: word) }
        bytes.append(littleEndian: UInt64(id / SystemVObject.indexes))
        bytes.append(littleEndian: UInt64(0))
        bytes.append(littleEndian: UInt64(0))
    }

}

class SystemVObject {
    static let indexes: Int32 = 32768
    let id: Int32
    var permission: SystemVPermission
    var changeTime: Int64
    /// IPC_RMID: those who wait are told.
    var isRemoved = false

    init(id: Int32, _ permission: SystemVPermission) {
        self.id = id
        self.permission = permission
        changeTime = Machine.clock(0).seconds
    }
}

/// Objects by identifier, which is `sequence * 32768 + index`: identifiers are reused late, so that a stale one fails.
struct SystemVTable<Object: SystemVObject> {
    let limit: Int
    private(set) var objects: [Object?] = []
    private var sequence: Int32 = 0

    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { objects.isEmpty }
    var highestIndex: Int { max(0, objects.lastIndex { $0 != nil } ?? 0) }
    var count: Int { objects.reduce(0) { $1 == nil ? $0 : $0 + 1 } }

    func find(id: Int32) throws(Errno) -> Object {
        guard id >= 0, Int(id % SystemVObject.indexes) < objects.count, let object = objects[Int(id % SystemVObject.indexes)], object.id == id else {
            throw .EINVAL
        }
        return object
    }
    func find(index: Int32) throws(Errno) -> Object {
        guard index >= 0, Int(index) < objects.count, let object = objects[Int(index)] else { throw .EINVAL }
        return object
    }

    /// The *get calls. `check` looks whether an existing object is as asked; `make` makes a new one with an identifier.
    mutating func get(
        key: Int32, flags: Int32, _ process: Process, check: (Object) throws(Errno) -> Void, make: (Int32) throws(Errno) -> Object
    ) throws(Errno) -> Int32 {
        if key != SystemV.IPC_PRIVATE {
            for case let object? in objects where object.permission.key == key {
                if flags & SystemV.IPC_CREAT != 0 && flags & SystemV.IPC_EXCL != 0 { throw .EEXIST }
                try check(object)
                guard object.permission.allows(UInt32(bitPattern: flags) & 0o777, process) else { throw .EACCES }
                return object.id
            }
            guard flags & SystemV.IPC_CREAT != 0 else { throw .ENOENT }
        }
        let index = objects.firstIndex { $0 == nil } ?? objects.count
        guard index < limit else { throw .ENOSPC }
        let object = try make(sequence * SystemVObject.indexes + Int32(index))
        if index < objects.count {
            objects[index] = object
        } else {
            objects.append(object)
        }
        sequence = sequence >= 0xfffe ? 0 : sequence + 1
        return object.id
    }

    mutating func remove(_ object: Object) {
        object.isRemoved = true
        objects[Int(object.id % SystemVObject.indexes)] = nil
        while let last = objects.last, last == nil { objects.removeLast() }
    }
}
