// SPDX-License-Identifier: Apache-2.0
//
// open(2), creat(2), openat(2), openat2(2), memfd_create(2).

import LinuxABI
import Machine

public enum FileOpening {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.open) { call throws(Errno) in
                try open(call, At.AT_FDCWD, call.a0, call.i1 | Open.O_LARGEFILE, call.u2)
            },
            SyscallEntry(SyscallNumber.openat) { call throws(Errno) in
                try open(call, call.i0, call.a1, call.i2 | Open.O_LARGEFILE, call.u3)
            },
            SyscallEntry(SyscallNumber.creat) { call throws(Errno) in
                try open(call, At.AT_FDCWD, call.a0, Open.O_CREAT | Open.O_WRONLY | Open.O_TRUNC | Open.O_LARGEFILE, call.u1)
            },
            SyscallEntry(SyscallNumber.openat2) { call throws(Errno) in try openat2(call) },
            SyscallEntry(SyscallNumber.memfd_create, .partial, "no huge pages") { call throws(Errno) in try memfdCreate(call) },
        ]
    }

    private static func open(
        _ call: Call, _ directory: Int32, _ path: UInt64, _ flags: Int32, _ mode: UInt32, resolve: UInt64 = 0
    ) throws(Errno) -> Int {
        let path = try call.path(path)
        let file = try Files.open(call.thread, path, at: directory, flags: flags, mode: mode & 0o7777, resolve: resolve)
        let number = try call.files.add(
            file, closeOnExec: flags & Open.O_CLOEXEC != 0, limit: call.process.limits.openFiles)
        if let inode = file.inode { InodeEvents.opened(inode, file.location) }
        return Int(number)
    }

    private static func openat2(_ call: Call) throws(Errno) -> Int {
        let size = call.a3
        guard size >= 24 else { throw .EINVAL }
        guard size <= 4096 else { throw .E2BIG }
        if size > 24 {
            for byte in try UserMemory.readBytes(call.a2 &+ 24, Int(size) - 24) where byte != 0 { throw .E2BIG }
        }
        let how = try UserMemory.read(call.a2, OpenHow.self)
        let known: Int32 = 0o37777703
        guard how.flags & ~UInt64(UInt32(bitPattern: known)) == 0, how.resolve & ~0x3f == 0 else { throw .EINVAL }
        let scoped = Resolve.RESOLVE_BENEATH | Resolve.RESOLVE_IN_ROOT
        guard how.resolve & scoped != scoped else { throw .EINVAL }
        let flags = Int32(truncatingIfNeeded: how.flags)
        let creates = flags & (Open.O_CREAT | Files.temporaryBit) != 0
        guard creates ? how.mode & ~0o7777 == 0 : how.mode == 0 else { throw .EINVAL }
        if flags & Open.O_PATH != 0, flags & ~(Open.O_PATH | Open.O_DIRECTORY | Open.O_NOFOLLOW | Open.O_CLOEXEC) != 0 {
            throw .EINVAL
        }
        if how.resolve & Resolve.RESOLVE_CACHED != 0, creates || flags & Open.O_TRUNC != 0 { throw .EAGAIN }
        return try open(
            call, call.i0, call.a1, flags, UInt32(truncatingIfNeeded: how.mode), resolve: how.resolve & ~Resolve.RESOLVE_CACHED)
    }

    private static let MFD_CLOEXEC: UInt32 = 1
    private static let MFD_ALLOW_SEALING: UInt32 = 2
    private static let MFD_NOEXEC_SEAL: UInt32 = 8
    private static let MFD_EXEC: UInt32 = 16

    private static func memfdCreate(_ call: Call) throws(Errno) -> Int {
        let flags = call.u1
        guard flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) == 0,
            flags & (MFD_NOEXEC_SEAL | MFD_EXEC) != MFD_NOEXEC_SEAL | MFD_EXEC
        else { throw .EINVAL }
        let name: [UInt8]
        do { name = try UserMemory.readString(call.a0, limit: 250) } catch { throw error == .ENAMETOOLONG ? .EINVAL : error }
        let file = MemoryFile.make(name, call.process, isSealable: flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL) != 0)
        if flags & MFD_NOEXEC_SEAL != 0 { file.forbidExecution() }
        return Int(
            try call.files.add(file, closeOnExec: flags & MFD_CLOEXEC != 0, limit: call.process.limits.openFiles))
    }
}

extension Call {
    /// The path at a guest address, in the thread's reusable buffer.
    @inline(__always)
    func path(_ address: UInt64) throws(Errno) -> [UInt8] {
        try UserMemory.readString(address, limit: 4096, into: &thread.pathBuffer)
        return thread.pathBuffer
    }
    /// The second path of a call.
    func secondPath(_ address: UInt64) throws(Errno) -> [UInt8] {
        try UserMemory.readString(address, limit: 4096, into: &thread.pathBuffer2)
        return thread.pathBuffer2
    }
}
