// SPDX-License-Identifier: Apache-2.0
//
// System V shared memory (sysvipc(7)): segments by identifier and key. A segment is a file in memory without a name; mappings of it
// are ordinary shared mappings.

import LinuxABI
import Machine

final class SharedSegment: RegularFile {
    let id: Int32
    let bytes: UInt64
    var permission: SystemVPermission
    let creatorPid: Int32
    var lastPid: Int32 = 0
    var attachTime: Int64 = 0
    var detachTime: Int64 = 0
    var changeTime: Int64
    /// IPC_RMID: it goes with its last mapping.
    var isDoomed = false
    /// SHM_LOCK.
    var isLocked = false

    init(id: Int32, key: Int32, bytes: UInt64, mode: UInt32, _ process: Process) throws(Errno) {
        self.id = id
        self.bytes = bytes
        permission = SystemVPermission(key: key, mode: mode, process)
        creatorPid = process.pid
        changeTime = Machine.clock(0).seconds
        let file = RamFile(superblock: kernel.memoryFiles, mode: FileMode.S_IFREG | mode, uid: permission.uid, gid: permission.gid)
        file.linkCount = 0
        try file.truncate(Int64(min((bytes + 4095) & ~4095, UInt64(Int64.max))))
        super.init(file, flags: Open.O_RDWR, location: nil)
    }

    override var linkText: [UInt8] {
        var text = [UInt8]("/SYSV")
        for shift in 0..<8 {
            let digit = UInt8(truncatingIfNeeded: UInt32(bitPattern: permission.key) >> UInt32(28 - 4 * shift) & 0xf)
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

    /// The mode as shmctl(2) and /proc/sysvipc/shm show it.
    var shownMode: UInt32 {
        permission.mode | (isDoomed ? SharedSegment.doomedBit : 0) | (isLocked ? SharedSegment.lockedBit : 0)
    }
    private static let doomedBit: UInt32 = 0o1000
    private static let lockedBit: UInt32 = 0o2000
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
        for case let segment? in segments where segment.permission.key == key && key != SystemV.IPC_PRIVATE { return segment }
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
        segment.permission.key = SystemV.IPC_PRIVATE
        collect()
    }
}
