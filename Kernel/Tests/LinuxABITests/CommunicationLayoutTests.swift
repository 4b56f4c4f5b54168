// SPDX-License-Identifier: Apache-2.0
//
// The structures of terminals, sockets, signals and programs have the size and the field offsets that the C headers give them.

import CLinuxLayout
import LinuxABI
import Testing

@Suite("Layouts agree with the C headers: terminals, sockets, signals and programs")
struct CommunicationLayoutTests {
    @Test
    func termios2() {
        expectLayout(
            Termios2.self, cloister_layout_termios2,
            [
                \.c_iflag, \.c_oflag, \.c_cflag, \.c_lflag, \.c_line, \.c_cc, \.c_ispeed, \.c_ospeed,
            ])
    }

    @Test
    func winsize() {
        expectLayout(
            Winsize.self, cloister_layout_winsize,
            [
                \.ws_row, \.ws_col, \.ws_xpixel, \.ws_ypixel,
            ])
    }

    @Test
    func msghdr() {
        expectLayout(
            Msghdr.self, cloister_layout_msghdr,
            [
                \.msg_name, \.msg_namelen, \.msg_iov, \.msg_iovlen, \.msg_control, \.msg_controllen, \.msg_flags,
            ])
    }

    @Test
    func mmsghdr() {
        expectLayout(Mmsghdr.self, cloister_layout_mmsghdr, [\.msg_hdr, \.msg_len])
    }

    @Test
    func cmsgHdr() {
        expectLayout(CmsgHdr.self, cloister_layout_cmsghdr, [\.cmsg_len, \.cmsg_level, \.cmsg_type])
    }

    @Test
    func ucred() {
        expectLayout(Ucred.self, cloister_layout_ucred, [\.pid, \.uid, \.gid])
    }

    @Test
    func linger() {
        expectLayout(Linger.self, cloister_layout_linger, [\.l_onoff, \.l_linger])
    }

    @Test
    func sockaddrIn() {
        expectLayout(
            SockaddrIn.self, cloister_layout_sockaddr_in,
            [
                \.sin_family, \.sin_port, \.sin_addr,
            ])
    }

    @Test
    func sockaddrIn6() {
        expectLayout(
            SockaddrIn6.self, cloister_layout_sockaddr_in6,
            [
                \.sin6_family, \.sin6_port, \.sin6_flowinfo, \.sin6_addr, \.sin6_scope_id,
            ])
    }

    @Test
    func pollFd() {
        expectLayout(PollFd.self, cloister_layout_pollfd, [\.fd, \.events, \.revents])
    }

    @Test
    func epollEvent() {
        expectLayout(EpollEvent.self, cloister_layout_epoll_event, [\.events, \.data_low])
    }

    @Test
    func signalfdSiginfo() {
        expectLayout(
            SignalfdSiginfo.self, cloister_layout_signalfd_siginfo,
            [
                \.ssi_signo, \.ssi_errno, \.ssi_code, \.ssi_pid, \.ssi_uid, \.ssi_fd, \.ssi_tid, \.ssi_band,
                \.ssi_overrun, \.ssi_trapno, \.ssi_status, \.ssi_int, \.ssi_ptr, \.ssi_utime, \.ssi_stime,
                \.ssi_addr, \.ssi_addr_lsb, \.ssi_syscall, \.ssi_call_addr, \.ssi_arch,
            ])
    }

    @Test
    func inotifyEvent() {
        expectLayout(InotifyEvent.self, cloister_layout_inotify_event, [\.wd, \.mask, \.cookie, \.len])
    }

    @Test
    func kernelSigaction() {
        expectLayout(
            KernelSigaction.self, cloister_layout_kernel_sigaction,
            [
                \.sa_handler, \.sa_flags, \.sa_restorer, \.sa_mask,
            ])
    }

    @Test
    func stackT() {
        expectLayout(StackT.self, cloister_layout_stack_t, [\.ss_sp, \.ss_flags, \.ss_size])
    }

    @Test
    func sigEvent() {
        expectLayout(
            SigEvent.self, cloister_layout_sigevent,
            [
                \.sigev_value, \.sigev_signo, \.sigev_notify, \.sigev_tid,
            ])
    }

    @Test
    func sigContext() {
        expectLayout(
            SigContext.self, cloister_layout_sigcontext,
            [
                \.r8, \.r9, \.r10, \.r11, \.r12, \.r13, \.r14, \.r15, \.di, \.si, \.bp, \.bx, \.dx, \.ax, \.cx,
                \.sp, \.ip, \.flags, \.cs, \.gs, \.fs, \.ss, \.err, \.trapno, \.oldmask, \.cr2, \.fpstate,
                \.reserved1,
            ])
    }

    @Test
    func uContext() {
        expectLayout(
            UContext.self, cloister_layout_ucontext,
            [
                \.uc_flags, \.uc_link, \.uc_stack, \.uc_mcontext, \.uc_sigmask,
            ])
    }

    @Test
    func rtSigframe() {
        expectLayout(RtSigframe.self, cloister_layout_rt_sigframe, [\.pretcode, \.uc, \.info])
    }

    @Test
    func fpxSwBytes() {
        expectLayout(
            FpxSwBytes.self, cloister_layout_fpx_sw,
            [
                \.magic1, \.extended_size, \.xfeatures, \.xstate_size,
            ])
    }

    @Test
    func fxState() {
        expectLayout(
            FxState.self, cloister_layout_fpstate,
            [
                \.cwd, \.swd, \.twd, \.fop, \.rip, \.rdp, \.mxcsr, \.mxcsr_mask, \.st_space, \.xmm_space,
                \.sw_reserved,
            ])
    }

    @Test
    func elf64Header() {
        expectLayout(
            Elf64Header.self, cloister_layout_elf_ehdr,
            [
                \.e_ident, \.e_type, \.e_machine, \.e_version, \.e_entry, \.e_phoff, \.e_shoff, \.e_flags,
                \.e_ehsize, \.e_phentsize, \.e_phnum, \.e_shentsize, \.e_shnum, \.e_shstrndx,
            ])
    }

    @Test
    func elf64ProgramHeader() {
        expectLayout(
            Elf64ProgramHeader.self, cloister_layout_elf_phdr,
            [
                \.p_type, \.p_flags, \.p_offset, \.p_vaddr, \.p_paddr, \.p_filesz, \.p_memsz, \.p_align,
            ])
    }

    @Test
    func elf64SectionHeader() {
        expectLayout(
            Elf64SectionHeader.self, cloister_layout_elf_shdr,
            [
                \.sh_name, \.sh_type, \.sh_flags, \.sh_addr, \.sh_offset, \.sh_size, \.sh_link, \.sh_info,
                \.sh_addralign, \.sh_entsize,
            ])
    }

    @Test
    func elf64Symbol() {
        expectLayout(
            Elf64Symbol.self, cloister_layout_elf_sym,
            [
                \.st_name, \.st_info, \.st_other, \.st_shndx, \.st_value, \.st_size,
            ])
    }

    @Test
    func elf64Dynamic() {
        expectLayout(Elf64Dynamic.self, cloister_layout_elf_dyn, [\.d_tag, \.d_val])
    }

    @Test
    func elf64Note() {
        expectLayout(Elf64Note.self, cloister_layout_elf_nhdr, [\.n_namesz, \.n_descsz, \.n_type])
    }

    @Test
    func siginfo() {
        expectLayout(
            Siginfo.self, cloister_layout_siginfo,
            [
                \.si_signo, \.si_errno, \.si_code, \.fields,
            ])
    }
}
