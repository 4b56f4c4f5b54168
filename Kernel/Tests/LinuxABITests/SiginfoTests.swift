// SPDX-License-Identifier: Apache-2.0
//
// The shapes of the siginfo union lie where the C header has them.

import CLinuxLayout
import LinuxABI
import Testing

@Suite("siginfo_t")
struct SiginfoTests {
    /// The members in the order of `cloister_layout_siginfo_union`.
    private enum Member: Int32 {
        case pid = 1
        case uid, status, utime, stime, value, tid, overrun, addr, band, fd, callAddr, syscall, arch
    }

    private func word(_ info: Siginfo, _ member: Member) -> UInt64 {
        let offset = cloister_layout_siginfo_union(member.rawValue) - 16
        return info.fields[offset / 8] >> UInt64(offset % 8 * 8)
    }

    private func half(_ info: Siginfo, _ member: Member) -> Int32 {
        Int32(truncatingIfNeeded: word(info, member))
    }

    @Test
    func `a killed process learns who did it`() {
        let info = Siginfo.kill(signal: Signal.SIGTERM, pid: 42, uid: 1000)
        #expect(info.si_signo == 15)
        #expect(info.si_code == 0)
        #expect(half(info, .pid) == 42 && info.si_pid == 42)
        #expect(half(info, .uid) == 1000 && info.si_uid == 1000)
    }

    @Test
    func `a queued signal carries its value`() {
        let info = Siginfo.queue(signal: 34, pid: 7, uid: 8, value: 0x1122_3344_5566_7788)
        #expect(info.si_code == SignalCode.SI_QUEUE)
        #expect(half(info, .pid) == 7 && half(info, .uid) == 8)
        #expect(word(info, .value) == 0x1122_3344_5566_7788 && info.si_value == word(info, .value))
    }

    @Test
    func `a timer signal carries timer and overrun`() {
        let info = Siginfo.timer(signal: Signal.SIGALRM, timer: 3, overrun: 9, value: 11)
        #expect(half(info, .tid) == 3 && info.si_timerid == 3)
        #expect(half(info, .overrun) == 9 && info.si_overrun == 9)
        #expect(word(info, .value) == 11)
    }

    @Test
    func `a child's end carries status and times`() {
        let info = Siginfo.child(
            code: SignalCode.CLD_KILLED, pid: 5, uid: 6, status: 9, userTime: 70, systemTime: 80)
        #expect(info.si_signo == Signal.SIGCHLD)
        #expect(half(info, .pid) == 5 && half(info, .uid) == 6)
        #expect(half(info, .status) == 9 && info.si_status == 9)
        #expect(word(info, .utime) == 70 && info.si_utime == 70)
        #expect(word(info, .stime) == 80 && info.si_stime == 80)
    }

    @Test
    func `faults, polls and refused calls carry theirs`() {
        let fault = Siginfo.fault(signal: Signal.SIGSEGV, code: SignalCode.SEGV_MAPERR, address: 0xdead_0000_beef)
        #expect(word(fault, .addr) == 0xdead_0000_beef && fault.si_addr == 0xdead_0000_beef)
        let poll = Siginfo.poll(code: SignalCode.POLL_IN, band: -2, fd: 4)
        #expect(word(poll, .band) == UInt64(bitPattern: -2) && poll.si_band == -2)
        #expect(half(poll, .fd) == 4 && poll.si_fd == 4)
        let call = Siginfo.systemCall(code: 2, address: 0x1000, number: 39, architecture: 0xc000_003e)
        #expect(word(call, .callAddr) == 0x1000)
        #expect(half(call, .syscall) == 39 && call.si_syscall == 39)
        #expect(half(call, .arch) == Int32(bitPattern: 0xc000_003e) && call.si_arch == 0xc000_003e)
    }
}
