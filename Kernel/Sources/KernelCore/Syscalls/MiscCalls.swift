// SPDX-License-Identifier: Apache-2.0
//
// Calls that belong to no other family: unshare(2), memory policies, protection keys.

import LinuxABI
import Machine

enum MiscCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.unshare, .partial, "no namespaces: EPERM") { call throws(Errno) in
                try unshare(call)
            },
            SyscallEntry(SyscallNumber.set_mempolicy, .partial, "one memory node: checked, without effect") {
                call throws(Errno) in try checkPolicy(call.i0)
            },
            SyscallEntry(SyscallNumber.mbind, .partial, "one memory node: checked, without effect") {
                call throws(Errno) in
                guard call.a0 & 4095 == 0, call.a5 & ~7 == 0 else { throw .EINVAL }
                return try checkPolicy(call.i2)
            },
            SyscallEntry(SyscallNumber.get_mempolicy, .partial, "one memory node, the default policy") {
                call throws(Errno) in try getPolicy(call)
            },
            SyscallEntry(SyscallNumber.pkey_alloc, .partial, "no keys: as on a processor without them") {
                call throws(Errno) in
                guard call.a0 == 0, call.a1 & ~3 == 0 else { throw .EINVAL }
                throw .ENOSPC
            },
            SyscallEntry(SyscallNumber.pkey_free, .partial, "no keys: as on a processor without them") {
                _ throws(Errno) in throw .EINVAL
            },
            SyscallEntry(SyscallNumber.pkey_mprotect, .partial, "key -1 only, which is mprotect") {
                call throws(Errno) in
                guard call.i3 == -1, let entry = kernel.table.entries[SyscallNumber.mprotect] else { throw .EINVAL }
                return try entry.handler(call)
            },
        ]
    }

    // MARK: unshare

    private static func unshare(_ call: Call) throws(Errno) -> Int {
        let flags = call.a0
        let namespaces =
            Clone.CLONE_NEWNS | Clone.CLONE_NEWUTS | Clone.CLONE_NEWIPC | Clone.CLONE_NEWUSER | Clone.CLONE_NEWPID
            | Clone.CLONE_NEWNET | Clone.CLONE_NEWCGROUP | Clone.CLONE_NEWTIME
        let own = Clone.CLONE_FILES | Clone.CLONE_FS | Clone.CLONE_SYSVSEM
        let alone = Clone.CLONE_THREAD | Clone.CLONE_SIGHAND | Clone.CLONE_VM
        guard flags & ~(namespaces | own | alone) == 0 else { throw .EINVAL }
        if flags & namespaces != 0 { throw .EPERM }
        let process = call.process
        if flags & alone != 0 && (process.threads.count > 1 || process.memory.users > 1) { throw .EINVAL }
        if flags & Clone.CLONE_FILES != 0 && process.files.users > 1 {
            let new = process.files.copy()
            process.files.users -= 1
            process.files = new
        }
        if flags & Clone.CLONE_FS != 0 { process.fileSystem = process.fileSystem.copy() }
        return 0
    }

    // MARK: set_mempolicy(2)

    private static func checkPolicy(_ mode: Int32) throws(Errno) -> Int {
        // MPOL_DEFAULT ... MPOL_WEIGHTED_INTERLEAVE, with the flags of the upper bits.
        let policy = mode & 0x1fff
        guard policy >= 0, policy <= 6, mode & 0xc000 != 0xc000 else { throw .EINVAL }
        return 0
    }

    private static func getPolicy(_ call: Call) throws(Errno) -> Int {
        let wantsAllowed = call.a4 == 4
        guard call.a4 & ~7 == 0, !(wantsAllowed && call.a3 != 0 && call.a0 != 0) else { throw .EINVAL }
        if call.a4 & 2 == 0 && !wantsAllowed && call.a3 != 0 { throw .EINVAL }
        if call.a0 != 0 { try UserMemory.write(Int32(0), to: call.a0) }
        if call.a1 != 0 && call.a2 > 0 {
            guard call.a2 <= 4096 * 8 else { throw .EINVAL }
            var mask = [UInt8](repeating: 0, count: Int((call.a2 + 63) / 64 * 8))
            if wantsAllowed { mask[0] = 1 }
            try UserMemory.writeBytes(mask, to: call.a1)
        }
        return 0
    }
}
