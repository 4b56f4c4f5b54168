// SPDX-License-Identifier: Apache-2.0
//
// close(2), dup(2), fcntl(2), ioctl(2): what is done to descriptors, whatever they refer to. Locks are in Locks.swift.

import LinuxABI
import Machine

public enum Descriptors {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.close) { call throws(Errno) in try close(call) },
            SyscallEntry(SyscallNumber.close_range) { call throws(Errno) in try closeRange(call) },
            SyscallEntry(SyscallNumber.dup) { call throws(Errno) in
                let file = try call.files.get(call.i0)
                return Int(try call.files.add(file, closeOnExec: false, limit: call.process.limits.openFiles))
            },
            SyscallEntry(SyscallNumber.dup2) { call throws(Errno) in
                if call.i0 == call.i1 {
                    _ = try call.files.get(call.i0)
                    return Int(call.i0)
                }
                return try duplicate(call, closeOnExec: false)
            },
            SyscallEntry(SyscallNumber.dup3) { call throws(Errno) in
                guard call.i2 & ~Open.O_CLOEXEC == 0, call.i0 != call.i1 else { throw .EINVAL }
                return try duplicate(call, closeOnExec: call.i2 != 0)
            },
            SyscallEntry(SyscallNumber.fcntl, .partial, "no leases, no directory notification, no O_ASYNC") { call throws(Errno) in
                try fcntl(call)
            },
            SyscallEntry(SyscallNumber.ioctl) { call throws(Errno) in try ioctl(call) },
        ]
    }

    static func close(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.remove(call.i0)
        closed(file, call.process)
        return 0
    }

    /// A descriptor went away: the process's POSIX locks go with it (fcntl(2)), whichever descriptor they were made through.
    @inline(__always)
    public static func closed(_ file: OpenFile, _ process: Process, from table: FileTable? = nil) {
        if let inode = file.inode, inode.locks != nil { FileLocks.descriptorClosed(inode, table ?? process.files) }
        file.descriptorClosed(process)
    }

    private static func duplicate(_ call: Call, closeOnExec: Bool) throws(Errno) -> Int {
        let file = try call.files.get(call.i0)
        guard call.i1 >= 0, Int(call.i1) < call.process.limits.openFiles else { throw .EBADF }
        if let old = call.files.replace(call.i1, with: file, closeOnExec: closeOnExec) { closed(old, call.process) }
        return Int(call.i1)
    }

    private static func closeRange(_ call: Call) throws(Errno) -> Int {
        guard call.u2 & ~(CloseRange.CLOSE_RANGE_UNSHARE | CloseRange.CLOSE_RANGE_CLOEXEC) == 0, call.u0 <= call.u1 else {
            throw .EINVAL
        }
        if call.u2 & CloseRange.CLOSE_RANGE_UNSHARE != 0, call.files.users > 1 {
            let copy = call.files.copy()
            call.process.files.users -= 1
            call.process.files = copy
        }
        for descriptor in call.files.descriptors where UInt32(descriptor) >= call.u0 && UInt32(descriptor) <= call.u1 {
            if call.u2 & CloseRange.CLOSE_RANGE_CLOEXEC != 0 {
                try call.files.setCloseOnExec(descriptor, true)
            } else {
                closed(try call.files.remove(descriptor), call.process)
            }
        }
        return 0
    }

    // MARK: fcntl

    private static func fcntl(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.get(call.i0)
        let command = call.i1
        if file.isPathOnly {
            switch command {
            case Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC, Fcntl.F_GETFD, Fcntl.F_SETFD, Fcntl.F_GETFL: break
            default: throw .EBADF
            }
        }
        switch command {
        case Fcntl.F_DUPFD, Fcntl.F_DUPFD_CLOEXEC:
            let limit = call.process.limits.openFiles
            guard call.a2 < UInt64(limit) else { throw .EINVAL }
            return Int(
                try call.files.add(file, closeOnExec: command == Fcntl.F_DUPFD_CLOEXEC, minimum: call.i2, limit: limit))
        case Fcntl.F_GETFD: return try call.files.closeOnExec(call.i0) ? 1 : 0
        case Fcntl.F_SETFD:
            try call.files.setCloseOnExec(call.i0, call.i2 & Fcntl.FD_CLOEXEC != 0)
            return 0
        case Fcntl.F_GETFL: return Int(file.flags)
        case Fcntl.F_SETFL: return try setFlags(file, call)
        case Fcntl.F_GETLK, Fcntl.F_SETLK, Fcntl.F_SETLKW, Fcntl.F_OFD_GETLK, Fcntl.F_OFD_SETLK, Fcntl.F_OFD_SETLKW:
            return try Locks.record(file, command, call)
        case Fcntl.F_SETOWN, Fcntl.F_GETOWN, Fcntl.F_SETOWN_EX, Fcntl.F_GETOWN_EX, Fcntl.F_SETSIG, Fcntl.F_GETSIG:
            return try owner(file, command, call)
        case Fcntl.F_SETLEASE: throw .EINVAL
        case Fcntl.F_GETLEASE: return Int(Fcntl.F_UNLCK)
        case Fcntl.F_NOTIFY: throw file.inode?.isDirectory == true ? .EINVAL : .ENOTDIR
        case Fcntl.F_GETPIPE_SZ: return try file.pipeCapacity()
        case Fcntl.F_SETPIPE_SZ: return try file.setPipeCapacity(Int(call.u2), call.thread)
        case Fcntl.F_ADD_SEALS: return try addSeals(file, call)
        case Fcntl.F_GET_SEALS:
            guard let ram = file.inode as? RamFile else { throw .EINVAL }
            return Int(ram.seals)
        case Fcntl.F_GET_RW_HINT, 1037:
            try UserMemory.write(UInt64(0), to: call.a2)
            return 0
        case Fcntl.F_SET_RW_HINT, 1038:
            guard try UserMemory.read(call.a2, UInt64.self) <= 5 else { throw .EINVAL }
            return 0
        default: throw .EINVAL
        }
    }

    private static func setFlags(_ file: OpenFile, _ call: Call) throws(Errno) -> Int {
        let settable = Open.O_APPEND | Open.O_NONBLOCK | Open.O_DIRECT | Open.O_NOATIME | Open.O_ASYNC
        let new = file.flags & ~settable | call.i2 & settable
        if new & ~file.flags & Open.O_NOATIME != 0, let inode = file.inode, !Permission.isOwner(inode, call.process) { throw .EPERM }
        if new != file.flags {
            file.flags = new
            file.flagsChanged()
        }
        return 0
    }

    private static func owner(_ file: OpenFile, _ command: Int32, _ call: Call) throws(Errno) -> Int {
        switch command {
        case Fcntl.F_SETOWN:
            guard call.i2 != Int32.min else { throw .EINVAL }
            file.signalOwner = FOwnerEx(
                type: call.i2 < 0 ? Fcntl.F_OWNER_PGRP : Fcntl.F_OWNER_PID, pid: call.i2 < 0 ? -call.i2 : call.i2)
            return 0
        case Fcntl.F_GETOWN:
            return Int(file.signalOwner.type == Fcntl.F_OWNER_PGRP ? -file.signalOwner.pid : file.signalOwner.pid)
        case Fcntl.F_SETOWN_EX:
            let new = try UserMemory.read(call.a2, FOwnerEx.self)
            guard new.type >= 0, new.type <= Fcntl.F_OWNER_PGRP else { throw .EINVAL }
            guard new.pid >= 0 else { throw .ESRCH }
            file.signalOwner = new
            return 0
        case Fcntl.F_GETOWN_EX:
            try UserMemory.write(file.signalOwner, to: call.a2)
            return 0
        case Fcntl.F_SETSIG:
            guard call.i2 >= 0, call.i2 <= 64 else { throw .EINVAL }
            file.ownerSignal = call.i2
            return 0
        default: return Int(file.ownerSignal)
        }
    }

    private static func addSeals(_ file: OpenFile, _ call: Call) throws(Errno) -> Int {
        guard let ram = file.inode as? RamFile else { throw .EINVAL }
        guard file.isWritable else { throw .EPERM }
        guard call.u2 & ~0x3f == 0 else { throw .EINVAL }
        if ram.seals & Fcntl.F_SEAL_SEAL != 0 { throw .EPERM }
        if call.i2 & Fcntl.F_SEAL_WRITE != 0, isMappedWritable(try ram.content()) { throw .EBUSY }
        ram.seals |= call.i2
        return 0
    }

    private static func isMappedWritable(_ content: FileContent) -> Bool {
        for process in kernel.processes.all {
            for area in process.memory.areas
            where area.isShared && area.content === content && area.maxProtection & Mman.PROT_WRITE != 0 { return true }
        }
        return false
    }

    // MARK: ioctl

    private static func ioctl(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.real(call.i0)
        switch call.u1 {
        case Ioctl.FIOCLEX:
            try call.files.setCloseOnExec(call.i0, true)
            return 0
        case Ioctl.FIONCLEX:
            try call.files.setCloseOnExec(call.i0, false)
            return 0
        case Ioctl.FIONBIO:
            let on = try UserMemory.read(call.a2, Int32.self) != 0
            return setFlag(file, Open.O_NONBLOCK, on)
        case Ioctl.FIOASYNC:
            let on = try UserMemory.read(call.a2, Int32.self) != 0
            return setFlag(file, Open.O_ASYNC, on)
        case Ioctl.FIOQSIZE:
            guard let inode = file.inode, inode.isRegular || inode.isDirectory || inode.isSymbolicLink else { throw .ENOTTY }
            try UserMemory.write(inode.allocatedBytes, to: call.a2)
            return 0
        default: return try file.ioctl(call.u1, call.a2, call.thread)
        }
    }

    private static func setFlag(_ file: OpenFile, _ flag: Int32, _ on: Bool) -> Int {
        let new = on ? file.flags | flag : file.flags & ~flag
        if new != file.flags {
            file.flags = new
            file.flagsChanged()
        }
        return 0
    }
}
