// SPDX-License-Identifier: Apache-2.0
//
// Signal numbers, action flags, si_code values and alternate-stack flags, see signal(7) and sigaction(2).

public enum Signal {
    public static let SIGHUP: Int32 = 1
    public static let SIGINT: Int32 = 2
    public static let SIGQUIT: Int32 = 3
    public static let SIGILL: Int32 = 4
    public static let SIGTRAP: Int32 = 5
    public static let SIGABRT: Int32 = 6
    public static let SIGBUS: Int32 = 7
    public static let SIGFPE: Int32 = 8
    public static let SIGKILL: Int32 = 9
    public static let SIGUSR1: Int32 = 10
    public static let SIGSEGV: Int32 = 11
    public static let SIGUSR2: Int32 = 12
    public static let SIGPIPE: Int32 = 13
    public static let SIGALRM: Int32 = 14
    public static let SIGTERM: Int32 = 15
    public static let SIGSTKFLT: Int32 = 16
    public static let SIGCHLD: Int32 = 17
    public static let SIGCONT: Int32 = 18
    public static let SIGSTOP: Int32 = 19
    public static let SIGTSTP: Int32 = 20
    public static let SIGTTIN: Int32 = 21
    public static let SIGTTOU: Int32 = 22
    public static let SIGURG: Int32 = 23
    public static let SIGXCPU: Int32 = 24
    public static let SIGXFSZ: Int32 = 25
    public static let SIGVTALRM: Int32 = 26
    public static let SIGPROF: Int32 = 27
    public static let SIGWINCH: Int32 = 28
    public static let SIGIO: Int32 = 29
    public static let SIGPOLL: Int32 = 29
    public static let SIGPWR: Int32 = 30
    public static let SIGSYS: Int32 = 31

    /// The first real-time signal, as the kernel counts (C libraries keep the first two or three for themselves).
    public static let SIGRTMIN: Int32 = 32
    public static let SIGRTMAX: Int32 = 64
    /// The number of signals; valid numbers are `1...count`.
    public static let count: Int32 = 64
    /// `sizeof(sigset_t)` of the kernel, which the rt_ calls insist on.
    public static let sigsetSize: UInt64 = 8

    public static let SIG_DFL: UInt64 = 0
    public static let SIG_IGN: UInt64 = 1
    public static let SIG_ERR: UInt64 = .max

    // How rt_sigprocmask combines masks.
    public static let SIG_BLOCK: Int32 = 0
    public static let SIG_UNBLOCK: Int32 = 1
    public static let SIG_SETMASK: Int32 = 2

    // sa_flags.
    public static let SA_NOCLDSTOP: UInt64 = 0x0000_0001
    public static let SA_NOCLDWAIT: UInt64 = 0x0000_0002
    public static let SA_SIGINFO: UInt64 = 0x0000_0004
    public static let SA_UNSUPPORTED: UInt64 = 0x0000_0400
    public static let SA_EXPOSE_TAGBITS: UInt64 = 0x0000_0800
    public static let SA_RESTORER: UInt64 = 0x0400_0000
    public static let SA_ONSTACK: UInt64 = 0x0800_0000
    public static let SA_RESTART: UInt64 = 0x1000_0000
    public static let SA_NODEFER: UInt64 = 0x4000_0000
    public static let SA_RESETHAND: UInt64 = 0x8000_0000

    // ss_flags.
    public static let SS_ONSTACK: Int32 = 1
    public static let SS_DISABLE: Int32 = 2
    public static let SS_AUTODISARM: Int32 = .min
    public static let MINSIGSTKSZ: UInt64 = 2048
    public static let SIGSTKSZ: UInt64 = 8192

    // sigev_notify of struct sigevent.
    public static let SIGEV_SIGNAL: Int32 = 0
    public static let SIGEV_NONE: Int32 = 1
    public static let SIGEV_THREAD: Int32 = 2
    public static let SIGEV_THREAD_ID: Int32 = 4

    /// Whether `number` names a signal.
    public static func isValid(_ number: Int32) -> Bool {
        number >= 1 && number <= count
    }
}

/// si_code: who sent a signal and why, see sigaction(2).
public enum SignalCode {
    public static let SI_USER: Int32 = 0
    public static let SI_KERNEL: Int32 = 0x80
    public static let SI_QUEUE: Int32 = -1
    public static let SI_TIMER: Int32 = -2
    public static let SI_MESGQ: Int32 = -3
    public static let SI_ASYNCIO: Int32 = -4
    public static let SI_SIGIO: Int32 = -5
    public static let SI_TKILL: Int32 = -6
    public static let SI_DETHREAD: Int32 = -7
    public static let SI_ASYNCNL: Int32 = -60

    // SIGILL.
    public static let ILL_ILLOPC: Int32 = 1
    public static let ILL_ILLOPN: Int32 = 2
    public static let ILL_ILLADR: Int32 = 3
    public static let ILL_ILLTRP: Int32 = 4
    public static let ILL_PRVOPC: Int32 = 5
    public static let ILL_PRVREG: Int32 = 6
    public static let ILL_COPROC: Int32 = 7
    public static let ILL_BADSTK: Int32 = 8

    // SIGFPE.
    public static let FPE_INTDIV: Int32 = 1
    public static let FPE_INTOVF: Int32 = 2
    public static let FPE_FLTDIV: Int32 = 3
    public static let FPE_FLTOVF: Int32 = 4
    public static let FPE_FLTUND: Int32 = 5
    public static let FPE_FLTRES: Int32 = 6
    public static let FPE_FLTINV: Int32 = 7
    public static let FPE_FLTSUB: Int32 = 8
    public static let FPE_FLTUNK: Int32 = 14

    // SIGSEGV.
    public static let SEGV_MAPERR: Int32 = 1
    public static let SEGV_ACCERR: Int32 = 2
    public static let SEGV_BNDERR: Int32 = 3
    public static let SEGV_PKUERR: Int32 = 4

    // SIGBUS.
    public static let BUS_ADRALN: Int32 = 1
    public static let BUS_ADRERR: Int32 = 2
    public static let BUS_OBJERR: Int32 = 3

    // SIGTRAP.
    public static let TRAP_BRKPT: Int32 = 1
    public static let TRAP_TRACE: Int32 = 2
    public static let TRAP_BRANCH: Int32 = 3
    public static let TRAP_HWBKPT: Int32 = 4

    // SIGCHLD.
    public static let CLD_EXITED: Int32 = 1
    public static let CLD_KILLED: Int32 = 2
    public static let CLD_DUMPED: Int32 = 3
    public static let CLD_TRAPPED: Int32 = 4
    public static let CLD_STOPPED: Int32 = 5
    public static let CLD_CONTINUED: Int32 = 6

    // SIGIO.
    public static let POLL_IN: Int32 = 1
    public static let POLL_OUT: Int32 = 2
    public static let POLL_MSG: Int32 = 3
    public static let POLL_ERR: Int32 = 4
    public static let POLL_PRI: Int32 = 5
    public static let POLL_HUP: Int32 = 6

    // SIGSYS.
    public static let SYS_SECCOMP: Int32 = 1
    public static let SYS_USER_DISPATCH: Int32 = 2
}
