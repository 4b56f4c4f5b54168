// SPDX-License-Identifier: Apache-2.0
//
// getrlimit(2), setrlimit(2), prlimit(2).

import LinuxABI
import Machine

enum Limits {
    private static let note: StaticString =
        "SIGPENDING counts each process; CORE: no core files; MSGQUEUE: no POSIX queues; RTTIME: no real-time scheduling"

    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.getrlimit) { call throws(Errno) in
                try UserMemory.write(try change(call.process, call.i0, nil, by: call.process), to: call.a1)
                return 0
            },
            SyscallEntry(SyscallNumber.setrlimit, .partial, note) { call throws(Errno) in
                let new = try UserMemory.read(call.a1, Rlimit64.self)
                _ = try change(call.process, call.i0, new, by: call.process)
                return 0
            },
            SyscallEntry(SyscallNumber.prlimit64, .partial, note) { call throws(Errno) in try prlimit(call) },
        ]
    }

    private static func prlimit(_ call: Call) throws(Errno) -> Int {
        var new: Rlimit64?
        if call.a2 != 0 { new = try UserMemory.read(call.a2, Rlimit64.self) }
        var target = call.process
        if call.i0 != 0 {
            guard let other = kernel.processes.thread(call.i0)?.process else { throw .ESRCH }
            target = other
        }
        if target !== call.process {
            let c = call.process.credentials
            let t = target.credentials
            let isSame =
                c.uid == t.euid && c.uid == t.suid && c.uid == t.uid && c.gid == t.egid && c.gid == t.sgid
                && c.gid == t.gid
            guard isSame || c.has(Capability.CAP_SYS_RESOURCE) else { throw .EPERM }
        }
        let old = try change(target, call.i1, new, by: call.process)
        if call.a3 != 0 { try UserMemory.write(old, to: call.a3) }
        return 0
    }

    /// Sets a limit (nil: leaves it) and returns what it was.
    private static func change(_ process: Process, _ resource: Int32, _ new: Rlimit64?, by caller: Process)
        throws(Errno) -> Rlimit64
    {
        guard resource >= 0, resource < Resource.RLIM_NLIMITS else { throw .EINVAL }
        let old = process.limits[resource]
        if let new {
            guard new.rlim_cur <= new.rlim_max else { throw .EINVAL }
            // /proc/sys/fs/nr_open
            if resource == Resource.RLIMIT_NOFILE && new.rlim_max > 1_048_576 { throw .EPERM }
            if new.rlim_max > old.rlim_max && !caller.credentials.has(Capability.CAP_SYS_RESOURCE) { throw .EPERM }
            process.limits[resource] = new
            if resource == Resource.RLIMIT_CPU { ProcessorTimeLimit.limitsChanged(process) }
        }
        return old
    }
}
