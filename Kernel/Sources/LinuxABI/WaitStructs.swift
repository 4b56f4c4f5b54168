// SPDX-License-Identifier: Apache-2.0
//
// Structures of waiting for descriptors: poll(2), pselect(2), epoll_ctl(2), signalfd(2), inotify(7).

/// `struct pollfd`, 8 bytes.
public struct PollFd: BitwiseCopyable, Sendable {
    public var fd: Int32
    public var events: Int16
    public var revents: Int16

    public init(fd: Int32 = 0, events: Int16 = 0, revents: Int16 = 0) {
        self.fd = fd
        self.events = events
        self.revents = revents
    }
}

/// `struct epoll_event`, packed on x86-64: 12 bytes, so its data is kept in two halves.
public struct EpollEvent: BitwiseCopyable, Sendable {
    public var events: UInt32
    public var data_low: UInt32
    public var data_high: UInt32

    public init(events: UInt32 = 0, data_low: UInt32 = 0, data_high: UInt32 = 0) {
        self.events = events
        self.data_low = data_low
        self.data_high = data_high
    }
}

/// The sixth argument of pselect6(2): where the signal mask is, and its size, 16 bytes.
public struct PselectSignals: BitwiseCopyable, Sendable {
    public var ss: UInt64
    public var ss_len: UInt64

    public init(ss: UInt64 = 0, ss_len: UInt64 = 0) {
        self.ss = ss
        self.ss_len = ss_len
    }
}

/// `struct signalfd_siginfo`, 128 bytes.
public struct SignalfdSiginfo: BitwiseCopyable, Sendable {
    public var ssi_signo: UInt32
    public var ssi_errno: Int32
    public var ssi_code: Int32
    public var ssi_pid: UInt32
    public var ssi_uid: UInt32
    public var ssi_fd: Int32
    public var ssi_tid: UInt32
    public var ssi_band: UInt32
    public var ssi_overrun: UInt32
    public var ssi_trapno: UInt32
    public var ssi_status: Int32
    public var ssi_int: Int32
    public var ssi_ptr: UInt64
    public var ssi_utime: UInt64
    public var ssi_stime: UInt64
    public var ssi_addr: UInt64
    public var ssi_addr_lsb: UInt16
    private var pad2: UInt16 = 0
    public var ssi_syscall: Int32
    public var ssi_call_addr: UInt64
    public var ssi_arch: UInt32
    private var pad: InlineArray<28, UInt8> = InlineArray(repeating: 0)

    public init(
        ssi_signo: UInt32 = 0,
        ssi_errno: Int32 = 0,
        ssi_code: Int32 = 0,
        ssi_pid: UInt32 = 0,
        ssi_uid: UInt32 = 0,
        ssi_fd: Int32 = 0,
        ssi_tid: UInt32 = 0,
        ssi_band: UInt32 = 0,
        ssi_overrun: UInt32 = 0,
        ssi_trapno: UInt32 = 0,
        ssi_status: Int32 = 0,
        ssi_int: Int32 = 0,
        ssi_ptr: UInt64 = 0,
        ssi_utime: UInt64 = 0,
        ssi_stime: UInt64 = 0,
        ssi_addr: UInt64 = 0,
        ssi_addr_lsb: UInt16 = 0,
        ssi_syscall: Int32 = 0,
        ssi_call_addr: UInt64 = 0,
        ssi_arch: UInt32 = 0
    ) {
        self.ssi_signo = ssi_signo
        self.ssi_errno = ssi_errno
        self.ssi_code = ssi_code
        self.ssi_pid = ssi_pid
        self.ssi_uid = ssi_uid
        self.ssi_fd = ssi_fd
        self.ssi_tid = ssi_tid
        self.ssi_band = ssi_band
        self.ssi_overrun = ssi_overrun
        self.ssi_trapno = ssi_trapno
        self.ssi_status = ssi_status
        self.ssi_int = ssi_int
        self.ssi_ptr = ssi_ptr
        self.ssi_utime = ssi_utime
        self.ssi_stime = ssi_stime
        self.ssi_addr = ssi_addr
        self.ssi_addr_lsb = ssi_addr_lsb
        self.ssi_syscall = ssi_syscall
        self.ssi_call_addr = ssi_call_addr
        self.ssi_arch = ssi_arch
    }
}

/// `struct inotify_event`, 16 bytes; the name follows, padded with zero bytes.
public struct InotifyEvent: BitwiseCopyable, Sendable {
    public var wd: Int32
    public var mask: UInt32
    public var cookie: UInt32
    public var len: UInt32

    public init(wd: Int32 = 0, mask: UInt32 = 0, cookie: UInt32 = 0, len: UInt32 = 0) {
        self.wd = wd
        self.mask = mask
        self.cookie = cookie
        self.len = len
    }
}
