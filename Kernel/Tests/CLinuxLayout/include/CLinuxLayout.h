// SPDX-License-Identifier: Apache-2.0
//
// The layouts of Linux structures as the C headers have them. Each function answers the size of a structure for
// index 0, the offset of its n-th field for index n, and -1 beyond the last.
#ifndef CLOISTER_LINUX_LAYOUT_H
#define CLOISTER_LINUX_LAYOUT_H

long cloister_layout_stat(int index);
long cloister_layout_statx_timestamp(int index);
long cloister_layout_statx(int index);
long cloister_layout_statfs(int index);
long cloister_layout_flock(int index);
long cloister_layout_f_owner_ex(int index);
long cloister_layout_open_how(int index);
long cloister_layout_iovec(int index);
long cloister_layout_timespec(int index);
long cloister_layout_timeval(int index);
long cloister_layout_timezone(int index);
long cloister_layout_itimerval(int index);
long cloister_layout_itimerspec(int index);
long cloister_layout_tms(int index);
long cloister_layout_utimbuf(int index);
long cloister_layout_rusage(int index);
long cloister_layout_rlimit64(int index);
long cloister_layout_clone_args(int index);
long cloister_layout_robust_list_head(int index);
long cloister_layout_futex_waitv(int index);
long cloister_layout_cap_header(int index);
long cloister_layout_cap_data(int index);
long cloister_layout_sched_param(int index);
long cloister_layout_sched_attr(int index);
long cloister_layout_new_utsname(int index);
long cloister_layout_sysinfo(int index);
long cloister_layout_termios(int index);
long cloister_layout_termios2(int index);
long cloister_layout_winsize(int index);
long cloister_layout_msghdr(int index);
long cloister_layout_mmsghdr(int index);
long cloister_layout_cmsghdr(int index);
long cloister_layout_ucred(int index);
long cloister_layout_linger(int index);
long cloister_layout_sockaddr_in(int index);
long cloister_layout_sockaddr_in6(int index);
long cloister_layout_pollfd(int index);
long cloister_layout_epoll_event(int index);
long cloister_layout_signalfd_siginfo(int index);
long cloister_layout_inotify_event(int index);
long cloister_layout_kernel_sigaction(int index);
long cloister_layout_stack_t(int index);
long cloister_layout_sigevent(int index);
long cloister_layout_sigcontext(int index);
long cloister_layout_ucontext(int index);
long cloister_layout_rt_sigframe(int index);
long cloister_layout_fpx_sw(int index);
long cloister_layout_fpstate(int index);
long cloister_layout_elf_ehdr(int index);
long cloister_layout_elf_phdr(int index);
long cloister_layout_elf_shdr(int index);
long cloister_layout_elf_sym(int index);
long cloister_layout_elf_dyn(int index);
long cloister_layout_elf_nhdr(int index);
long cloister_layout_siginfo(int index);
long cloister_layout_siginfo_union(int index);

#endif
