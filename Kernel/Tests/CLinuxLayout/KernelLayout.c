// SPDX-License-Identifier: Apache-2.0
//
// Structures from the kernel's own headers. These do not mix with the C library's, hence the second file.
#include <asm/stat.h>
#include <linux/stat.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/uio.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/utime.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/futex.h>
#include <linux/capability.h>
#include <linux/utsname.h>
#include <linux/sysinfo.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/poll.h>
#include <linux/eventpoll.h>
#include <linux/signalfd.h>
#include <linux/inotify.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <linux/elf.h>

#include "Layout.h"

// arch/x86/include/asm/sigframe.h, which is not exported.
struct rt_sigframe {
    char *pretcode;
    struct ucontext uc;
    siginfo_t info;
};

LAYOUT(stat, struct stat,
       FIELD(st_dev), FIELD(st_ino), FIELD(st_nlink), FIELD(st_mode), FIELD(st_uid), FIELD(st_gid),
       FIELD(st_rdev), FIELD(st_size), FIELD(st_blksize), FIELD(st_blocks), FIELD(st_atime),
       FIELD(st_atime_nsec), FIELD(st_mtime), FIELD(st_mtime_nsec), FIELD(st_ctime), FIELD(st_ctime_nsec))

LAYOUT(statx_timestamp, struct statx_timestamp,
       FIELD(tv_sec), FIELD(tv_nsec))

LAYOUT(statx, struct statx,
       FIELD(stx_mask), FIELD(stx_blksize), FIELD(stx_attributes), FIELD(stx_nlink), FIELD(stx_uid),
       FIELD(stx_gid), FIELD(stx_mode), FIELD(stx_ino), FIELD(stx_size), FIELD(stx_blocks),
       FIELD(stx_attributes_mask), FIELD(stx_atime), FIELD(stx_btime), FIELD(stx_ctime), FIELD(stx_mtime),
       FIELD(stx_rdev_major), FIELD(stx_rdev_minor), FIELD(stx_dev_major), FIELD(stx_dev_minor),
       FIELD(stx_mnt_id), FIELD(stx_dio_mem_align), FIELD(stx_dio_offset_align))

LAYOUT(statfs, struct statfs,
       FIELD(f_type), FIELD(f_bsize), FIELD(f_blocks), FIELD(f_bfree), FIELD(f_bavail), FIELD(f_files),
       FIELD(f_ffree), FIELD(f_fsid), FIELD(f_namelen), FIELD(f_frsize), FIELD(f_flags), FIELD(f_spare))

LAYOUT(flock, struct flock,
       FIELD(l_type), FIELD(l_whence), FIELD(l_start), FIELD(l_len), FIELD(l_pid))

LAYOUT(f_owner_ex, struct f_owner_ex,
       FIELD(type), FIELD(pid))

LAYOUT(open_how, struct open_how,
       FIELD(flags), FIELD(mode), FIELD(resolve))

LAYOUT(iovec, struct iovec,
       FIELD(iov_base), FIELD(iov_len))

LAYOUT(timespec, struct timespec,
       FIELD(tv_sec), FIELD(tv_nsec))

LAYOUT(timeval, struct timeval,
       FIELD(tv_sec), FIELD(tv_usec))

LAYOUT(timezone, struct timezone,
       FIELD(tz_minuteswest), FIELD(tz_dsttime))

LAYOUT(itimerval, struct itimerval,
       FIELD(it_interval), FIELD(it_value))

LAYOUT(itimerspec, struct itimerspec,
       FIELD(it_interval), FIELD(it_value))

LAYOUT(tms, struct tms,
       FIELD(tms_utime), FIELD(tms_stime), FIELD(tms_cutime), FIELD(tms_cstime))

LAYOUT(utimbuf, struct utimbuf,
       FIELD(actime), FIELD(modtime))

