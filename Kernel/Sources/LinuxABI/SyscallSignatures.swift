// SPDX-License-Identifier: Apache-2.0
//
// What the arguments of each system call mean, by number from 0.

extension SyscallSignature {
    static let classic: [SyscallSignature] = [
        SyscallSignature(.fd, .outBuffer, .size),  // 0 read
        SyscallSignature(.fd, .inBuffer, .size),  // 1 write
        SyscallSignature(.path, .openFlags, .mode, result: .fd),  // 2 open
        SyscallSignature(.fd),  // 3 close
        SyscallSignature(.path, .stat),  // 4 stat
        SyscallSignature(.fd, .stat),  // 5 fstat
        SyscallSignature(.path, .stat),  // 6 lstat
        SyscallSignature(.pollFds, .unsigned, .milliseconds),  // 7 poll
        SyscallSignature(.fd, .offset, .whence, result: .offset),  // 8 lseek
        SyscallSignature(.address, .size, .protection, .mapFlags, .fd, .offset, result: .address),  // 9 mmap
        SyscallSignature(.address, .size, .protection),  // 10 mprotect
        SyscallSignature(.address, .size),  // 11 munmap
        SyscallSignature(.address, result: .address),  // 12 brk
        SyscallSignature(.signal, .sigaction, .sigaction, .size),  // 13 rt_sigaction
        SyscallSignature(.maskHow, .sigset, .sigset, .size),  // 14 rt_sigprocmask
        SyscallSignature(),  // 15 rt_sigreturn
        SyscallSignature(.fd, .ioctlRequest, .hex),  // 16 ioctl
        SyscallSignature(.fd, .outBuffer, .size, .offset),  // 17 pread64
        SyscallSignature(.fd, .inBuffer, .size, .offset),  // 18 pwrite64
        SyscallSignature(.fd, .iovec, .int),  // 19 readv
        SyscallSignature(.fd, .iovec, .int),  // 20 writev
        SyscallSignature(.path, .accessMode),  // 21 access
        SyscallSignature(.fdPair),  // 22 pipe
        SyscallSignature(.int, .pointer, .pointer, .pointer, .timeval),  // 23 select
        SyscallSignature(),  // 24 sched_yield
        SyscallSignature(.address, .size, .size, .remapFlags, .address, result: .address),  // 25 mremap
        SyscallSignature(.address, .size, .syncFlags),  // 26 msync
        SyscallSignature(.address, .size, .pointer),  // 27 mincore
        SyscallSignature(.address, .size, .advice),  // 28 madvise
        SyscallSignature(.int, .size, .hex),  // 29 shmget
        SyscallSignature(.int, .address, .hex, result: .address),  // 30 shmat
        SyscallSignature(.int, .int, .pointer),  // 31 shmctl
        SyscallSignature(.fd, result: .fd),  // 32 dup
        SyscallSignature(.fd, .fd, result: .fd),  // 33 dup2
        SyscallSignature(),  // 34 pause
        SyscallSignature(.timespec, .timespec),  // 35 nanosleep
        SyscallSignature(.intervalTimer, .pointer),  // 36 getitimer
        SyscallSignature(.unsigned),  // 37 alarm
        SyscallSignature(.intervalTimer, .pointer, .pointer),  // 38 setitimer
        SyscallSignature(result: .pid),  // 39 getpid
        SyscallSignature(.fd, .fd, .pointer, .size),  // 40 sendfile
        SyscallSignature(.family, .socketType, .int, result: .fd),  // 41 socket
        SyscallSignature(.fd, .sockaddr, .size),  // 42 connect
        SyscallSignature(.fd, .pointer, .pointer, result: .fd),  // 43 accept
        SyscallSignature(.fd, .inBuffer, .size, .messageFlags, .sockaddr, .size),  // 44 sendto
        SyscallSignature(.fd, .outBuffer, .size, .messageFlags, .pointer, .pointer),  // 45 recvfrom
        SyscallSignature(.fd, .msghdr, .messageFlags),  // 46 sendmsg
        SyscallSignature(.fd, .msghdr, .messageFlags),  // 47 recvmsg
        SyscallSignature(.fd, .shutdownHow),  // 48 shutdown
        SyscallSignature(.fd, .sockaddr, .size),  // 49 bind
        SyscallSignature(.fd, .int),  // 50 listen
        SyscallSignature(.fd, .pointer, .pointer),  // 51 getsockname
        SyscallSignature(.fd, .pointer, .pointer),  // 52 getpeername
        SyscallSignature(.family, .socketType, .int, .fdPair),  // 53 socketpair
        SyscallSignature(.fd, .socketLevel, .int, .inBuffer, .size),  // 54 setsockopt
        SyscallSignature(.fd, .socketLevel, .int, .pointer, .pointer),  // 55 getsockopt
        SyscallSignature(.cloneFlags, .address, .pointer, .pointer, .hex, result: .pid),  // 56 clone
        SyscallSignature(result: .pid),  // 57 fork
        SyscallSignature(result: .pid),  // 58 vfork
        SyscallSignature(.path, .stringVector, .stringVector),  // 59 execve
        SyscallSignature(.int),  // 60 exit
        SyscallSignature(.pid, .pointer, .waitOptions, .rusage, result: .pid),  // 61 wait4
        SyscallSignature(.pid, .signal),  // 62 kill
        SyscallSignature(.pointer),  // 63 uname
        SyscallSignature(.int, .int, .hex),  // 64 semget
        SyscallSignature(.int, .pointer, .size),  // 65 semop
        SyscallSignature(.int, .int, .int, .hex),  // 66 semctl
        SyscallSignature(.address),  // 67 shmdt
        SyscallSignature(.int, .hex),  // 68 msgget
        SyscallSignature(.int, .pointer, .size, .hex),  // 69 msgsnd
        SyscallSignature(.int, .pointer, .size, .long, .hex),  // 70 msgrcv
        SyscallSignature(.int, .int, .pointer),  // 71 msgctl
        SyscallSignature(.fd, .fcntlCommand, .hex),  // 72 fcntl
        SyscallSignature(.fd, .lockOperation),  // 73 flock
        SyscallSignature(.fd),  // 74 fsync
        SyscallSignature(.fd),  // 75 fdatasync
        SyscallSignature(.path, .offset),  // 76 truncate
        SyscallSignature(.fd, .offset),  // 77 ftruncate
        SyscallSignature(.fd, .pointer, .size),  // 78 getdents
        SyscallSignature(.outBuffer, .size),  // 79 getcwd
        SyscallSignature(.path),  // 80 chdir
        SyscallSignature(.fd),  // 81 fchdir
        SyscallSignature(.path, .path),  // 82 rename
        SyscallSignature(.path, .mode),  // 83 mkdir
        SyscallSignature(.path),  // 84 rmdir
        SyscallSignature(.path, .mode, result: .fd),  // 85 creat
        SyscallSignature(.path, .path),  // 86 link
        SyscallSignature(.path),  // 87 unlink
        SyscallSignature(.string, .path),  // 88 symlink
        SyscallSignature(.path, .outBuffer, .size),  // 89 readlink
        SyscallSignature(.path, .mode),  // 90 chmod
        SyscallSignature(.fd, .mode),  // 91 fchmod
        SyscallSignature(.path, .uid, .gid),  // 92 chown
        SyscallSignature(.fd, .uid, .gid),  // 93 fchown
        SyscallSignature(.path, .uid, .gid),  // 94 lchown
        SyscallSignature(.mode, result: .mode),  // 95 umask
        SyscallSignature(.timeval, .pointer),  // 96 gettimeofday
        SyscallSignature(.resource, .rlimit),  // 97 getrlimit
        SyscallSignature(.int, .rusage),  // 98 getrusage
        SyscallSignature(.pointer),  // 99 sysinfo
        SyscallSignature(.pointer),  // 100 times
        SyscallSignature(.int, .pid, .address, .hex),  // 101 ptrace
        SyscallSignature(result: .uid),  // 102 getuid
        SyscallSignature(.int, .outBuffer, .size),  // 103 syslog
        SyscallSignature(result: .gid),  // 104 getgid
        SyscallSignature(.uid),  // 105 setuid
        SyscallSignature(.gid),  // 106 setgid
        SyscallSignature(result: .uid),  // 107 geteuid
        SyscallSignature(result: .gid),  // 108 getegid
        SyscallSignature(.pid, .pid),  // 109 setpgid
        SyscallSignature(result: .pid),  // 110 getppid
        SyscallSignature(result: .pid),  // 111 getpgrp
        SyscallSignature(result: .pid),  // 112 setsid
        SyscallSignature(.uid, .uid),  // 113 setreuid
        SyscallSignature(.gid, .gid),  // 114 setregid
        SyscallSignature(.int, .pointer),  // 115 getgroups
        SyscallSignature(.int, .pointer),  // 116 setgroups
        SyscallSignature(.uid, .uid, .uid),  // 117 setresuid
        SyscallSignature(.pointer, .pointer, .pointer),  // 118 getresuid
        SyscallSignature(.gid, .gid, .gid),  // 119 setresgid
        SyscallSignature(.pointer, .pointer, .pointer),  // 120 getresgid
        SyscallSignature(.pid, result: .pid),  // 121 getpgid
        SyscallSignature(.uid, result: .uid),  // 122 setfsuid
        SyscallSignature(.gid, result: .gid),  // 123 setfsgid
        SyscallSignature(.pid, result: .pid),  // 124 getsid
        SyscallSignature(.pointer, .pointer),  // 125 capget
        SyscallSignature(.pointer, .pointer),  // 126 capset
        SyscallSignature(.sigset, .size),  // 127 rt_sigpending
        SyscallSignature(.sigset, .siginfo, .timespec, .size),  // 128 rt_sigtimedwait
        SyscallSignature(.pid, .signal, .siginfo),  // 129 rt_sigqueueinfo
        SyscallSignature(.sigset, .size),  // 130 rt_sigsuspend
        SyscallSignature(.pointer, .pointer),  // 131 sigaltstack
        SyscallSignature(.path, .pointer),  // 132 utime
        SyscallSignature(.path, .mode, .device),  // 133 mknod
        SyscallSignature(.path),  // 134 uselib
        SyscallSignature(.hex),  // 135 personality
        SyscallSignature(.device, .pointer),  // 136 ustat
        SyscallSignature(.path, .pointer),  // 137 statfs
        SyscallSignature(.fd, .pointer),  // 138 fstatfs
        SyscallSignature(.int, .hex, .hex),  // 139 sysfs
        SyscallSignature(.int, .int),  // 140 getpriority
        SyscallSignature(.int, .int, .int),  // 141 setpriority
        SyscallSignature(.pid, .pointer),  // 142 sched_setparam
        SyscallSignature(.pid, .pointer),  // 143 sched_getparam
        SyscallSignature(.pid, .int, .pointer),  // 144 sched_setscheduler
        SyscallSignature(.pid),  // 145 sched_getscheduler
        SyscallSignature(.int),  // 146 sched_get_priority_max
        SyscallSignature(.int),  // 147 sched_get_priority_min
        SyscallSignature(.pid, .timespec),  // 148 sched_rr_get_interval
        SyscallSignature(.address, .size),  // 149 mlock
        SyscallSignature(.address, .size),  // 150 munlock
        SyscallSignature(.hex),  // 151 mlockall
        SyscallSignature(),  // 152 munlockall
        SyscallSignature(),  // 153 vhangup
        SyscallSignature(.int, .pointer, .size),  // 154 modify_ldt
        SyscallSignature(.path, .path),  // 155 pivot_root
        SyscallSignature(.pointer),  // 156 _sysctl
        SyscallSignature(.prctlOption, .hex, .hex, .hex, .hex),  // 157 prctl
        SyscallSignature(.archPrctlCode, .address),  // 158 arch_prctl
        SyscallSignature(.pointer),  // 159 adjtimex
        SyscallSignature(.resource, .rlimit),  // 160 setrlimit
        SyscallSignature(.path),  // 161 chroot
        SyscallSignature(),  // 162 sync
        SyscallSignature(.path),  // 163 acct
        SyscallSignature(.timeval, .pointer),  // 164 settimeofday
        SyscallSignature(.string, .path, .string, .hex, .pointer),  // 165 mount
        SyscallSignature(.path, .hex),  // 166 umount2
        SyscallSignature(.path, .hex),  // 167 swapon
        SyscallSignature(.path),  // 168 swapoff
        SyscallSignature(.hex, .hex, .int, .pointer),  // 169 reboot
        SyscallSignature(.inBuffer, .size),  // 170 sethostname
        SyscallSignature(.inBuffer, .size),  // 171 setdomainname
        SyscallSignature(.int),  // 172 iopl
        SyscallSignature(.hex, .size, .int),  // 173 ioperm
        SyscallSignature(.string, .size),  // 174 create_module
        SyscallSignature(.pointer, .size, .string),  // 175 init_module
        SyscallSignature(.string, .hex),  // 176 delete_module
        SyscallSignature(.pointer),  // 177 get_kernel_syms
        SyscallSignature(.string, .int, .pointer, .size, .pointer),  // 178 query_module
        SyscallSignature(.hex, .string, .int, .pointer),  // 179 quotactl
        SyscallSignature(.int, .pointer, .pointer),  // 180 nfsservctl
        SyscallSignature(),  // 181 getpmsg
        SyscallSignature(),  // 182 putpmsg
        SyscallSignature(),  // 183 afs_syscall
        SyscallSignature(),  // 184 tuxcall
        SyscallSignature(),  // 185 security
        SyscallSignature(result: .pid),  // 186 gettid
        SyscallSignature(.fd, .offset, .size),  // 187 readahead
        SyscallSignature(.path, .string, .inBuffer, .size, .hex),  // 188 setxattr
        SyscallSignature(.path, .string, .inBuffer, .size, .hex),  // 189 lsetxattr
        SyscallSignature(.fd, .string, .inBuffer, .size, .hex),  // 190 fsetxattr
        SyscallSignature(.path, .string, .outBuffer, .size),  // 191 getxattr
        SyscallSignature(.path, .string, .outBuffer, .size),  // 192 lgetxattr
        SyscallSignature(.fd, .string, .outBuffer, .size),  // 193 fgetxattr
        SyscallSignature(.path, .outBuffer, .size),  // 194 listxattr
        SyscallSignature(.path, .outBuffer, .size),  // 195 llistxattr
        SyscallSignature(.fd, .outBuffer, .size),  // 196 flistxattr
        SyscallSignature(.path, .string),  // 197 removexattr
        SyscallSignature(.path, .string),  // 198 lremovexattr
        SyscallSignature(.fd, .string),  // 199 fremovexattr
        SyscallSignature(.pid, .signal),  // 200 tkill
        SyscallSignature(.pointer),  // 201 time
        SyscallSignature(.pointer, .futexOperation, .unsigned, .timespec, .pointer, .hex),  // 202 futex
        SyscallSignature(.pid, .size, .pointer),  // 203 sched_setaffinity
        SyscallSignature(.pid, .size, .pointer),  // 204 sched_getaffinity
        SyscallSignature(.pointer),  // 205 set_thread_area
        SyscallSignature(.unsigned, .pointer),  // 206 io_setup
        SyscallSignature(.hex),  // 207 io_destroy
        SyscallSignature(.hex, .long, .long, .pointer, .timespec),  // 208 io_getevents
        SyscallSignature(.hex, .long, .pointer),  // 209 io_submit
        SyscallSignature(.hex, .pointer, .pointer),  // 210 io_cancel
        SyscallSignature(.pointer),  // 211 get_thread_area
        SyscallSignature(.hex, .outBuffer, .size),  // 212 lookup_dcookie
        SyscallSignature(.int, result: .fd),  // 213 epoll_create
        SyscallSignature(.fd, .epollOperation, .fd, .epollEvent),  // 214 epoll_ctl_old
        SyscallSignature(.fd, .pointer, .int, .milliseconds),  // 215 epoll_wait_old
        SyscallSignature(.address, .size, .protection, .size, .mapFlags),  // 216 remap_file_pages
        SyscallSignature(.fd, .pointer, .size),  // 217 getdents64
        SyscallSignature(.pointer, result: .pid),  // 218 set_tid_address
        SyscallSignature(),  // 219 restart_syscall
        SyscallSignature(.int, .pointer, .size, .timespec),  // 220 semtimedop
        SyscallSignature(.fd, .offset, .size, .int),  // 221 fadvise64
        SyscallSignature(.clock, .pointer, .pointer),  // 222 timer_create
        SyscallSignature(.int, .timerFlags, .itimerspec, .itimerspec),  // 223 timer_settime
        SyscallSignature(.int, .pointer),  // 224 timer_gettime
        SyscallSignature(.int),  // 225 timer_getoverrun
        SyscallSignature(.int),  // 226 timer_delete
        SyscallSignature(.clock, .timespec),  // 227 clock_settime
        SyscallSignature(.clock, .timespec),  // 228 clock_gettime
        SyscallSignature(.clock, .timespec),  // 229 clock_getres
        SyscallSignature(.clock, .timerFlags, .timespec, .timespec),  // 230 clock_nanosleep
        SyscallSignature(.int),  // 231 exit_group
        SyscallSignature(.fd, .pointer, .int, .milliseconds),  // 232 epoll_wait
        SyscallSignature(.fd, .epollOperation, .fd, .epollEvent),  // 233 epoll_ctl
        SyscallSignature(.pid, .pid, .signal),  // 234 tgkill
        SyscallSignature(.path, .pointer),  // 235 utimes
        SyscallSignature(),  // 236 vserver
        SyscallSignature(.address, .size, .int, .pointer, .size, .hex),  // 237 mbind
        SyscallSignature(.int, .pointer, .size),  // 238 set_mempolicy
        SyscallSignature(.pointer, .pointer, .size, .address, .hex),  // 239 get_mempolicy
        SyscallSignature(.string, .openFlags, .mode, .pointer, result: .fd),  // 240 mq_open
        SyscallSignature(.string),  // 241 mq_unlink
        SyscallSignature(.fd, .inBuffer, .size, .unsigned, .timespec),  // 242 mq_timedsend
        SyscallSignature(.fd, .outBuffer, .size, .pointer, .timespec),  // 243 mq_timedreceive
        SyscallSignature(.fd, .pointer),  // 244 mq_notify
        SyscallSignature(.fd, .pointer, .pointer),  // 245 mq_getsetattr
        SyscallSignature(.address, .size, .pointer, .hex),  // 246 kexec_load
        SyscallSignature(.waitIDType, .pid, .siginfo, .waitOptions, .rusage),  // 247 waitid
        SyscallSignature(.string, .string, .inBuffer, .size, .int),  // 248 add_key
        SyscallSignature(.string, .string, .string, .int),  // 249 request_key
        SyscallSignature(.int, .hex, .hex, .hex, .hex),  // 250 keyctl
        SyscallSignature(.int, .int, .int),  // 251 ioprio_set
        SyscallSignature(.int, .int),  // 252 ioprio_get
        SyscallSignature(result: .fd),  // 253 inotify_init
        SyscallSignature(.fd, .path, .hex),  // 254 inotify_add_watch
        SyscallSignature(.fd, .int),  // 255 inotify_rm_watch
        SyscallSignature(.pid, .size, .pointer, .pointer),  // 256 migrate_pages
        SyscallSignature(.dirfd, .path, .openFlags, .mode, result: .fd),  // 257 openat
        SyscallSignature(.dirfd, .path, .mode),  // 258 mkdirat
        SyscallSignature(.dirfd, .path, .mode, .device),  // 259 mknodat
        SyscallSignature(.dirfd, .path, .uid, .gid, .atFlags),  // 260 fchownat
        SyscallSignature(.dirfd, .path, .pointer),  // 261 futimesat
        SyscallSignature(.dirfd, .path, .stat, .atFlags),  // 262 newfstatat
        SyscallSignature(.dirfd, .path, .atFlags),  // 263 unlinkat
        SyscallSignature(.dirfd, .path, .dirfd, .path),  // 264 renameat
        SyscallSignature(.dirfd, .path, .dirfd, .path, .atFlags),  // 265 linkat
        SyscallSignature(.string, .dirfd, .path),  // 266 symlinkat
        SyscallSignature(.dirfd, .path, .outBuffer, .size),  // 267 readlinkat
        SyscallSignature(.dirfd, .path, .mode),  // 268 fchmodat
        SyscallSignature(.dirfd, .path, .accessMode),  // 269 faccessat
        SyscallSignature(.int, .pointer, .pointer, .pointer, .timespec, .pointer),  // 270 pselect6
        SyscallSignature(.pollFds, .unsigned, .timespec, .sigset, .size),  // 271 ppoll
        SyscallSignature(.cloneFlags),  // 272 unshare
        SyscallSignature(.pointer, .size),  // 273 set_robust_list
        SyscallSignature(.pid, .pointer, .pointer),  // 274 get_robust_list
        SyscallSignature(.fd, .pointer, .fd, .pointer, .size, .hex),  // 275 splice
        SyscallSignature(.fd, .fd, .size, .hex),  // 276 tee
        SyscallSignature(.fd, .offset, .size, .hex),  // 277 sync_file_range
        SyscallSignature(.fd, .iovec, .size, .hex),  // 278 vmsplice
        SyscallSignature(.pid, .size, .pointer, .pointer, .pointer, .hex),  // 279 move_pages
        SyscallSignature(.dirfd, .path, .timespec, .atFlags),  // 280 utimensat
        SyscallSignature(.fd, .pointer, .int, .milliseconds, .sigset, .size),  // 281 epoll_pwait
        SyscallSignature(.fd, .sigset, .size, result: .fd),  // 282 signalfd
        SyscallSignature(.clock, .descriptorFlags, result: .fd),  // 283 timerfd_create
        SyscallSignature(.unsigned, result: .fd),  // 284 eventfd
        SyscallSignature(.fd, .hex, .offset, .size),  // 285 fallocate
        SyscallSignature(.fd, .timerFlags, .itimerspec, .itimerspec),  // 286 timerfd_settime
        SyscallSignature(.fd, .pointer),  // 287 timerfd_gettime
        SyscallSignature(.fd, .pointer, .pointer, .socketType, result: .fd),  // 288 accept4
        SyscallSignature(.fd, .sigset, .size, .descriptorFlags, result: .fd),  // 289 signalfd4
        SyscallSignature(.unsigned, .eventFlags, result: .fd),  // 290 eventfd2
        SyscallSignature(.descriptorFlags, result: .fd),  // 291 epoll_create1
        SyscallSignature(.fd, .fd, .descriptorFlags, result: .fd),  // 292 dup3
        SyscallSignature(.fdPair, .descriptorFlags),  // 293 pipe2
        SyscallSignature(.descriptorFlags, result: .fd),  // 294 inotify_init1
        SyscallSignature(.fd, .iovec, .int, .offset),  // 295 preadv
        SyscallSignature(.fd, .iovec, .int, .offset),  // 296 pwritev
        SyscallSignature(.pid, .pid, .signal, .siginfo),  // 297 rt_tgsigqueueinfo
        SyscallSignature(.pointer, .pid, .int, .fd, .hex, result: .fd),  // 298 perf_event_open
        SyscallSignature(.fd, .pointer, .unsigned, .messageFlags, .timespec),  // 299 recvmmsg
        SyscallSignature(.hex, .openFlags, result: .fd),  // 300 fanotify_init
        SyscallSignature(.fd, .hex, .hex, .dirfd, .path),  // 301 fanotify_mark
        SyscallSignature(.pid, .resource, .rlimit, .pointer),  // 302 prlimit64
        SyscallSignature(.dirfd, .path, .pointer, .pointer, .atFlags),  // 303 name_to_handle_at
        SyscallSignature(.fd, .pointer, .openFlags, result: .fd),  // 304 open_by_handle_at
        SyscallSignature(.clock, .pointer),  // 305 clock_adjtime
        SyscallSignature(.fd),  // 306 syncfs
        SyscallSignature(.fd, .pointer, .unsigned, .messageFlags),  // 307 sendmmsg
        SyscallSignature(.fd, .cloneFlags),  // 308 setns
        SyscallSignature(.pointer, .pointer, .pointer),  // 309 getcpu
        SyscallSignature(.pid, .iovec, .size, .pointer, .size, .hex),  // 310 process_vm_readv
        SyscallSignature(.pid, .iovec, .size, .pointer, .size, .hex),  // 311 process_vm_writev
        SyscallSignature(.pid, .pid, .int, .hex, .hex),  // 312 kcmp
        SyscallSignature(.fd, .string, .hex),  // 313 finit_module
        SyscallSignature(.pid, .pointer, .hex),  // 314 sched_setattr
        SyscallSignature(.pid, .pointer, .size, .hex),  // 315 sched_getattr
        SyscallSignature(.dirfd, .path, .dirfd, .path, .renameFlags),  // 316 renameat2
        SyscallSignature(.int, .hex, .pointer),  // 317 seccomp
        SyscallSignature(.outBuffer, .size, .randomFlags),  // 318 getrandom
        SyscallSignature(.string, .memfdFlags, result: .fd),  // 319 memfd_create
        SyscallSignature(.fd, .fd, .size, .string, .hex),  // 320 kexec_file_load
        SyscallSignature(.int, .pointer, .size),  // 321 bpf
        SyscallSignature(.dirfd, .path, .stringVector, .stringVector, .atFlags),  // 322 execveat
        SyscallSignature(.descriptorFlags, result: .fd),  // 323 userfaultfd
        SyscallSignature(.int, .hex, .int),  // 324 membarrier
        SyscallSignature(.address, .size, .hex),  // 325 mlock2
        SyscallSignature(.fd, .pointer, .fd, .pointer, .size, .hex),  // 326 copy_file_range
        SyscallSignature(.fd, .iovec, .int, .offset, .hex, .hex),  // 327 preadv2
        SyscallSignature(.fd, .iovec, .int, .offset, .hex, .hex),  // 328 pwritev2
        SyscallSignature(.address, .size, .protection, .int),  // 329 pkey_mprotect
        SyscallSignature(.hex, .hex),  // 330 pkey_alloc
        SyscallSignature(.int),  // 331 pkey_free
        SyscallSignature(.dirfd, .path, .atFlags, .statxMask, .pointer),  // 332 statx
        SyscallSignature(.hex, .long, .long, .pointer, .timespec, .pointer),  // 333 io_pgetevents
        SyscallSignature(.pointer, .size, .hex, .hex),  // 334 rseq
    ]
}
