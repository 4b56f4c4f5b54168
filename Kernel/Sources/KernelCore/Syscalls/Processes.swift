// SPDX-License-Identifier: Apache-2.0
//
// fork(2), clone(2), execve(2), exit(2), wait(2), process groups and sessions.

import LinuxABI
import Machine

enum ProcessCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.getpid) { (call: Call) throws(Errno) -> Int in Int(call.process.pid) },
            SyscallEntry(SyscallNumber.gettid) { (call: Call) throws(Errno) -> Int in Int(call.thread.tid) },
            SyscallEntry(SyscallNumber.getppid) { (call: Call) throws(Errno) -> Int in Int(call.process.parentPid) },
            SyscallEntry(SyscallNumber.fork, .full, "", fork),
            SyscallEntry(SyscallNumber.vfork, .full, "", vfork),
            SyscallEntry(SyscallNumber.clone, .partial, "no namespaces, no CLONE_PTRACE", clone),
            SyscallEntry(SyscallNumber.clone3, .partial, "no namespaces, no set_tid, no cgroups", clone3),
            SyscallEntry(SyscallNumber.execve, .full, "", execve),
            SyscallEntry(SyscallNumber.execveat, .full, "", execveat),
            SyscallEntry(SyscallNumber.exit, .full, "", exit),
            SyscallEntry(SyscallNumber.exit_group, .full, "", exitGroup),
            SyscallEntry(SyscallNumber.wait4, .full, "", wait4),
            SyscallEntry(SyscallNumber.waitid, .full, "", waitid),
            SyscallEntry(SyscallNumber.set_tid_address, .full, "", setTidAddress),
            SyscallEntry(SyscallNumber.arch_prctl, .partial, "ARCH_SET_GS is refused: GS belongs to the kernel", archPrctl),
            SyscallEntry(SyscallNumber.setpgid, .full, "", setpgid),
            SyscallEntry(SyscallNumber.getpgid, .full, "", getpgid),
            SyscallEntry(SyscallNumber.getpgrp) { (call: Call) throws(Errno) -> Int in Int(call.process.group) },
            SyscallEntry(SyscallNumber.setsid, .full, "", setsid),
            SyscallEntry(SyscallNumber.getsid, .full, "", getsid),
        ]
    }

    static func fork(_ call: Call) throws(Errno) -> Int {
        Int(try ProcessClone.clone(call.thread, CloneRequest(flags: 0, exitSignal: Signal.SIGCHLD)))
    }

    static func vfork(_ call: Call) throws(Errno) -> Int {
        let flags = Clone.CLONE_VM | Clone.CLONE_VFORK
        return Int(try ProcessClone.clone(call.thread, CloneRequest(flags: flags, exitSignal: Signal.SIGCHLD)))
    }

    static func clone(_ call: Call) throws(Errno) -> Int {
        var request = CloneRequest(flags: call.a0 & 0xffff_ffff & ~Clone.CSIGNAL, exitSignal: call.i0 & 0xff)
        request.stack = call.a1
        request.parentTid = call.a2
        request.pidfd = call.a2
        request.childTid = call.a3
        request.tls = call.a4
        if request.flags & Clone.CLONE_PIDFD != 0 && request.flags & Clone.CLONE_PARENT_SETTID != 0 { throw .EINVAL }
        return Int(try ProcessClone.clone(call.thread, request))
    }

    static func clone3(_ call: Call) throws(Errno) -> Int {
        let size = call.a1
        guard size >= Clone.CLONE_ARGS_SIZE_VER0 else { throw .EINVAL }
        guard size <= 4096 else { throw .E2BIG }
        let bytes = try UserMemory.readBytes(call.a0, Int(size))
        // Fields this kernel does not know must be zero (clone3(2)).
        if bytes.count > Int(Clone.CLONE_ARGS_SIZE_VER2) {
            for i in Int(Clone.CLONE_ARGS_SIZE_VER2)..<bytes.count where bytes[i] != 0 { throw .E2BIG }
        }
        func field(_ index: Int) -> UInt64 { bytes.littleEndian(UInt64.self, at: index * 8) ?? 0 }
        let flags = field(0)
        guard flags & Clone.CSIGNAL & ~Clone.CLONE_NEWTIME == 0, flags >> 34 == 0, flags & Clone.CLONE_DETACHED == 0 else { throw .EINVAL }
        guard field(4) <= 64, flags & (Clone.CLONE_THREAD | Clone.CLONE_PARENT) == 0 || field(4) == 0 else { throw .EINVAL }
        guard (field(5) == 0) == (field(6) == 0) else { throw .EINVAL }
        guard field(8) == 0, field(9) == 0 else { throw .EPERM }
        guard flags & Clone.CLONE_INTO_CGROUP == 0 else { throw .EOPNOTSUPP }
        var request = CloneRequest(flags: flags, exitSignal: Int32(truncatingIfNeeded: field(4)))
        request.pidfd = field(1)
        request.childTid = field(2)
        request.parentTid = field(3)
        if field(5) != 0 {
            guard UserMemory.isValid(field(5), field(6)) else { throw .EINVAL }
            request.stack = field(5) &+ field(6)
        }
        request.tls = field(7)
        return Int(try ProcessClone.clone(call.thread, request))
    }

    // MARK: exec

    static func execve(_ call: Call) throws(Errno) -> Int {
        try UserMemory.readString(call.a0, limit: Int(SystemLimit.PATH_MAX), into: &call.thread.pathBuffer)
        let path = call.thread.pathBuffer
        let (arguments, environment) = try readVectors(call, call.a1, call.a2)
        let file = try Files.openForExec(call.thread, path)
        return try exec(call, file, path, arguments, environment)
    }

    static func execveat(_ call: Call) throws(Errno) -> Int {
        let flags = call.i4
        guard flags & ~(At.AT_EMPTY_PATH | At.AT_SYMLINK_NOFOLLOW) == 0 else { throw .EINVAL }
        let path = try UserMemory.readString(call.a1, limit: Int(SystemLimit.PATH_MAX))
        let (arguments, environment) = try readVectors(call, call.a2, call.a3)
        let file: OpenFile
        if path.isEmpty && flags & At.AT_EMPTY_PATH != 0 {
            let opened = try call.files.get(call.i0)
            // A memory file has no place of its own.
            guard let inode = opened.inode, let mount = kernel.mounts.root else { throw .EACCES }
            file = try Files.openForExec(call.thread, opened.location ?? Location(mount: mount, inode: inode))
        } else {
            file = try Files.openForExec(call.thread, path, at: call.i0, follow: flags & At.AT_SYMLINK_NOFOLLOW == 0)
        }
        var name = path
        var isReachable = true
        if path.isEmpty || (path[0] != 0x2f && call.i0 != At.AT_FDCWD) {
            name = [UInt8]("/dev/fd/")
            name.append(decimal: Int(call.i0))
            if !path.isEmpty {
                name.append(0x2f)
                name.append(contentsOf: path)
            }
            isReachable = try !call.files.closeOnExec(call.i0)
        }
        return try exec(call, file, name, arguments, environment, isReachable: isReachable)
    }

    private static func exec(
        _ call: Call, _ file: OpenFile, _ path: [UInt8], _ arguments: [[UInt8]], _ environment: [[UInt8]], isReachable: Bool = true
    ) throws(Errno) -> Int {
        let image = try ExecImage.prepare(
            call.thread, file, path: path, arguments: arguments, environment: environment, isReachable: isReachable)
        try ProcessExec.exec(call.thread, image)
        return 0
    }

    /// argv and envp. Linux limits the whole to a quarter of the stack limit (at most 6 MiB) and takes an empty argv as one "".
    private static func readVectors(
        _ call: Call, _ arguments: UInt64, _ environment: UInt64
    ) throws(Errno) -> ([[UInt8]], [[UInt8]]) {
        let stack = call.process.limits.current(Resource.RLIMIT_STACK)
        var room = Int(max(min(stack / 4, 6 << 20), 128 << 10))
        var first = try readVector(arguments, &room)
        if first.isEmpty { first = [[]] }
        return (first, try readVector(environment, &room))
    }

    private static func readVector(_ address: UInt64, _ room: inout Int) throws(Errno) -> [[UInt8]] {
        var result: [[UInt8]] = []
        guard address != 0 else { return result }
        var at = address
        while true {
            let pointer: UInt64 = try UserMemory.read(at)
            if pointer == 0 { return result }
            let text: [UInt8]
            do { text = try UserMemory.readString(pointer, limit: ExecImage.longestString) } catch {
                throw error == .ENAMETOOLONG ? .E2BIG : error
            }
            room -= text.count + 9
            guard room > 0 else { throw .E2BIG }
            result.append(text)
            at &+= 8
        }
    }

    // MARK: exit and wait

    static func exit(_ call: Call) throws(Errno) -> Int {
        ProcessLife.exitThread(call.thread, code: call.i0)
        return 0
    }

    static func exitGroup(_ call: Call) throws(Errno) -> Int {
        ProcessLife.exitGroup(call.process, status: WaitStatus.exited(code: call.i0))
        return 0
    }

    static func wait4(_ call: Call) throws(Errno) -> Int {
        let options = call.i2
        let known =
            WaitOption.WNOHANG | WaitOption.WUNTRACED | WaitOption.WCONTINUED | WaitOption.__WNOTHREAD | WaitOption.__WALL
            | WaitOption.__WCLONE
        guard options & ~known == 0 else { throw .EINVAL }
        guard call.i0 != .min else { throw .ESRCH }
        let target: WaitTarget
        if call.i0 > 0 {
            target = .process(call.i0)
        } else if call.i0 == -1 {
            target = .any
        } else if call.i0 == 0 {
            target = .group(call.process.group)
        } else {
            target = .group(-call.i0)
        }
        guard let change = try ProcessWait.wait(call.thread, target, options | WaitOption.WEXITED) else { return 0 }
        if call.a1 != 0 { try UserMemory.write(change.status, to: call.a1) }
        if call.a3 != 0 { try UserMemory.write(change.usage.rusage, to: call.a3) }
        return Int(change.pid)
    }

    static func waitid(_ call: Call) throws(Errno) -> Int {
        let options = call.i3
        let kinds = WaitOption.WEXITED | WaitOption.WSTOPPED | WaitOption.WCONTINUED
        let known = kinds | WaitOption.WNOHANG | WaitOption.WNOWAIT | WaitOption.__WNOTHREAD | WaitOption.__WALL | WaitOption.__WCLONE
        guard options & ~known == 0, options & kinds != 0 else { throw .EINVAL }
        let target: WaitTarget
        switch call.i0 {
        case WaitOption.P_ALL: target = .any
        case WaitOption.P_PID:
            guard call.i1 > 0 else { throw .EINVAL }
            target = .process(call.i1)
        case WaitOption.P_PGID:
            guard call.i1 >= 0 else { throw .EINVAL }
            target = .group(call.i1 == 0 ? call.process.group : call.i1)
        case WaitOption.P_PIDFD:
            guard let file = try call.files.get(call.i1) as? PidFile else { throw .EBADF }
            if file.isNonblocking && options & WaitOption.WNOHANG == 0 {
                guard try ProcessWait.wait(call.thread, .process(file.process.pid), options | WaitOption.WNOHANG | WaitOption.WNOWAIT) != nil
                else { throw .EAGAIN }
            }
            target = .process(file.process.pid)
        default: throw .EINVAL
        }
        let change = try ProcessWait.wait(call.thread, target, options)
        if call.a2 != 0 {
            var info = Siginfo()
            if let change {
                info = .child(
                    code: change.code, pid: change.pid, uid: change.uid, status: change.value, userTime: change.usage.user / 10_000_000,
                    systemTime: change.usage.system / 10_000_000)
            }
            try UserMemory.write(info, to: call.a2)
        }
        if call.a4 != 0, let change { try UserMemory.write(change.usage.rusage, to: call.a4) }
        return 0
    }

    static func setTidAddress(_ call: Call) throws(Errno) -> Int {
        call.thread.clearChildTid = call.a0
        return Int(call.thread.tid)
    }

    static func archPrctl(_ call: Call) throws(Errno) -> Int {
        switch call.i0 {
        case ArchPrctl.ARCH_SET_FS:
            guard call.a1 < Machine.userEnd else { throw .EPERM }
            Machine.fsBase = call.a1
            return 0
        case ArchPrctl.ARCH_GET_FS:
            try UserMemory.write(Machine.fsBase, to: call.a1)
            return 0
        case ArchPrctl.ARCH_GET_GS:
            try UserMemory.write(UInt64(0), to: call.a1)
            return 0
        case ArchPrctl.ARCH_SET_GS: throw .EPERM
        case ArchPrctl.ARCH_GET_CPUID: return 1
        default: throw .EINVAL
        }
    }

    // MARK: groups and sessions

    static func setpgid(_ call: Call) throws(Errno) -> Int {
        guard call.i0 >= 0, call.i1 >= 0 else { throw call.i0 < 0 ? .ESRCH : .EINVAL }
        let caller = call.process
        let pid = call.i0 == 0 ? caller.pid : call.i0
        let group = call.i1 == 0 ? pid : call.i1
        // A child that ended still has its group until it is reaped.
        guard let target = kernel.processes.process(pid), target.state != .dead, target === caller || target.parent === caller else {
            throw .ESRCH
        }
        if target !== caller {
            guard target.session == caller.session else { throw .EPERM }
            guard !target.hasExeced else { throw .EACCES }
        }
        guard target.session != target.pid else { throw .EPERM }
        if group != pid {
            let exists = kernel.processes.all.contains { $0.group == group && $0.session == caller.session && $0.state != .dead }
            guard exists else { throw .EPERM }
        }
        target.group = group
        return 0
    }

    static func getpgid(_ call: Call) throws(Errno) -> Int {
        if call.i0 == 0 { return Int(call.process.group) }
        guard let process = kernel.processes.process(call.i0) else { throw .ESRCH }
        return Int(process.group)
    }

    static func setsid(_ call: Call) throws(Errno) -> Int {
        let process = call.process
        guard process.group != process.pid else { throw .EPERM }
        if kernel.processes.all.contains(where: { $0.group == process.pid }) { throw .EPERM }
        process.group = process.pid
        process.session = process.pid
        process.terminal = nil
        return Int(process.pid)
    }

    static func getsid(_ call: Call) throws(Errno) -> Int {
        if call.i0 == 0 { return Int(call.process.session) }
        guard let process = kernel.processes.process(call.i0) else { throw .ESRCH }
        return Int(process.session)
    }
}

extension Usage {
    /// As wait4 and getrusage report it.
    public var rusage: Rusage {
        var result = Rusage()
        result.ru_utime = Timeval(tv_sec: user / 1_000_000_000, tv_usec: user % 1_000_000_000 / 1000)
        result.ru_stime = Timeval(tv_sec: system / 1_000_000_000, tv_usec: system % 1_000_000_000 / 1000)
        result.ru_maxrss = maxResidentKilobytes
        result.ru_minflt = minorFaults
        return result
    }
}
