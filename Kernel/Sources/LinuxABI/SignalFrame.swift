// SPDX-License-Identifier: Apache-2.0
//
// What the kernel puts on a guest's stack to run a signal handler, and what rt_sigreturn(2) reads back:
// arch/x86/include/asm/sigframe.h, arch/x86/include/uapi/asm/sigcontext.h.

/// `struct sigcontext_64`: the registers of the interrupted code, 256 bytes.
public struct SigContext: BitwiseCopyable, Sendable {
    public var r8: UInt64
    public var r9: UInt64
    public var r10: UInt64
    public var r11: UInt64
    public var r12: UInt64
    public var r13: UInt64
    public var r14: UInt64
    public var r15: UInt64
    public var di: UInt64
    public var si: UInt64
    public var bp: UInt64
    public var bx: UInt64
    public var dx: UInt64
    public var ax: UInt64
    public var cx: UInt64
    public var sp: UInt64
    public var ip: UInt64
    public var flags: UInt64
    public var cs: UInt16
    public var gs: UInt16
    public var fs: UInt16
    public var ss: UInt16
    public var err: UInt64
    public var trapno: UInt64
    public var oldmask: UInt64
    public var cr2: UInt64
    public var fpstate: UInt64
    public var reserved1: InlineArray<8, UInt64>

    public init(
        r8: UInt64 = 0,
        r9: UInt64 = 0,
        r10: UInt64 = 0,
        r11: UInt64 = 0,
        r12: UInt64 = 0,
        r13: UInt64 = 0,
        r14: UInt64 = 0,
        r15: UInt64 = 0,
        di: UInt64 = 0,
        si: UInt64 = 0,
        bp: UInt64 = 0,
        bx: UInt64 = 0,
        dx: UInt64 = 0,
        ax: UInt64 = 0,
        cx: UInt64 = 0,
        sp: UInt64 = 0,
        ip: UInt64 = 0,
        flags: UInt64 = 0,
        cs: UInt16 = 0,
        gs: UInt16 = 0,
        fs: UInt16 = 0,
        ss: UInt16 = 0,
        err: UInt64 = 0,
        trapno: UInt64 = 0,
        oldmask: UInt64 = 0,
        cr2: UInt64 = 0,
        fpstate: UInt64 = 0,
        reserved1: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    ) {
        self.r8 = r8
        self.r9 = r9
        self.r10 = r10
        self.r11 = r11
        self.r12 = r12
        self.r13 = r13
        self.r14 = r14
        self.r15 = r15
        self.di = di
        self.si = si
        self.bp = bp
        self.bx = bx
        self.dx = dx
        self.ax = ax
        self.cx = cx
        self.sp = sp
        self.ip = ip
        self.flags = flags
        self.cs = cs
        self.gs = gs
        self.fs = fs
        self.ss = ss
        self.err = err
        self.trapno = trapno
        self.oldmask = oldmask
        self.cr2 = cr2
        self.fpstate = fpstate
        self.reserved1 = reserved1
    }
}

/// `struct ucontext`, 304 bytes.
public struct UContext: BitwiseCopyable, Sendable {
    public var uc_flags: UInt64
    public var uc_link: UInt64
    public var uc_stack: StackT
    public var uc_mcontext: SigContext
    public var uc_sigmask: UInt64

    public init(
        uc_flags: UInt64 = 0,
        uc_link: UInt64 = 0,
        uc_stack: StackT = StackT(),
        uc_mcontext: SigContext = SigContext(),
        uc_sigmask: UInt64 = 0
    ) {
        self.uc_flags = uc_flags
        self.uc_link = uc_link
        self.uc_stack = uc_stack
        self.uc_mcontext = uc_mcontext
        self.uc_sigmask = uc_sigmask
    }
}

/// `struct rt_sigframe`, 440 bytes. It lies at an address that is 8 below a multiple of 16, as after a call.
public struct RtSigframe: BitwiseCopyable, Sendable {
    public var pretcode: UInt64
    public var uc: UContext
    public var info: Siginfo

    public init(pretcode: UInt64 = 0, uc: UContext = UContext(), info: Siginfo = Siginfo()) {
        self.pretcode = pretcode
        self.uc = uc
        self.info = info
    }
}

/// `struct _fpx_sw_bytes`, the last 48 of the 512 FXSAVE bytes: says how long the XSAVE area is.
public struct FpxSwBytes: BitwiseCopyable, Sendable {
    public var magic1: UInt32
    public var extended_size: UInt32
    public var xfeatures: UInt64
    public var xstate_size: UInt32
    private var pad: InlineArray<7, UInt32> = InlineArray(repeating: 0)

    public init(magic1: UInt32 = 0, extended_size: UInt32 = 0, xfeatures: UInt64 = 0, xstate_size: UInt32 = 0) {
        self.magic1 = magic1
        self.extended_size = extended_size
        self.xfeatures = xfeatures
        self.xstate_size = xstate_size
    }
}

/// `struct _fpstate_64`: the FXSAVE area, 512 bytes.
public struct FxState: BitwiseCopyable, Sendable {
    public var cwd: UInt16
    public var swd: UInt16
    public var twd: UInt16
    public var fop: UInt16
    public var rip: UInt64
    public var rdp: UInt64
    public var mxcsr: UInt32
    public var mxcsr_mask: UInt32
    public var st_space: InlineArray<32, UInt32>
    public var xmm_space: InlineArray<64, UInt32>
    private var pad: InlineArray<12, UInt32> = InlineArray(repeating: 0)
    public var sw_reserved: FpxSwBytes

    public init(
        cwd: UInt16 = 0,
        swd: UInt16 = 0,
        twd: UInt16 = 0,
        fop: UInt16 = 0,
        rip: UInt64 = 0,
        rdp: UInt64 = 0,
        mxcsr: UInt32 = 0,
        mxcsr_mask: UInt32 = 0,
        st_space: InlineArray<32, UInt32> = InlineArray(repeating: 0),
        xmm_space: InlineArray<64, UInt32> = InlineArray(repeating: 0),
        sw_reserved: FpxSwBytes = FpxSwBytes()
    ) {
        self.cwd = cwd
        self.swd = swd
        self.twd = twd
        self.fop = fop
        self.rip = rip
        self.rdp = rdp
        self.mxcsr = mxcsr
        self.mxcsr_mask = mxcsr_mask
        self.st_space = st_space
        self.xmm_space = xmm_space
        self.sw_reserved = sw_reserved
    }
}
