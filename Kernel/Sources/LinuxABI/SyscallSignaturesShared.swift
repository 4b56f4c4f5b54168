// SPDX-License-Identifier: Apache-2.0
//
// What the arguments of each system call mean, by number from `SyscallNumber.firstShared`.

extension SyscallSignature {
    static let shared: [SyscallSignature] = [
        SyscallSignature(.fd, .signal, .siginfo, .hex),  // 424 pidfd_send_signal
        SyscallSignature(.unsigned, .pointer, result: .fd),  // 425 io_uring_setup
        SyscallSignature(.fd, .unsigned, .unsigned, .hex, .sigset, .size),  // 426 io_uring_enter
        SyscallSignature(.fd, .unsigned, .pointer, .unsigned),  // 427 io_uring_register
        SyscallSignature(.dirfd, .path, .hex, result: .fd),  // 428 open_tree
        SyscallSignature(.dirfd, .path, .dirfd, .path, .hex),  // 429 move_mount
        SyscallSignature(.string, .hex, result: .fd),  // 430 fsopen
        SyscallSignature(.fd, .int, .string, .pointer, .int),  // 431 fsconfig
        SyscallSignature(.fd, .hex, .hex, result: .fd),  // 432 fsmount
        SyscallSignature(.dirfd, .path, .hex, result: .fd),  // 433 fspick
        SyscallSignature(.pid, .hex, result: .fd),  // 434 pidfd_open
        SyscallSignature(.pointer, .size, result: .pid),  // 435 clone3
        SyscallSignature(.unsigned, .unsigned, .closeRangeFlags),  // 436 close_range
        SyscallSignature(.dirfd, .path, .pointer, .size, result: .fd),  // 437 openat2
        SyscallSignature(.fd, .fd, .hex, result: .fd),  // 438 pidfd_getfd
        SyscallSignature(.dirfd, .path, .accessMode, .atFlags),  // 439 faccessat2
        SyscallSignature(.fd, .iovec, .size, .advice, .hex),  // 440 process_madvise
        SyscallSignature(.fd, .pointer, .int, .timespec, .sigset, .size),  // 441 epoll_pwait2
        SyscallSignature(.dirfd, .path, .atFlags, .pointer, .size),  // 442 mount_setattr
        SyscallSignature(.fd, .hex, .int, .pointer),  // 443 quotactl_fd
        SyscallSignature(.pointer, .size, .hex, result: .fd),  // 444 landlock_create_ruleset
        SyscallSignature(.fd, .int, .pointer, .hex),  // 445 landlock_add_rule
        SyscallSignature(.fd, .hex),  // 446 landlock_restrict_self
        SyscallSignature(.descriptorFlags, result: .fd),  // 447 memfd_secret
        SyscallSignature(.fd, .hex),  // 448 process_mrelease
        SyscallSignature(.pointer, .unsigned, .hex, .timespec, .clock),  // 449 futex_waitv
        SyscallSignature(.address, .size, .size, .hex),  // 450 set_mempolicy_home_node
        SyscallSignature(.fd, .pointer, .pointer, .hex),  // 451 cachestat
        SyscallSignature(.dirfd, .path, .mode, .atFlags),  // 452 fchmodat2
        SyscallSignature(.address, .size, .hex, result: .address),  // 453 map_shadow_stack
        SyscallSignature(.pointer, .hex, .int, .hex),  // 454 futex_wake
        SyscallSignature(.pointer, .hex, .hex, .hex, .timespec, .clock),  // 455 futex_wait
        SyscallSignature(.pointer, .hex, .int, .int),  // 456 futex_requeue
        SyscallSignature(.pointer, .pointer, .size, .hex),  // 457 statmount
        SyscallSignature(.pointer, .pointer, .size, .hex),  // 458 listmount
        SyscallSignature(.unsigned, .pointer, .pointer, .hex),  // 459 lsm_get_self_attr
        SyscallSignature(.unsigned, .pointer, .size, .hex),  // 460 lsm_set_self_attr
        SyscallSignature(.pointer, .pointer, .hex),  // 461 lsm_list_modules
        SyscallSignature(.address, .size, .hex),  // 462 mseal
    ]
}
