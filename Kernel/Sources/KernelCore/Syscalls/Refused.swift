// SPDX-License-Identifier: Apache-2.0
//
// Calls answered with a fixed errno on purpose: those a default container refuses (the model is Docker's seccomp profile, where a
// privileged call is EPERM), those Linux on x86-64 has no code for, and those a kernel may be built without (ENOSYS), for which
// programs have another way.

import LinuxABI
import Machine

enum Refused {
    private static let privileged: StaticString = "EPERM: for administrators of the machine, as in a default container"
    private static let notBuilt: StaticString = "ENOSYS: as in a kernel built without it; programs fall back"
    private static let gone: StaticString = "ENOSYS: Linux itself no longer has it"

    static func entries() -> [SyscallEntry] {
        var all: [SyscallEntry] = []
        let denied: [Int] = [
            SyscallNumber.ptrace, SyscallNumber.vhangup, SyscallNumber.pivot_root, SyscallNumber.acct,
            SyscallNumber.settimeofday,
            SyscallNumber.mount, SyscallNumber.umount2, SyscallNumber.swapon, SyscallNumber.swapoff,
            SyscallNumber.reboot,
            SyscallNumber.iopl, SyscallNumber.ioperm, SyscallNumber.init_module, SyscallNumber.delete_module,
            SyscallNumber.finit_module,
            SyscallNumber.quotactl, SyscallNumber.quotactl_fd, SyscallNumber.lookup_dcookie,
            SyscallNumber.clock_settime,
            SyscallNumber.kexec_load, SyscallNumber.kexec_file_load, SyscallNumber.add_key, SyscallNumber.request_key,
            SyscallNumber.keyctl, SyscallNumber.perf_event_open, SyscallNumber.fanotify_init,
            SyscallNumber.fanotify_mark,
            SyscallNumber.open_by_handle_at, SyscallNumber.bpf, SyscallNumber.userfaultfd, SyscallNumber.setns,
            SyscallNumber.open_tree, SyscallNumber.move_mount, SyscallNumber.fsopen, SyscallNumber.fsconfig,
            SyscallNumber.fsmount,
            SyscallNumber.fspick, SyscallNumber.mount_setattr, SyscallNumber.move_pages, SyscallNumber.migrate_pages,
        ]
        for number in denied {
            all.append(SyscallEntry(number, .refused, privileged) { _ throws(Errno) in throw .EPERM })
        }
        let absent: [Int] = [
            SyscallNumber.modify_ldt, SyscallNumber.io_setup, SyscallNumber.io_destroy, SyscallNumber.io_getevents,
            SyscallNumber.io_submit, SyscallNumber.io_cancel, SyscallNumber.io_pgetevents, SyscallNumber.io_uring_setup,
            SyscallNumber.io_uring_enter, SyscallNumber.io_uring_register, SyscallNumber.rseq,
            SyscallNumber.landlock_create_ruleset,
            SyscallNumber.landlock_add_rule, SyscallNumber.landlock_restrict_self, SyscallNumber.memfd_secret,
            SyscallNumber.process_mrelease, SyscallNumber.set_mempolicy_home_node, SyscallNumber.cachestat,
            SyscallNumber.map_shadow_stack, SyscallNumber.statmount, SyscallNumber.listmount,
            SyscallNumber.lsm_get_self_attr,
            SyscallNumber.lsm_set_self_attr, SyscallNumber.lsm_list_modules, SyscallNumber.mq_open,
            SyscallNumber.mq_unlink, SyscallNumber.mq_timedsend, SyscallNumber.mq_timedreceive, SyscallNumber.mq_notify,
            SyscallNumber.mq_getsetattr, SyscallNumber.futex_wake, SyscallNumber.futex_wait,
            SyscallNumber.futex_requeue,
            SyscallNumber.process_madvise, SyscallNumber.mseal, SyscallNumber.ustat, SyscallNumber.sysfs,
            SyscallNumber.name_to_handle_at, SyscallNumber.remap_file_pages,
        ]
        for number in absent {
            all.append(SyscallEntry(number, .refused, notBuilt) { _ throws(Errno) in throw .ENOSYS })
        }
        let removed: [Int] = [
            SyscallNumber.uselib, SyscallNumber._sysctl, SyscallNumber.create_module, SyscallNumber.get_kernel_syms,
            SyscallNumber.query_module, SyscallNumber.nfsservctl, SyscallNumber.getpmsg, SyscallNumber.putpmsg,
            SyscallNumber.afs_syscall, SyscallNumber.tuxcall, SyscallNumber.security, SyscallNumber.set_thread_area,
            SyscallNumber.get_thread_area, SyscallNumber.epoll_ctl_old, SyscallNumber.epoll_wait_old,
            SyscallNumber.vserver,
        ]
        for number in removed { all.append(SyscallEntry(number, .refused, gone) { _ throws(Errno) in throw .ENOSYS }) }
        all.append(
            SyscallEntry(
                SyscallNumber.seccomp, .refused, "EINVAL: the enclave has its own filter; a program cannot add one"
            ) {
                call throws(Errno) in try seccomp(call)
            })
        return all
    }

    /// Programs ask first what there is; the answer is: no actions, no filters.
    private static func seccomp(_ call: Call) throws(Errno) -> Int {
        switch call.u0 {
        case Seccomp.SECCOMP_GET_ACTION_AVAIL:
            guard call.u1 == 0 else { throw .EINVAL }
            _ = try UserMemory.read(call.a2, UInt32.self)
            throw .EOPNOTSUPP
        default: throw .EINVAL
        }
    }
}