LAYOUT(rusage, struct rusage,
       FIELD(ru_utime), FIELD(ru_stime), FIELD(ru_maxrss), FIELD(ru_ixrss), FIELD(ru_idrss),
       FIELD(ru_isrss), FIELD(ru_minflt), FIELD(ru_majflt), FIELD(ru_nswap), FIELD(ru_inblock),
       FIELD(ru_oublock), FIELD(ru_msgsnd), FIELD(ru_msgrcv), FIELD(ru_nsignals), FIELD(ru_nvcsw),
       FIELD(ru_nivcsw))

LAYOUT(rlimit64, struct rlimit64,
       FIELD(rlim_cur), FIELD(rlim_max))

LAYOUT(clone_args, struct clone_args,
       FIELD(flags), FIELD(pidfd), FIELD(child_tid), FIELD(parent_tid), FIELD(exit_signal), FIELD(stack),
       FIELD(stack_size), FIELD(tls), FIELD(set_tid), FIELD(set_tid_size), FIELD(cgroup))

LAYOUT(robust_list_head, struct robust_list_head,
       FIELD(list), FIELD(futex_offset), FIELD(list_op_pending))

LAYOUT(futex_waitv, struct futex_waitv,
       FIELD(val), FIELD(uaddr), FIELD(flags))

LAYOUT(cap_header, struct __user_cap_header_struct,
       FIELD(version), FIELD(pid))

LAYOUT(cap_data, struct __user_cap_data_struct,
       FIELD(effective), FIELD(permitted), FIELD(inheritable))

LAYOUT(sched_param, struct sched_param,
       FIELD(sched_priority))

LAYOUT(sched_attr, struct sched_attr,
       FIELD(size), FIELD(sched_policy), FIELD(sched_flags), FIELD(sched_nice), FIELD(sched_priority),
       FIELD(sched_runtime), FIELD(sched_deadline), FIELD(sched_period), FIELD(sched_util_min),
       FIELD(sched_util_max))

LAYOUT(new_utsname, struct new_utsname,
       FIELD(sysname), FIELD(nodename), FIELD(release), FIELD(version), FIELD(machine), FIELD(domainname))

LAYOUT(sysinfo, struct sysinfo,
       FIELD(uptime), FIELD(loads), FIELD(totalram), FIELD(freeram), FIELD(sharedram), FIELD(bufferram),
       FIELD(totalswap), FIELD(freeswap), FIELD(procs), FIELD(pad), FIELD(totalhigh), FIELD(freehigh),
       FIELD(mem_unit))

LAYOUT(termios, struct termios,
       FIELD(c_iflag), FIELD(c_oflag), FIELD(c_cflag), FIELD(c_lflag), FIELD(c_line), FIELD(c_cc))

LAYOUT(termios2, struct termios2,
       FIELD(c_iflag), FIELD(c_oflag), FIELD(c_cflag), FIELD(c_lflag), FIELD(c_line), FIELD(c_cc),
       FIELD(c_ispeed), FIELD(c_ospeed))

LAYOUT(winsize, struct winsize,
       FIELD(ws_row), FIELD(ws_col), FIELD(ws_xpixel), FIELD(ws_ypixel))

LAYOUT(pollfd, struct pollfd,
       FIELD(fd), FIELD(events), FIELD(revents))

LAYOUT(epoll_event, struct epoll_event,
       FIELD(events), FIELD(data))

LAYOUT(signalfd_siginfo, struct signalfd_siginfo,
       FIELD(ssi_signo), FIELD(ssi_errno), FIELD(ssi_code), FIELD(ssi_pid), FIELD(ssi_uid), FIELD(ssi_fd),
       FIELD(ssi_tid), FIELD(ssi_band), FIELD(ssi_overrun), FIELD(ssi_trapno), FIELD(ssi_status),
       FIELD(ssi_int), FIELD(ssi_ptr), FIELD(ssi_utime), FIELD(ssi_stime), FIELD(ssi_addr),
       FIELD(ssi_addr_lsb), FIELD(ssi_syscall), FIELD(ssi_call_addr), FIELD(ssi_arch))

LAYOUT(inotify_event, struct inotify_event,
       FIELD(wd), FIELD(mask), FIELD(cookie), FIELD(len))

LAYOUT(kernel_sigaction, struct sigaction,
       FIELD(sa_handler), FIELD(sa_flags), FIELD(sa_restorer), FIELD(sa_mask))

