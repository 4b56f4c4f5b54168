// SPDX-License-Identifier: Apache-2.0
//
// The set*id and get*id families, setgroups(2), capget(2), capset(2). The rules are in Core/Credentials+Change.swift.

import LinuxABI
import Machine

enum CredentialCalls {
    private static let note: StaticString = "identities belong to the process, not to each thread"

    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.getuid) { call throws(Errno) in Int(call.process.credentials.uid) },
            SyscallEntry(SyscallNumber.geteuid) { call throws(Errno) in Int(call.process.credentials.euid) },
            SyscallEntry(SyscallNumber.getgid) { call throws(Errno) in Int(call.process.credentials.gid) },
            SyscallEntry(SyscallNumber.getegid) { call throws(Errno) in Int(call.process.credentials.egid) },
            SyscallEntry(SyscallNumber.setuid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setUser(call.u0) }
            },
            SyscallEntry(SyscallNumber.setgid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setGroup(call.u0) }
            },
            SyscallEntry(SyscallNumber.setreuid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setUsers(real: call.u0, effective: call.u1) }
            },
            SyscallEntry(SyscallNumber.setregid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setGroups(real: call.u0, effective: call.u1) }
            },
            SyscallEntry(SyscallNumber.setresuid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setUsers(real: call.u0, effective: call.u1, saved: call.u2)
                }
            },
            SyscallEntry(SyscallNumber.setresgid, .partial, note) { call throws(Errno) in
                try change(call) { c throws(Errno) in try c.setGroups(real: call.u0, effective: call.u1, saved: call.u2)
                }
            },
            SyscallEntry(SyscallNumber.getresuid) { call throws(Errno) in
                let c = call.process.credentials
                return try write(call, c.uid, c.euid, c.suid)
            },
            SyscallEntry(SyscallNumber.getresgid) { call throws(Errno) in
                let c = call.process.credentials
                return try write(call, c.gid, c.egid, c.sgid)
            },
            SyscallEntry(SyscallNumber.setfsuid, .partial, note) { call throws(Errno) in
                let old = call.process.credentials.fsuid
                _ = try change(call) { c throws(Errno) in c.setFileSystemUser(call.u0) }
                return Int(old)
            },
            SyscallEntry(SyscallNumber.setfsgid, .partial, note) { call throws(Errno) in
                let old = call.process.credentials.fsgid
                _ = try change(call) { c throws(Errno) in c.setFileSystemGroup(call.u0) }
                return Int(old)
            },
            SyscallEntry(SyscallNumber.getgroups) { call throws(Errno) in try getGroups(call) },
            SyscallEntry(SyscallNumber.setgroups, .partial, note) { call throws(Errno) in try setGroups(call) },
            SyscallEntry(SyscallNumber.capget) { call throws(Errno) in try getCapabilities(call) },
            SyscallEntry(SyscallNumber.capset, .partial, note) { call throws(Errno) in try setCapabilities(call) },
        ]
    }

    private static func change(_ call: Call, _ body: (inout Credentials) throws(Errno) -> Void) throws(Errno) -> Int {
        var new = call.process.credentials
        try body(&new)
        call.process.commit(new)
        return 0
    }

    private static func write(_ call: Call, _ a: UInt32, _ b: UInt32, _ c: UInt32) throws(Errno) -> Int {
        try UserMemory.write(a, to: call.a0)
        try UserMemory.write(b, to: call.a1)
        try UserMemory.write(c, to: call.a2)
        return 0
    }

    private static func getGroups(_ call: Call) throws(Errno) -> Int {
        let groups = call.process.credentials.groups
        guard call.i0 >= 0 else { throw .EINVAL }
        if call.i0 == 0 { return groups.count }
        guard groups.count <= Int(call.i0) else { throw .EINVAL }
        var bytes: [UInt8] = []
        for group in groups { bytes.append(littleEndian: group) }
        try UserMemory.writeBytes(bytes, to: call.a1)
        return groups.count
    }

    private static func setGroups(_ call: Call) throws(Errno) -> Int {
        guard call.process.credentials.has(Capability.CAP_SETGID) else { throw .EPERM }
        guard call.i0 >= 0, Int(call.i0) <= SystemLimit.NGROUPS_MAX else { throw .EINVAL }
        let bytes = try UserMemory.readBytes(call.a1, Int(call.i0) * 4)
        var groups: [UInt32] = []
        groups.reserveCapacity(Int(call.i0))
        var at = 0
        while at < bytes.count {
            guard let group = bytes.littleEndian(UInt32.self, at: at), group != .max else { throw .EINVAL }
            groups.append(group)
            at += 4
        }
        groups.sort()
        call.process.credentials.groups = groups
        return 0
    }

    /// How many 32-bit words the caller's version has; tells it the version to use when it is unknown.
    private static func words(_ call: Call, _ header: CapabilityHeader) throws(Errno) -> Int {
        switch header.version {
        case CapabilityVersion._LINUX_CAPABILITY_VERSION_1: return 1
        case CapabilityVersion._LINUX_CAPABILITY_VERSION_2, CapabilityVersion._LINUX_CAPABILITY_VERSION_3: return 2
        default:
            try UserMemory.write(CapabilityVersion._LINUX_CAPABILITY_VERSION_3, to: call.a0)
            throw .EINVAL
        }
    }

    private static func getCapabilities(_ call: Call) throws(Errno) -> Int {
        let header = try UserMemory.read(call.a0, CapabilityHeader.self)
        let count: Int
        do { count = try words(call, header) } catch {
            // A probe for the version.
            if call.a1 == 0 && error == .EINVAL { return 0 }
            throw error
        }
        if call.a1 == 0 { return 0 }
        guard header.pid >= 0 else { throw .EINVAL }
        var process = call.process
        if header.pid != 0 {
            guard let other = kernel.processes.thread(header.pid)?.process else { throw .ESRCH }
            process = other
        }
        let c = process.credentials
        for word in 0..<count {
            let shift = UInt64(word * 32)
            let data = CapabilityData(
                effective: UInt32(truncatingIfNeeded: c.effective.bits >> shift),
                permitted: UInt32(truncatingIfNeeded: c.permitted.bits >> shift),
                inheritable: UInt32(truncatingIfNeeded: c.inheritable.bits >> shift))
            try UserMemory.write(data, to: call.a1 &+ UInt64(word * 12))
        }
        return 0
    }

    private static func setCapabilities(_ call: Call) throws(Errno) -> Int {
        let header = try UserMemory.read(call.a0, CapabilityHeader.self)
        let count = try words(call, header)
        guard header.pid == 0 || header.pid == call.thread.tid else { throw .EPERM }
        var effective: UInt64 = 0
        var permitted: UInt64 = 0
        var inheritable: UInt64 = 0
        for word in 0..<count {
            let data = try UserMemory.read(call.a1 &+ UInt64(word * 12), CapabilityData.self)
            effective |= UInt64(data.effective) << UInt64(word * 32)
            permitted |= UInt64(data.permitted) << UInt64(word * 32)
            inheritable |= UInt64(data.inheritable) << UInt64(word * 32)
        }
        let valid = CapabilitySet.all
        return try change(call) { c throws(Errno) in
            try c.setCapabilities(
                effective: CapabilitySet(effective).intersection(valid),
                permitted: CapabilitySet(permitted).intersection(valid),
                inheritable: CapabilitySet(inheritable).intersection(valid))
        }
    }
}
