// SPDX-License-Identifier: Apache-2.0
//
// Signal structures: rt_sigaction(2), sigaltstack(2), sigevent(7).

/// The kernel's `struct sigaction`, 32 bytes.
public struct KernelSigaction: BitwiseCopyable, Sendable {
    public var sa_handler: UInt64
    public var sa_flags: UInt64
    public var sa_restorer: UInt64
    public var sa_mask: UInt64

    public init(sa_handler: UInt64 = 0, sa_flags: UInt64 = 0, sa_restorer: UInt64 = 0, sa_mask: UInt64 = 0) {
        self.sa_handler = sa_handler
        self.sa_flags = sa_flags
        self.sa_restorer = sa_restorer
        self.sa_mask = sa_mask
    }
}

/// `stack_t` of sigaltstack(2), 24 bytes.
public struct StackT: BitwiseCopyable, Sendable {
    public var ss_sp: UInt64
    public var ss_flags: Int32
    private var pad0: UInt32 = 0
    public var ss_size: UInt64

    public init(ss_sp: UInt64 = 0, ss_flags: Int32 = 0, ss_size: UInt64 = 0) {
        self.ss_sp = ss_sp
        self.ss_flags = ss_flags
        self.ss_size = ss_size
    }
}

/// `struct sigevent`, 64 bytes. `sigev_tid` and what follows it is a union in C; SIGEV_THREAD_ID uses the first word.
public struct SigEvent: BitwiseCopyable, Sendable {
    public var sigev_value: UInt64
    public var sigev_signo: Int32
    public var sigev_notify: Int32
    public var sigev_tid: Int32
    private var pad0: InlineArray<11, Int32> = InlineArray(repeating: 0)

    public init(sigev_value: UInt64 = 0, sigev_signo: Int32 = 0, sigev_notify: Int32 = 0, sigev_tid: Int32 = 0) {
        self.sigev_value = sigev_value
        self.sigev_signo = sigev_signo
        self.sigev_notify = sigev_notify
        self.sigev_tid = sigev_tid
    }
}
