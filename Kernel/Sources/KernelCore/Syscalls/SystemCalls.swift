// SPDX-License-Identifier: Apache-2.0
//
// uname(2), sethostname(2), sysinfo(2), getrandom(2), syslog(2), personality(2), kcmp(2).

import Formats
import LinuxABI
import Machine

enum SystemCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.uname) { call throws(Errno) in try uname(call) },
            SyscallEntry(SyscallNumber.sethostname) { call throws(Errno) in
                kernel.hostname = try readName(call)
                return 0
            },
            SyscallEntry(SyscallNumber.setdomainname) { call throws(Errno) in
                kernel.domainname = try readName(call)
                return 0
            },
            SyscallEntry(
                SyscallNumber.sysinfo, .partial, "no load averages; memory sizes are the limit's or the host's"
            ) { call throws(Errno) in
                try UserMemory.write(SystemInformation.current(), to: call.a0)
                return 0
            },
            SyscallEntry(SyscallNumber.getrandom) { call throws(Errno) in try getRandom(call) },
            SyscallEntry(SyscallNumber.syslog, .partial, "the log is empty") { call throws(Errno) in try syslog(call) },
            SyscallEntry(SyscallNumber.personality, .partial, "kept and reported; only UNAME26 has an effect") {
                call throws(Errno) in
                let old = call.process.personality
                if call.u0 != 0xffff_ffff { call.process.personality = call.u0 }
                return Int(old)
            },
            SyscallEntry(SyscallNumber.kcmp, .partial, "KCMP_IO and KCMP_SYSVSEM compare processes") {
                call throws(Errno) in try compare(call)
            },
        ]
    }

    // MARK: names

    private static func uname(_ call: Call) throws(Errno) -> Int {
        // setarch --uname-2.6: programs that expect three numbers.
        let old = call.process.personality & Personality.UNAME26 != 0
        let name = Utsname(
            system: [UInt8]("Linux"), node: kernel.hostname,
            release: old ? [UInt8]("2.6.61") : SystemInformation.release,
            version: SystemInformation.version, machine: [UInt8]("x86_64"), domain: kernel.domainname)
        try UserMemory.write(name, to: call.a0)
        return 0
    }

    private static func readName(_ call: Call) throws(Errno) -> [UInt8] {
        guard call.process.credentials.has(Capability.CAP_SYS_ADMIN) else { throw .EPERM }
        guard call.i1 >= 0, Int(call.i1) <= SystemLimit.HOST_NAME_MAX else { throw .EINVAL }
        let bytes = try UserMemory.readBytes(call.a0, Int(call.i1))
        return [UInt8](bytes.prefix { $0 != 0 })
    }

    // MARK: randomness

    private static func getRandom(_ call: Call) throws(Errno) -> Int {
        let flags = call.u2
        let known = RandomFlag.GRND_NONBLOCK | RandomFlag.GRND_RANDOM | RandomFlag.GRND_INSECURE
        let both = RandomFlag.GRND_RANDOM | RandomFlag.GRND_INSECURE
        guard flags & ~known == 0, flags & both != both else { throw .EINVAL }
        let count = Int(min(call.a1, 0x7fff_ffff))
        let start = call.a0
        guard UserMemory.isValid(start, UInt64(count)) else { throw .EFAULT }
        var done = 0
        while done < count {
            let piece = min(count - done, 65536)
            let copied = UserMemory.writeRandom(piece, to: start &+ UInt64(done))
            done += copied
            if copied < piece {
                if done == 0 { throw .EFAULT }
                break
            }
            if done == count { break }
            // Let others run; a signal ends a long request early.
            Machine.unlock()
            Machine.lock()
            if call.thread.isInterrupted { break }
        }
        return done
    }

    // MARK: the kernel's log

    private static func syslog(_ call: Call) throws(Errno) -> Int {
        let action = call.i0
        guard action >= 0, action <= KernelLog.SYSLOG_ACTION_SIZE_BUFFER else { throw .EINVAL }
        let mayRead = action == KernelLog.SYSLOG_ACTION_READ_ALL || action == KernelLog.SYSLOG_ACTION_SIZE_BUFFER
        guard mayRead || call.process.credentials.has(Capability.CAP_SYSLOG) else { throw .EPERM }
        switch action {
        case KernelLog.SYSLOG_ACTION_READ, KernelLog.SYSLOG_ACTION_READ_ALL, KernelLog.SYSLOG_ACTION_READ_CLEAR:
            guard call.a1 != 0, call.i2 >= 0 else { throw .EINVAL }
            return 0
        case KernelLog.SYSLOG_ACTION_CONSOLE_LEVEL:
            guard call.i2 >= 1, call.i2 <= 8 else { throw .EINVAL }
            return 0
        case KernelLog.SYSLOG_ACTION_SIZE_BUFFER: return 262_144
        default: return 0
        }
    }

    // MARK: kcmp

    private static func compare(_ call: Call) throws(Errno) -> Int {
        guard let first = kernel.processes.thread(call.i0)?.process,
            let second = kernel.processes.thread(call.i1)?.process
        else {
            throw .ESRCH
        }
        for process in [first, second] where process !== call.process {
            let c = call.process.credentials
            let t = process.credentials
            let isSame =
                c.fsuid == t.euid && c.fsuid == t.suid && c.fsuid == t.uid && c.fsgid == t.egid && c.fsgid == t.sgid
                && c.fsgid == t.gid
            guard isSame || c.has(Capability.CAP_SYS_PTRACE) else { throw .EPERM }
        }
        func order<T: AnyObject>(_ a: T, _ b: T) -> Int {
            if a === b { return 0 }
            return ObjectIdentifier(a) < ObjectIdentifier(b) ? 1 : 2
        }
        switch call.i2 {
        case Kcmp.KCMP_FILE:
            let one = try first.files.get(Int32(truncatingIfNeeded: call.a3))
            let other = try second.files.get(Int32(truncatingIfNeeded: call.a4))
            return order(one, other)
        case Kcmp.KCMP_VM: return order(first.memory, second.memory)
        case Kcmp.KCMP_FILES: return order(first.files, second.files)
        case Kcmp.KCMP_FS: return order(first.fileSystem, second.fileSystem)
        case Kcmp.KCMP_SIGHAND, Kcmp.KCMP_IO, Kcmp.KCMP_SYSVSEM: return order(first, second)
        default: throw .EINVAL
        }
    }
}

/// What uname and sysinfo say; /proc shows the same.
public enum SystemInformation {
    public static var release: [UInt8] { [UInt8]("6.1.0-cloister") }
    public static var version: [UInt8] { [UInt8]("#1 SMP PREEMPT_DYNAMIC Cloister") }

    public static func current() -> Sysinfo {
        var info = kernel.host.systemInformation()
        if kernel.config.limits.memoryBytes != 0 {
            info.totalram = min(info.totalram, kernel.config.limits.memoryBytes)
        }
        info.freeram = min(info.freeram, info.totalram)
        info.uptime = Machine.monotonicNanoseconds / 1_000_000_000
        info.procs = UInt16(clamping: kernel.processes.threadCount)
        return info
    }
}
