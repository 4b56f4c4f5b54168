// SPDX-License-Identifier: Apache-2.0
//
// mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), mincore(2), msync(2), mlock(2).

import LinuxABI
import Machine

enum MemoryCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.mmap, .partial, "no huge pages; MAP_GROWSDOWN does not grow", mmap),
            SyscallEntry(SyscallNumber.munmap, .full, "", munmap),
            SyscallEntry(SyscallNumber.mprotect, .full, "", mprotect),
            SyscallEntry(SyscallNumber.mremap, .full, "", mremap),
            SyscallEntry(SyscallNumber.brk) { (call: Call) throws(Errno) -> Int in
                let memory = call.process.memory
                if !isWithin(call.process, growth: call.a0 > memory.heapEnd ? call.a0 &- memory.heapEnd : 0, isData: true) {
                    return Int(memory.heapEnd)
                }
                return Int(memory.setBreak(call.a0))
            },
            SyscallEntry(SyscallNumber.madvise, .full, "", madvise),
            SyscallEntry(SyscallNumber.mincore, .full, "", mincore),
            SyscallEntry(SyscallNumber.msync, .full, "", msync),
            SyscallEntry(SyscallNumber.mlock) { (call: Call) throws(Errno) -> Int in try lock(call, call.a0, call.a1) },
            SyscallEntry(SyscallNumber.mlock2) { (call: Call) throws(Errno) -> Int in
                guard call.a2 & ~1 == 0 else { throw .EINVAL }
                return try lock(call, call.a0, call.a1)
            },
            SyscallEntry(SyscallNumber.munlock, .full, "", munlock),
            SyscallEntry(SyscallNumber.mlockall, .full, "", mlockall),
            SyscallEntry(SyscallNumber.munlockall) { (call: Call) throws(Errno) -> Int in
                let memory = call.process.memory
                for i in 0..<memory.areas.count { memory.areas[i].isLocked = false }
                memory.lockedBytes = 0
                memory.lockFuture = false
                return 0
            },
        ]
    }

    /// RLIMIT_AS, RLIMIT_DATA and the enclave's own limit.
    static func isWithin(_ process: Process, growth: UInt64, isData: Bool, isReserved: Bool = false) -> Bool {
        let memory = process.memory
        let (total, overflow) = memory.totalBytes.addingReportingOverflow(growth)
        if overflow || total > process.limits.current(Resource.RLIMIT_AS) { return false }
        if isData && process.limits.current(Resource.RLIMIT_DATA) != ResourceLimit.RLIM_INFINITY {
            let data = memory.areas.reduce(UInt64(0)) {
                $0 + (!$1.isShared && $1.protection & Mman.PROT_WRITE != 0 && $1.kind != .stack ? $1.bytes : 0)
            }
            if data &+ growth > process.limits.current(Resource.RLIMIT_DATA) { return false }
        }
        return !isData || isReserved || kernel.hasMemory(for: growth)
    }

    static func mmap(_ call: Call) throws(Errno) -> Int {
        let flags = call.i3
        let protection = call.i2 & (Mman.PROT_READ | Mman.PROT_WRITE | Mman.PROT_EXEC)
        guard call.a1 != 0 else { throw .EINVAL }
        guard call.a1 <= Machine.userEnd else { throw .ENOMEM }
        guard call.a5 & 4095 == 0 else { throw .EINVAL }
        var request = MapRequest(bytes: call.a1, protection: protection)
        request.address = call.a0
        request.isFixed = flags & Mman.MAP_FIXED != 0
        request.mustBeFree = flags & Mman.MAP_FIXED_NOREPLACE != 0
        request.populate = flags & (Mman.MAP_POPULATE | Mman.MAP_LOCKED) != 0
        request.noReserve = flags & Mman.MAP_NORESERVE != 0
        request.isLow = flags & Mman.MAP_32BIT != 0
        switch flags & Mman.MAP_TYPE {
        case Mman.MAP_PRIVATE: break
        case Mman.MAP_SHARED: request.isShared = true
        case Mman.MAP_SHARED_VALIDATE:
            let known =
                Mman.MAP_TYPE | Mman.MAP_FIXED | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE | Mman.MAP_POPULATE | Mman.MAP_LOCKED
                | Mman.MAP_NONBLOCK | Mman.MAP_STACK | Mman.MAP_HUGETLB | Mman.MAP_GROWSDOWN | Mman.MAP_FIXED_NOREPLACE
            guard flags & ~known == 0 else { throw .EOPNOTSUPP }
            request.isShared = true
        default: throw .EINVAL
        }
        if flags & Mman.MAP_HUGETLB != 0 && flags & Mman.MAP_ANONYMOUS != 0 { throw .ENOMEM }
        if flags & Mman.MAP_ANONYMOUS == 0 { try attachFile(call, &request) }
        if !isWithin(call.process, growth: call.a1, isData: !request.isShared && protection & Mman.PROT_WRITE != 0, isReserved: request.noReserve) {
            throw .ENOMEM
        }
        return Int(try call.process.memory.map(request))
    }

    private static func attachFile(_ call: Call, _ request: inout MapRequest) throws(Errno) {
        let file = try call.files.real(call.i4)
        // Nothing is that large; offsets of later moves and growths stay far from overflow.
        guard call.a5 <= UInt64(Int64.max) / 2 else { throw .EOVERFLOW }
        guard file.isReadable else { throw .EACCES }
        if request.isShared && !file.isWritable {
            if request.protection & Mman.PROT_WRITE != 0 { throw .EACCES }
            request.maxProtection = Mman.PROT_READ | Mman.PROT_EXEC
        }
        if let mapper = file as? DirectMapping {
            request.bytes = (request.bytes + 4095) & ~4095
            try mapper.prepare(&request)
            return
        }
        request.content = try file.contentForMapping()
        request.offset = Int64(call.a5)
        request.file = file
        request.kind = .file
        try file.willMap(&request)
    }

    static func munmap(_ call: Call) throws(Errno) -> Int {
        try call.process.memory.unmap(call.a0, call.a1)
        return 0
    }

    static func mprotect(_ call: Call) throws(Errno) -> Int {
        let grows = call.i2 & (Mman.PROT_GROWSDOWN | Mman.PROT_GROWSUP)
        guard call.i2 & ~(7 | Mman.PROT_GROWSDOWN | Mman.PROT_GROWSUP | Mman.PROT_SEM) == 0 else { throw .EINVAL }
        if grows != 0 { throw .EINVAL }
        if call.i2 & Mman.PROT_WRITE != 0 && kernel.memoryLimit != 0 {
            let growth = call.process.memory.uncommittedBytes(call.a0, call.a1)
            guard growth == 0 || kernel.hasMemory(for: growth) else { throw .ENOMEM }
        }
        try call.process.memory.protect(call.a0, call.a1, call.i2 & 7)
        return 0
    }

    static func mremap(_ call: Call) throws(Errno) -> Int {
        let (size, overflow) = call.a2.addingReportingOverflow(4095)
        guard !overflow, call.a1 <= Machine.userEnd, size <= Machine.userEnd else { throw .EINVAL }
        var request = RemapRequest(address: call.a0, oldBytes: (call.a1 + 4095) & ~4095, newBytes: size & ~4095)
        guard call.i3 & ~(Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED | Mman.MREMAP_DONTUNMAP) == 0 else { throw .EINVAL }
        request.mayMove = call.i3 & Mman.MREMAP_MAYMOVE != 0
        request.keepOld = call.i3 & Mman.MREMAP_DONTUNMAP != 0
        if call.i3 & Mman.MREMAP_FIXED != 0 { request.target = call.a4 }
        if request.newBytes > request.oldBytes {
            guard isWithin(call.process, growth: request.newBytes - request.oldBytes, isData: true) else { throw .ENOMEM }
        }
        return Int(try call.process.memory.remap(request))
    }

    static func madvise(_ call: Call) throws(Errno) -> Int {
        guard call.a0 & 4095 == 0 else { throw .EINVAL }
        guard call.a1 <= Machine.userEnd else { throw .EINVAL }
        let bytes = (call.a1 + 4095) & ~4095
        guard call.a0 <= Machine.userEnd - bytes else { throw .ENOMEM }
        try call.process.memory.advise(call.a0, bytes, call.i2)
        return 0
    }

    static func mincore(_ call: Call) throws(Errno) -> Int {
        guard call.a0 & 4095 == 0 else { throw .EINVAL }
        guard call.a1 <= Machine.userEnd, call.a0 <= Machine.userEnd - ((call.a1 + 4095) & ~4095) else { throw .ENOMEM }
        let bytes = (call.a1 + 4095) & ~4095
        guard call.process.memory.isMapped(call.a0, bytes) else { throw .ENOMEM }
        // In parts: a reserved range may be larger than the kernel's heap.
        let part: UInt64 = 65536
        var vector: [UInt8] = []
        var done: UInt64 = 0
        while done < bytes / 4096 {
            let count = min(part, bytes / 4096 - done)
            if vector.count != Int(count) { vector = [UInt8](repeating: 0, count: Int(count)) }
            try kernel.host.residentPages(call.a0 + done * 4096, count * 4096, into: &vector)
            for i in 0..<vector.count { vector[i] &= 1 }
            try UserMemory.writeBytes(vector, to: call.a2 &+ done)
            done += count
        }
        return 0
    }

    static func msync(_ call: Call) throws(Errno) -> Int {
        let flags = call.i2
        guard flags & ~(Mman.MS_ASYNC | Mman.MS_INVALIDATE | Mman.MS_SYNC) == 0, call.a0 & 4095 == 0 else { throw .EINVAL }
        guard flags & (Mman.MS_ASYNC | Mman.MS_SYNC) != Mman.MS_ASYNC | Mman.MS_SYNC else { throw .EINVAL }
        guard call.a1 <= Machine.userEnd, call.a0 <= Machine.userEnd - ((call.a1 + 4095) & ~4095) else { throw .ENOMEM }
        let bytes = (call.a1 + 4095) & ~4095
        guard call.process.memory.isMapped(call.a0, bytes) else { throw .ENOMEM }
        if flags & Mman.MS_INVALIDATE != 0 {
            let memory = call.process.memory
            var i = memory.index(above: call.a0)
            while i < memory.areas.count, memory.areas[i].start < call.a0 + bytes {
                if memory.areas[i].isLocked { throw .EBUSY }
                i += 1
            }
        }
        return 0
    }

    // Locking keeps pages in the host's memory: only a promise about speed here, but limits and errors are Linux's.

    private static func lock(_ call: Call, _ address: UInt64, _ length: UInt64) throws(Errno) -> Int {
        let (end, overflow) = address.addingReportingOverflow(length)
        guard !overflow else { throw .EINVAL }
        guard end <= Machine.userEnd else { throw .ENOMEM }
        let start = address & ~4095
        let bytes = ((end + 4095) & ~4095) - start
        if bytes == 0 { return 0 }
        let memory = call.process.memory
        if !call.process.credentials.isPrivileged {
            let limit = call.process.limits.current(Resource.RLIMIT_MEMLOCK)
            guard limit > 0 else { throw .EPERM }
            guard memory.lockedBytes + bytes <= limit else { throw .ENOMEM }
        }
        guard memory.isMapped(start, bytes) else { throw .ENOMEM }
        memory.setLocked(start, bytes, true)
        kernel.host.populate(start, bytes, writable: false)
        return 0
    }

    static func munlock(_ call: Call) throws(Errno) -> Int {
        let (end, overflow) = call.a0.addingReportingOverflow(call.a1)
        guard !overflow else { throw .EINVAL }
        guard end <= Machine.userEnd else { throw .ENOMEM }
        let start = call.a0 & ~4095
        let bytes = ((end + 4095) & ~4095) - start
        if bytes == 0 { return 0 }
        guard call.process.memory.isMapped(start, bytes) else { throw .ENOMEM }
        call.process.memory.setLocked(start, bytes, false)
        return 0
    }

    static func mlockall(_ call: Call) throws(Errno) -> Int {
        let flags = call.i0
        guard flags != 0, flags & ~(Mman.MCL_CURRENT | Mman.MCL_FUTURE | Mman.MCL_ONFAULT) == 0, flags != Mman.MCL_ONFAULT else {
            throw .EINVAL
        }
        let memory = call.process.memory
        if !call.process.credentials.isPrivileged {
            let limit = call.process.limits.current(Resource.RLIMIT_MEMLOCK)
            guard limit > 0 else { throw .EPERM }
            if flags & Mman.MCL_CURRENT != 0 && memory.totalBytes > limit { throw .ENOMEM }
        }
        if flags & Mman.MCL_FUTURE != 0 { memory.lockFuture = true }
        if flags & Mman.MCL_CURRENT != 0 {
            for i in 0..<memory.areas.count where !memory.areas[i].isLocked {
                memory.areas[i].isLocked = true
                memory.lockedBytes += memory.areas[i].bytes
            }
        }
        return 0
    }
}
