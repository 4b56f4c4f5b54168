// SPDX-License-Identifier: Apache-2.0
//
// shmget(2), shmat(2), shmdt(2), shmctl(2).

import LinuxABI
import Machine

enum SharedSegmentCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.shmget, .partial, "no huge pages") { call throws(Errno) in try get(call) },
            SyscallEntry(SyscallNumber.shmat) { call throws(Errno) in try attach(call) },
            SyscallEntry(SyscallNumber.shmdt) { call throws(Errno) in try detach(call) },
            SyscallEntry(SyscallNumber.shmctl) { call throws(Errno) in try control(call) },
        ]
    }

    private static let hugePages: Int32 = 0o4000
    private static let SHM_LOCK: Int32 = 11
    private static let SHM_UNLOCK: Int32 = 12
    private static let SHM_STAT: Int32 = 13
    private static let SHM_INFO: Int32 = 14
    private static let SHM_STAT_ANY: Int32 = 15

    private static func get(_ call: Call) throws(Errno) -> Int {
        kernel.sharedSegments.collect()
        let key = call.i0
        let bytes = call.a1
        let flags = call.i2
        let mode = UInt32(bitPattern: flags) & 0o777
        if let segment = kernel.sharedSegments.find(key: key) {
            if flags & SystemV.IPC_CREAT != 0 && flags & SystemV.IPC_EXCL != 0 { throw .EEXIST }
            guard bytes <= segment.bytes else { throw .EINVAL }
            guard segment.permission.allows(mode, call.process) else { throw .EACCES }
            return Int(segment.id)
        }
        guard key == SystemV.IPC_PRIVATE || flags & SystemV.IPC_CREAT != 0 else { throw .ENOENT }
        guard bytes > 0, bytes <= UInt64.max - (1 << 24) else { throw .EINVAL }
        guard flags & hugePages == 0 else { throw .ENOMEM }
        guard bytes <= Machine.userEnd, kernel.memoryLimit == 0 || bytes <= kernel.memoryLimit else { throw .ENOMEM }
        return Int(try kernel.sharedSegments.make(key: key, bytes: bytes, mode: mode, call.process).id)
    }

    private static func attach(_ call: Call) throws(Errno) -> Int {
        let segment = try kernel.sharedSegments.find(id: call.i0)
        let flags = call.i2
        var address = call.a1
        let isReadOnly = flags & SystemV.SHM_RDONLY != 0
        let replaces = flags & SystemV.SHM_REMAP != 0
        if address == 0 {
            guard !replaces else { throw .EINVAL }
        } else if address & 4095 != 0 {
            guard flags & SystemV.SHM_RND != 0 else { throw .EINVAL }
            address &= ~4095
            guard address != 0 || !replaces else { throw .EINVAL }
        }
        let executes = flags & SystemV.SHM_EXEC != 0
        guard segment.permission.allows((isReadOnly ? 0o444 : 0o666) | (executes ? 0o111 : 0), call.process) else { throw .EACCES }
        var protection = isReadOnly ? Mman.PROT_READ : Mman.PROT_READ | Mman.PROT_WRITE
        if executes { protection |= Mman.PROT_EXEC }
        var request = MapRequest(bytes: segment.bytes, protection: protection)
        if address != 0 {
            let bytes = (segment.bytes + 4095) & ~4095
            guard address < Machine.userEnd, bytes <= Machine.userEnd - address, replaces || call.process.memory.isFree(address, bytes)
            else { throw .EINVAL }
            request.address = address
            request.isFixed = true
        }
        request.isShared = true
        request.content = try segment.contentForMapping()
        request.file = segment
        request.kind = .file
        if isReadOnly { request.maxProtection = Mman.PROT_READ | Mman.PROT_EXEC }
        guard MemoryCalls.isWithin(call.process, growth: segment.bytes, isData: false) else { throw .ENOMEM }
        let result = try call.process.memory.map(request)
        segment.attachTime = Machine.clock(0).seconds
        segment.lastPid = call.process.pid
        return Int(result)
    }

    private static func detach(_ call: Call) throws(Errno) -> Int {
        let memory = call.process.memory
        let address = call.a0
        guard address & 4095 == 0, address < Machine.userEnd else { throw .EINVAL }
        // The part at the beginning may be unmapped already: any piece that was attached at this address tells the segment.
        var found: SharedSegment?
        for area in memory.areas where area.start >= address && area.start - address == UInt64(max(area.offset, 0)) {
            if let segment = area.file as? SharedSegment {
                found = segment
                break
            }
        }
        guard let segment = found else { throw .EINVAL }
        let pieces = memory.areas.filter { $0.file === segment && $0.start >= address && $0.start - address == UInt64(max($0.offset, 0)) }
        for piece in pieces { try memory.unmap(piece.start, piece.bytes) }
        segment.detachTime = Machine.clock(0).seconds
        segment.lastPid = call.process.pid
        kernel.sharedSegments.collect()
        return 0
    }

    // MARK: shmctl

    private static func control(_ call: Call) throws(Errno) -> Int {
        kernel.sharedSegments.collect()
        let process = call.process
        guard call.i0 >= 0, call.i1 >= 0 else { throw .EINVAL }
        switch call.i1 & ~SystemV.IPC_64 {
        case SystemV.IPC_INFO:
            try put(
                [UInt64.max - (1 << 24), 1, UInt64(SharedSegments.limit), UInt64(SharedSegments.limit), UInt64.max - (1 << 24), 0, 0, 0, 0], call.a2)
            return highestIndex()
        case SHM_INFO:
            var used: UInt64 = 0
            var pages: UInt64 = 0
            for case let segment? in kernel.sharedSegments.segments {
                used += 1
                pages &+= (segment.bytes + 4095) / 4096
            }
            try put([used, pages, pages, 0, 0, 0], call.a2)
            return highestIndex()
        case SHM_STAT, SHM_STAT_ANY:
            let index = Int(call.i0)
            guard index < kernel.sharedSegments.segments.count, let segment = kernel.sharedSegments.segments[index] else { throw .EINVAL }
            if call.i1 & ~SystemV.IPC_64 == SHM_STAT, !segment.permission.allows(0o444, process) { throw .EACCES }
            try status(segment, call.a2)
            return Int(segment.id)
        case SystemV.IPC_STAT:
            let segment = try kernel.sharedSegments.find(id: call.i0)
            guard segment.permission.allows(0o444, process) else { throw .EACCES }
            try status(segment, call.a2)
        case SystemV.IPC_SET:
            let ownership = try SystemVOwnership(from: call.a2)
            let segment = try kernel.sharedSegments.find(id: call.i0)
            guard segment.permission.isOwner(process) else { throw .EPERM }
            segment.permission.change(to: ownership)
            segment.changeTime = Machine.clock(0).seconds
        case SystemV.IPC_RMID:
            let segment = try kernel.sharedSegments.find(id: call.i0)
            guard segment.permission.isOwner(process) else { throw .EPERM }
            kernel.sharedSegments.remove(segment)
        case SHM_LOCK, SHM_UNLOCK:
            let segment = try kernel.sharedSegments.find(id: call.i0)
            guard segment.permission.isOwner(process) else { throw .EPERM }
            segment.isLocked = call.i1 & ~SystemV.IPC_64 == SHM_LOCK
        default: throw .EINVAL
        }
        return 0
    }

    private static func highestIndex() -> Int { max(0, (kernel.sharedSegments.segments.lastIndex { $0 != nil }) ?? 0) }

    private static func put(_ words: [UInt64], _ address: UInt64) throws(Errno) {
        for i in 0..<words.count { try UserMemory.write(words[i], to: address &+ UInt64(8 * i)) }
    }

    /// struct shmid64_ds of x86-64.
    private static func status(_ segment: SharedSegment, _ address: UInt64) throws(Errno) {
        func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }
        let permission = segment.permission
        try put(
            [
                pair(UInt32(bitPattern: permission.key), permission.uid), pair(permission.gid, permission.creatorUid),
                pair(permission.creatorGid, segment.shownMode),
                UInt64(segment.id / 32768), 0, 0, segment.bytes, UInt64(bitPattern: segment.attachTime),
                UInt64(bitPattern: segment.detachTime), UInt64(bitPattern: segment.changeTime),
                pair(UInt32(bitPattern: segment.creatorPid), UInt32(bitPattern: segment.lastPid)), UInt64(segment.attachCount), 0, 0,
            ], address)
    }
}
