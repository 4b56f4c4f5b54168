// SPDX-License-Identifier: Apache-2.0
//
// System V shared memory (sysvipc(7)): segments by identifier and key. A segment is a file in memory without a name; mappings of it
// are ordinary shared mappings.

import LinuxABI
import Machine

final class SharedSegment: RegularFile {
    let id: Int32
    var key: Int32
    let bytes: UInt64
    var uid: UInt32
    var gid: UInt32
    let creatorUid: UInt32
    let creatorGid: UInt32
    var mode: UInt32
    let creatorPid: Int32
    var lastPid: Int32 = 0
    var attachTime: Int64 = 0
    var detachTime: Int64 = 0
    var changeTime: Int64
    /// IPC_RMID: it goes with its last mapping.
    var isDoomed = false

    init(id: Int32, key: Int32, bytes: UInt64, mode: UInt32, _ process: Process) throws(Errno) {
        self.id = id
        self.key = key
        self.bytes = bytes
        self.mode = mode
        uid = process.credentials.euid
        gid = process.credentials.egid
        creatorUid = uid
        creatorGid = gid
        creatorPid = process.pid
        changeTime = Machine.clock(0).seconds
        let file = RamFile(superblock: kernel.memoryFiles, mode: FileMode.S_IFREG | mode, uid: uid, gid: gid)
        file.linkCount = 0
        try file.truncate(Int64(min((bytes + 4095) & ~4095, UInt64(Int64.max))))
        super.init(file, flags: Open.O_RDWR, location: nil)
    }

    override var linkText: [UInt8] {
        var text = [UInt8]("/SYSV")
        for shift in 0..<8 {
            let digit = UInt8(truncatingIfNeeded: UInt32(bitPattern: key) >> UInt32(28 - 4 * shift) & 0xf)
            text.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
        text.append(contentsOf: [UInt8](" (deleted)"))
        return text
    }

    /// Mappings of it, over all address spaces.
    var attachCount: Int {
        var spaces: [AddressSpace] = []
        var count = 0
        for process in kernel.processes.all where !spaces.contains(where: { $0 === process.memory }) {
            spaces.append(process.memory)
            for area in process.memory.areas where area.file === self { count += 1 }
        }
        return count
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
}

public struct SharedSegments {
    static let limit = 4096
    /// By index; an identifier is `sequence * 32768 + index`.
    private(set) var segments: [SharedSegment?] = []
    private var sequence: Int32 = 0

    /// Forgets doomed segments that nobody maps. There is no event for the last mapping's end, so each call looks.
    mutating func collect() {
        for i in 0..<segments.count {
            if let segment = segments[i], segment.isDoomed, segment.attachCount == 0 { segments[i] = nil }
        }
    }

    func find(id: Int32) throws(Errno) -> SharedSegment {
        guard id >= 0, Int(id & 32767) < segments.count, let segment = segments[Int(id & 32767)], segment.id == id else { throw .EINVAL }
        return segment
    }

    func find(key: Int32) -> SharedSegment? {
        for case let segment? in segments where segment.key == key && key != SystemV.IPC_PRIVATE { return segment }
        return nil
    }

    mutating func make(key: Int32, bytes: UInt64, mode: UInt32, _ process: Process) throws(Errno) -> SharedSegment {
        let index = segments.firstIndex { $0 == nil } ?? segments.count
        guard index < SharedSegments.limit else { throw .ENOSPC }
        let segment = try SharedSegment(id: sequence &* 32768 &+ Int32(index), key: key, bytes: bytes, mode: mode, process)
        // Identifiers are reused late, so that a stale one fails.
        if index < segments.count {
            segments[index] = segment
        } else {
            segments.append(segment)
        }
        sequence = sequence >= 0xfffe ? 0 : sequence + 1
        return segment
    }

    mutating func remove(_ segment: SharedSegment) {
        segment.isDoomed = true
        segment.key = SystemV.IPC_PRIVATE
        collect()
    }
}
