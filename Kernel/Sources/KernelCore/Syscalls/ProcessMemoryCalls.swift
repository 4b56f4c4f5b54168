// SPDX-License-Identifier: Apache-2.0
//
// process_vm_readv(2), process_vm_writev(2).

import LinuxABI
import Machine

enum ProcessMemoryCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.process_vm_readv) { call throws(Errno) in try transfer(call, isWrite: false) },
            SyscallEntry(SyscallNumber.process_vm_writev) { call throws(Errno) in try transfer(call, isWrite: true) },
        ]
    }

    private static func transfer(_ call: Call, isWrite: Bool) throws(Errno) -> Int {
        guard call.a5 == 0 else { throw .EINVAL }
        var local = try IOBuffer(try readVector(call.a1, call.a2))
        if local.isEmpty { return 0 }
        let remote = try readVector(call.a3, call.a4)
        guard remote.contains(where: { $0.iov_len > 0 }) else { return 0 }
        guard let target = kernel.processes.thread(call.i0)?.process else { throw .ESRCH }
        guard target.state == .running, !target.threads.isEmpty else { throw .ESRCH }
        guard call.process.mayAttach(to: target) else { throw .EPERM }
        // Another program's memory, should the target exec meanwhile, was not asked for.
        let memory = target.memory
        let generation = memory.generation
        var done = 0
        for range in remote {
            var address = range.iov_base
            var left = min(range.iov_len, UInt64(Int.max))
            while left > 0 && !local.isEmpty {
                let wanted = min(min(Int(left), local.remaining), RemoteMemory.piece)
                let moved: Int
                do throws(Errno) {
                    guard memory.generation == generation else { throw .ESRCH }
                    moved = try move(call.thread, target, memory, address, wanted, &local, isWrite: isWrite)
                } catch {
                    if done == 0 { throw error }
                    return done
                }
                done += moved
                if moved < wanted { return done }
                address &+= UInt64(moved)
                left -= UInt64(moved)
            }
        }
        return done
    }

    /// One piece; EFAULT when nothing of it could be copied.
    private static func move(
        _ thread: Thread, _ target: Process, _ memory: AddressSpace, _ address: UInt64, _ count: Int, _ local: inout IOBuffer, isWrite: Bool
    ) throws(Errno) -> Int {
        var bytes = isWrite ? try local.takeBytes(count) : [UInt8](repeating: 0, count: count)
        let copied = RemoteMemory.copy(thread, target, memory, address, &bytes, isWrite: isWrite, isForced: false)
        guard let copied else { throw .ESRCH }
        guard copied > 0 else { throw .EFAULT }
        return isWrite ? copied : try local.put(bytes, from: 0, copied)
    }

    private static func readVector(_ address: UInt64, _ count: UInt64) throws(Errno) -> [Iovec] {
        guard count <= UInt64(SystemLimit.IOV_MAX) else { throw .EINVAL }
        var all: [Iovec] = []
        for index in 0..<count {
            let piece = try UserMemory.read(address &+ index &* 16, Iovec.self)
            guard piece.iov_len <= UInt64(Int.max) else { throw .EINVAL }
            all.append(piece)
        }
        return all
    }
}

extension Process {
    /// Whether it may reach into `target` as a debugger does (ptrace(2), PTRACE_MODE_ATTACH_REALCREDS).
    func mayAttach(to target: Process) -> Bool {
        if target === self { return true }
        let c = credentials
        if c.has(Capability.CAP_SYS_PTRACE) { return true }
        let t = target.credentials
        return c.uid == t.uid && c.uid == t.euid && c.uid == t.suid && c.gid == t.gid && c.gid == t.egid && c.gid == t.sgid
            && target.isDumpable && t.permitted.isSubset(of: c.permitted)
    }
}
