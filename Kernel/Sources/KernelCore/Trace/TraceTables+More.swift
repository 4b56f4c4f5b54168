// SPDX-License-Identifier: Apache-2.0
//
// Names of flags and selectors: sockets, polling, signals, control calls. The values are those of LinuxABI.

extension TraceTables {
    static let messageFlags: [NamedValue] = [
        (0x1, "MSG_OOB"), (0x2, "MSG_PEEK"), (0x4, "MSG_DONTROUTE"), (0x8, "MSG_CTRUNC"), (0x10, "MSG_PROXY"),
        (0x20, "MSG_TRUNC"), (0x40, "MSG_DONTWAIT"), (0x80, "MSG_EOR"), (0x100, "MSG_WAITALL"), (0x200, "MSG_FIN"),
        (0x400, "MSG_SYN"), (0x800, "MSG_CONFIRM"), (0x1000, "MSG_RST"), (0x2000, "MSG_ERRQUEUE"),
        (0x4000, "MSG_NOSIGNAL"),
        (0x8000, "MSG_MORE"), (0x10000, "MSG_WAITFORONE"), (0x40000, "MSG_BATCH"), (0x4000000, "MSG_ZEROCOPY"),
        (0x20000000, "MSG_FASTOPEN"), (0x40000000, "MSG_CMSG_CLOEXEC"),
    ]
    static let socketTypes: [NamedValue] = [
        (1, "SOCK_STREAM"), (2, "SOCK_DGRAM"), (3, "SOCK_RAW"), (4, "SOCK_RDM"), (5, "SOCK_SEQPACKET"),
    ]
    static let socketTypeFlags: [NamedValue] = [
        (0x80000, "SOCK_CLOEXEC"), (0x800, "SOCK_NONBLOCK"),
    ]
    static let families: [NamedValue] = [
        (0, "AF_UNSPEC"), (1, "AF_UNIX"), (2, "AF_INET"), (10, "AF_INET6"), (16, "AF_NETLINK"), (17, "AF_PACKET"),
        (40, "AF_VSOCK"),
    ]
    static let socketLevels: [NamedValue] = [
        (1, "SOL_SOCKET"), (0, "SOL_IP"), (6, "SOL_TCP"), (17, "SOL_UDP"), (41, "SOL_IPV6"), (270, "SOL_NETLINK"),
    ]
    static let shutdownHows: [NamedValue] = [
        (0, "SHUT_RD"), (1, "SHUT_WR"), (2, "SHUT_RDWR"),
    ]
    static let fcntlCommands: [NamedValue] = [
        (0, "F_DUPFD"), (1, "F_GETFD"), (2, "F_SETFD"), (3, "F_GETFL"), (4, "F_SETFL"), (5, "F_GETLK"), (6, "F_SETLK"),
        (7, "F_SETLKW"), (8, "F_SETOWN"), (9, "F_GETOWN"), (10, "F_SETSIG"), (11, "F_GETSIG"), (15, "F_SETOWN_EX"),
        (16, "F_GETOWN_EX"), (36, "F_OFD_GETLK"), (37, "F_OFD_SETLK"), (38, "F_OFD_SETLKW"), (1024, "F_SETLEASE"),
        (1025, "F_GETLEASE"), (1026, "F_NOTIFY"), (1030, "F_DUPFD_CLOEXEC"), (1031, "F_SETPIPE_SZ"),
        (1032, "F_GETPIPE_SZ"),
        (1033, "F_ADD_SEALS"), (1034, "F_GET_SEALS"), (1035, "F_GET_RW_HINT"), (1036, "F_SET_RW_HINT"),
    ]
    static let prctlOptions: [NamedValue] = [
        (1, "PR_SET_PDEATHSIG"), (2, "PR_GET_PDEATHSIG"), (3, "PR_GET_DUMPABLE"), (4, "PR_SET_DUMPABLE"),
        (5, "PR_GET_UNALIGN"),
        (6, "PR_SET_UNALIGN"), (7, "PR_GET_KEEPCAPS"), (8, "PR_SET_KEEPCAPS"), (13, "PR_GET_TIMING"),
        (14, "PR_SET_TIMING"),
        (15, "PR_SET_NAME"), (16, "PR_GET_NAME"), (19, "PR_GET_ENDIAN"), (20, "PR_SET_ENDIAN"), (21, "PR_GET_SECCOMP"),
        (22, "PR_SET_SECCOMP"), (23, "PR_CAPBSET_READ"), (24, "PR_CAPBSET_DROP"), (25, "PR_GET_TSC"),
        (26, "PR_SET_TSC"),
        (27, "PR_GET_SECUREBITS"), (28, "PR_SET_SECUREBITS"), (29, "PR_SET_TIMERSLACK"), (30, "PR_GET_TIMERSLACK"),
        (31, "PR_TASK_PERF_EVENTS_DISABLE"), (32, "PR_TASK_PERF_EVENTS_ENABLE"), (33, "PR_MCE_KILL"),
        (34, "PR_MCE_KILL_GET"),
        (35, "PR_SET_MM"), (1499557217, "PR_SET_PTRACER"), (36, "PR_SET_CHILD_SUBREAPER"),
        (37, "PR_GET_CHILD_SUBREAPER"),
        (38, "PR_SET_NO_NEW_PRIVS"), (39, "PR_GET_NO_NEW_PRIVS"), (40, "PR_GET_TID_ADDRESS"),
        (41, "PR_SET_THP_DISABLE"),
        (42, "PR_GET_THP_DISABLE"), (47, "PR_CAP_AMBIENT"), (52, "PR_GET_SPECULATION_CTRL"),
        (53, "PR_SET_SPECULATION_CTRL"),
        (57, "PR_SET_IO_FLUSHER"), (58, "PR_GET_IO_FLUSHER"), (59, "PR_SET_SYSCALL_USER_DISPATCH"),
        (62, "PR_SCHED_CORE"),
        (1398164801, "PR_SET_VMA"), (65, "PR_SET_MDWE"), (66, "PR_GET_MDWE"),
    ]
    static let epollOperations: [NamedValue] = [
        (1, "EPOLL_CTL_ADD"), (2, "EPOLL_CTL_DEL"), (3, "EPOLL_CTL_MOD"),
    ]
    static let pollEvents: [NamedValue] = [
        (0x1, "POLLIN"), (0x2, "POLLPRI"), (0x4, "POLLOUT"), (0x8, "POLLERR"), (0x10, "POLLHUP"), (0x20, "POLLNVAL"),
        (0x40, "POLLRDNORM"), (0x80, "POLLRDBAND"), (0x100, "POLLWRNORM"), (0x200, "POLLWRBAND"), (0x400, "POLLMSG"),
        (0x1000, "POLLREMOVE"), (0x2000, "POLLRDHUP"), (0x10000000, "EPOLLEXCLUSIVE"), (0x20000000, "EPOLLWAKEUP"),
        (0x40000000, "EPOLLONESHOT"), (0x80000000, "EPOLLET"),
    ]
    static let ioctlRequests: [NamedValue] = [
        (21505, "TCGETS"), (21506, "TCSETS"), (21507, "TCSETSW"), (21508, "TCSETSF"), (21509, "TCGETA"),
        (21510, "TCSETA"),
        (21511, "TCSETAW"), (21512, "TCSETAF"), (21513, "TCSBRK"), (21514, "TCXONC"), (21515, "TCFLSH"),
        (21516, "TIOCEXCL"),
        (21517, "TIOCNXCL"), (21518, "TIOCSCTTY"), (21519, "TIOCGPGRP"), (21520, "TIOCSPGRP"), (21521, "TIOCOUTQ"),
        (21522, "TIOCSTI"), (21523, "TIOCGWINSZ"), (21524, "TIOCSWINSZ"), (21525, "TIOCMGET"), (21526, "TIOCMBIS"),
        (21527, "TIOCMBIC"), (21528, "TIOCMSET"), (21529, "TIOCGSOFTCAR"), (21530, "TIOCSSOFTCAR"), (21531, "FIONREAD"),
        (21532, "TIOCLINUX"), (21533, "TIOCCONS"), (21536, "TIOCPKT"), (21537, "FIONBIO"), (21538, "TIOCNOTTY"),
        (21539, "TIOCSETD"), (21540, "TIOCGETD"), (21541, "TCSBRKP"), (21543, "TIOCSBRK"), (21544, "TIOCCBRK"),
        (21545, "TIOCGSID"), (2150388778, "TCGETS2"), (1076646955, "TCSETS2"), (1076646956, "TCSETSW2"),
        (1076646957, "TCSETSF2"),
        (2147767344, "TIOCGPTN"), (1074025521, "TIOCSPTLCK"), (2147767346, "TIOCGDEV"), (1074025526, "TIOCSIG"),
        (21559, "TIOCVHANGUP"), (2147767352, "TIOCGPKT"), (2147767353, "TIOCGPTLCK"), (2147767360, "TIOCGEXCL"),
        (21569, "TIOCGPTPEER"), (21584, "FIONCLEX"), (21585, "FIOCLEX"), (21586, "FIOASYNC"), (21600, "FIOQSIZE"),
        (2148034049, "FS_IOC_GETFLAGS"), (1074292226, "FS_IOC_SETFLAGS"), (1074041865, "FICLONE"),
        (1075876877, "FICLONERANGE"),
        (3223348747, "FS_IOC_FIEMAP"), (35077, "SIOCATMARK"), (35088, "SIOCGIFNAME"), (35090, "SIOCGIFCONF"),
        (35091, "SIOCGIFFLAGS"), (35093, "SIOCGIFADDR"), (35097, "SIOCGIFBRDADDR"), (35099, "SIOCGIFNETMASK"),
        (35105, "SIOCGIFMTU"), (35111, "SIOCGIFHWADDR"), (35123, "SIOCGIFINDEX"), (35138, "SIOCGIFTXQLEN"),
        (35078, "SIOCGSTAMP_OLD"), (4704, "BLKGETSIZE"), (4712, "BLKSSZGET"), (2148012658, "BLKGETSIZE64"),
        (2147766784, "RNDGETENTCNT"),
    ]
    static let clocks: [NamedValue] = [
        (0, "CLOCK_REALTIME"), (1, "CLOCK_MONOTONIC"), (2, "CLOCK_PROCESS_CPUTIME_ID"), (3, "CLOCK_THREAD_CPUTIME_ID"),
        (4, "CLOCK_MONOTONIC_RAW"), (5, "CLOCK_REALTIME_COARSE"), (6, "CLOCK_MONOTONIC_COARSE"), (7, "CLOCK_BOOTTIME"),
        (8, "CLOCK_REALTIME_ALARM"), (9, "CLOCK_BOOTTIME_ALARM"), (10, "CLOCK_SGI_CYCLE"), (11, "CLOCK_TAI"),
    ]
    static let resources: [NamedValue] = [
        (0, "RLIMIT_CPU"), (1, "RLIMIT_FSIZE"), (2, "RLIMIT_DATA"), (3, "RLIMIT_STACK"), (4, "RLIMIT_CORE"),
        (5, "RLIMIT_RSS"),
        (6, "RLIMIT_NPROC"), (7, "RLIMIT_NOFILE"), (8, "RLIMIT_MEMLOCK"), (9, "RLIMIT_AS"), (10, "RLIMIT_LOCKS"),
        (11, "RLIMIT_SIGPENDING"), (12, "RLIMIT_MSGQUEUE"), (13, "RLIMIT_NICE"), (14, "RLIMIT_RTPRIO"),
        (15, "RLIMIT_RTTIME"),
    ]
    static let signals: [NamedValue] = [
        (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL"), (10, "SIGUSR1"), (11, "SIGSEGV"), (12, "SIGUSR2"), (13, "SIGPIPE"), (14, "SIGALRM"),
        (15, "SIGTERM"),
        (16, "SIGSTKFLT"), (17, "SIGCHLD"), (18, "SIGCONT"), (19, "SIGSTOP"), (20, "SIGTSTP"), (21, "SIGTTIN"),
        (22, "SIGTTOU"),
        (23, "SIGURG"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (26, "SIGVTALRM"), (27, "SIGPROF"), (28, "SIGWINCH"),
        (29, "SIGIO"),
        (30, "SIGPWR"), (31, "SIGSYS"),
    ]
}
