// SPDX-License-Identifier: Apache-2.0
//
// `siginfo_t`, 128 bytes: three numbers and a union whose shape the signal and its code decide, sigaction(2).
// The union is kept as 64-bit words; the static functions write one shape of it each, the properties read it.

public struct Siginfo: BitwiseCopyable, Sendable {
    public var si_signo: Int32
    public var si_errno: Int32
    public var si_code: Int32
    private var pad0: Int32 = 0
    /// The union, which starts at offset 16.
    public var fields: InlineArray<14, UInt64>

    public init(
        si_signo: Int32 = 0,
        si_errno: Int32 = 0,
        si_code: Int32 = 0,
        fields: InlineArray<14, UInt64> = InlineArray(repeating: 0)
    ) {
        self.si_signo = si_signo
        self.si_errno = si_errno
        self.si_code = si_code
        self.fields = fields
    }
}

extension Siginfo {
    /// Sent by kill(2), tkill(2) or the kernel itself (`SI_USER`, `SI_TKILL`, `SI_KERNEL`).
    public static func kill(signal: Int32, code: Int32 = SignalCode.SI_USER, pid: Int32, uid: UInt32) -> Siginfo {
        var info = Siginfo(si_signo: signal, si_code: code)
        info.fields[0] = pair(low: UInt32(bitPattern: pid), high: uid)
        return info
    }

    /// Sent by sigqueue(3) or a message queue, with a value.
    public static func queue(
        signal: Int32,
        code: Int32 = SignalCode.SI_QUEUE,
        pid: Int32,
        uid: UInt32,
        value: UInt64
    ) -> Siginfo {
        var info = kill(signal: signal, code: code, pid: pid, uid: uid)
        info.fields[1] = value
        return info
    }

    /// A POSIX timer ran out.
    public static func timer(signal: Int32, timer: Int32, overrun: Int32, value: UInt64) -> Siginfo {
        var info = Siginfo(si_signo: signal, si_code: SignalCode.SI_TIMER)
        info.fields[0] = pair(low: UInt32(bitPattern: timer), high: UInt32(bitPattern: overrun))
        info.fields[1] = value
        return info
    }

    /// A child changed state: `code` is a CLD_ value, `status` the exit code or the signal, times in `USER_HZ`.
    public static func child(
        signal: Int32 = Signal.SIGCHLD,
        code: Int32,
        pid: Int32,
        uid: UInt32,
        status: Int32,
        userTime: Int64 = 0,
        systemTime: Int64 = 0
    ) -> Siginfo {
        var info = kill(signal: signal, code: code, pid: pid, uid: uid)
        info.fields[1] = UInt64(UInt32(bitPattern: status))
        info.fields[2] = UInt64(bitPattern: userTime)
        info.fields[3] = UInt64(bitPattern: systemTime)
        return info
    }

    /// The guest's own code faulted at `address` (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP).
    public static func fault(signal: Int32, code: Int32, address: UInt64) -> Siginfo {
        var info = Siginfo(si_signo: signal, si_code: code)
        info.fields[0] = address
        return info
    }

    /// A descriptor became ready under O_ASYNC.
    public static func poll(signal: Int32 = Signal.SIGIO, code: Int32, band: Int64, fd: Int32) -> Siginfo {
        var info = Siginfo(si_signo: signal, si_code: code)
        info.fields[0] = UInt64(bitPattern: band)
        info.fields[1] = UInt64(UInt32(bitPattern: fd))
        return info
    }

    /// A system call was refused or dispatched (SIGSYS).
    public static func systemCall(code: Int32, address: UInt64, number: Int32, architecture: UInt32) -> Siginfo {
        var info = Siginfo(si_signo: Signal.SIGSYS, si_code: code)
        info.fields[0] = address
        info.fields[1] = pair(low: UInt32(bitPattern: number), high: architecture)
        return info
    }
}

extension Siginfo {
    /// The sender or the child.
    public var si_pid: Int32 { Int32(truncatingIfNeeded: fields[0]) }
    public var si_uid: UInt32 { UInt32(truncatingIfNeeded: fields[0] >> 32) }
    /// What sigqueue(3) or a timer passes on.
    public var si_value: UInt64 { fields[1] }
    public var si_timerid: Int32 { Int32(truncatingIfNeeded: fields[0]) }
    public var si_overrun: Int32 { Int32(truncatingIfNeeded: fields[0] >> 32) }
    public var si_status: Int32 { Int32(truncatingIfNeeded: fields[1]) }
    public var si_utime: Int64 { Int64(bitPattern: fields[2]) }
    public var si_stime: Int64 { Int64(bitPattern: fields[3]) }
    public var si_addr: UInt64 { fields[0] }
    public var si_band: Int64 { Int64(bitPattern: fields[0]) }
    public var si_fd: Int32 { Int32(truncatingIfNeeded: fields[1]) }
    public var si_call_addr: UInt64 { fields[0] }
    public var si_syscall: Int32 { Int32(truncatingIfNeeded: fields[1]) }
    public var si_arch: UInt32 { UInt32(truncatingIfNeeded: fields[1] >> 32) }

    private static func pair(low: UInt32, high: UInt32) -> UInt64 {
        UInt64(low) | UInt64(high) << 32
    }
}