LAYOUT(stack_t, stack_t,
       FIELD(ss_sp), FIELD(ss_flags), FIELD(ss_size))

LAYOUT(sigevent, struct sigevent,
       FIELD(sigev_value), FIELD(sigev_signo), FIELD(sigev_notify), FIELD(_sigev_un._tid))

LAYOUT(sigcontext, struct sigcontext,
       FIELD(r8), FIELD(r9), FIELD(r10), FIELD(r11), FIELD(r12), FIELD(r13), FIELD(r14), FIELD(r15),
       FIELD(rdi), FIELD(rsi), FIELD(rbp), FIELD(rbx), FIELD(rdx), FIELD(rax), FIELD(rcx), FIELD(rsp),
       FIELD(rip), FIELD(eflags), FIELD(cs), FIELD(gs), FIELD(fs), FIELD(ss), FIELD(err), FIELD(trapno),
       FIELD(oldmask), FIELD(cr2), FIELD(fpstate), FIELD(reserved1))

LAYOUT(ucontext, struct ucontext,
       FIELD(uc_flags), FIELD(uc_link), FIELD(uc_stack), FIELD(uc_mcontext), FIELD(uc_sigmask))

LAYOUT(rt_sigframe, struct rt_sigframe,
       FIELD(pretcode), FIELD(uc), FIELD(info))

LAYOUT(fpx_sw, struct _fpx_sw_bytes,
       FIELD(magic1), FIELD(extended_size), FIELD(xfeatures), FIELD(xstate_size))

LAYOUT(fpstate, struct _fpstate_64,
       FIELD(cwd), FIELD(swd), FIELD(twd), FIELD(fop), FIELD(rip), FIELD(rdp), FIELD(mxcsr),
       FIELD(mxcsr_mask), FIELD(st_space), FIELD(xmm_space), FIELD(sw_reserved))

LAYOUT(elf_ehdr, Elf64_Ehdr,
       FIELD(e_ident), FIELD(e_type), FIELD(e_machine), FIELD(e_version), FIELD(e_entry), FIELD(e_phoff),
       FIELD(e_shoff), FIELD(e_flags), FIELD(e_ehsize), FIELD(e_phentsize), FIELD(e_phnum),
       FIELD(e_shentsize), FIELD(e_shnum), FIELD(e_shstrndx))

LAYOUT(elf_phdr, Elf64_Phdr,
       FIELD(p_type), FIELD(p_flags), FIELD(p_offset), FIELD(p_vaddr), FIELD(p_paddr), FIELD(p_filesz),
       FIELD(p_memsz), FIELD(p_align))

LAYOUT(elf_shdr, Elf64_Shdr,
       FIELD(sh_name), FIELD(sh_type), FIELD(sh_flags), FIELD(sh_addr), FIELD(sh_offset), FIELD(sh_size),
       FIELD(sh_link), FIELD(sh_info), FIELD(sh_addralign), FIELD(sh_entsize))

LAYOUT(elf_sym, Elf64_Sym,
       FIELD(st_name), FIELD(st_info), FIELD(st_other), FIELD(st_shndx), FIELD(st_value), FIELD(st_size))

LAYOUT(elf_dyn, Elf64_Dyn,
       FIELD(d_tag), FIELD(d_un))

LAYOUT(elf_nhdr, Elf64_Nhdr,
       FIELD(n_namesz), FIELD(n_descsz), FIELD(n_type))

LAYOUT(siginfo, siginfo_t,
       FIELD(si_signo), FIELD(si_errno), FIELD(si_code), FIELD(_sifields))

// The members of the union, under the names that hide its nesting.
LAYOUT(siginfo_union, siginfo_t,
       FIELD(si_pid), FIELD(si_uid), FIELD(si_status), FIELD(si_utime), FIELD(si_stime), FIELD(si_value),
       FIELD(si_tid), FIELD(si_overrun), FIELD(si_addr), FIELD(si_band), FIELD(si_fd), FIELD(si_call_addr),
       FIELD(si_syscall), FIELD(si_arch))
