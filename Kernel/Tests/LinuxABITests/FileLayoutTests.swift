// SPDX-License-Identifier: Apache-2.0
//
// The structures of files, time and processes have the size and the field offsets that the C headers give them.

import CLinuxLayout
import LinuxABI
import Testing

@Suite("Layouts agree with the C headers: files, time and processes")
struct FileLayoutTests {
    @Test
    func stat() {
        expectLayout(
            Stat.self, cloister_layout_stat,
            [
                \.st_dev, \.st_ino, \.st_nlink, \.st_mode, \.st_uid, \.st_gid, \.st_rdev, \.st_size, \.st_blksize,
                \.st_blocks, \.st_atime, \.st_atime_nsec, \.st_mtime, \.st_mtime_nsec, \.st_ctime, \.st_ctime_nsec,
            ])
    }

    @Test
    func statxTimestamp() {
        expectLayout(StatxTimestamp.self, cloister_layout_statx_timestamp, [\.tv_sec, \.tv_nsec])
    }

    @Test
    func statX() {
        expectLayout(
            StatX.self, cloister_layout_statx,
            [
                \.stx_mask, \.stx_blksize, \.stx_attributes, \.stx_nlink, \.stx_uid, \.stx_gid, \.stx_mode,
                \.stx_ino, \.stx_size, \.stx_blocks, \.stx_attributes_mask, \.stx_atime, \.stx_btime, \.stx_ctime,
                \.stx_mtime, \.stx_rdev_major, \.stx_rdev_minor, \.stx_dev_major, \.stx_dev_minor, \.stx_mnt_id,
                \.stx_dio_mem_align, \.stx_dio_offset_align,
            ])
    }

    @Test
    func statfs() {
        expectLayout(
            Statfs.self, cloister_layout_statfs,
            [
                \.f_type, \.f_bsize, \.f_blocks, \.f_bfree, \.f_bavail, \.f_files, \.f_ffree, \.f_fsid0,
                \.f_namelen, \.f_frsize, \.f_flags, \.f_spare,
            ])
    }

    @Test
    func flock() {
        expectLayout(
            Flock.self, cloister_layout_flock,
            [
                \.l_type, \.l_whence, \.l_start, \.l_len, \.l_pid,
            ])
    }

    @Test
    func fOwnerEx() {
        expectLayout(FOwnerEx.self, cloister_layout_f_owner_ex, [\.type, \.pid])
    }

    @Test
    func openHow() {
        expectLayout(OpenHow.self, cloister_layout_open_how, [\.flags, \.mode, \.resolve])
    }

    @Test
    func iovec() {
        expectLayout(Iovec.self, cloister_layout_iovec, [\.iov_base, \.iov_len])
    }

    @Test
    func timespec() {
        expectLayout(Timespec.self, cloister_layout_timespec, [\.tv_sec, \.tv_nsec])
    }

    @Test
    func timeval() {
        expectLayout(Timeval.self, cloister_layout_timeval, [\.tv_sec, \.tv_usec])
    }

    @Test
    func timezone() {
        expectLayout(Timezone.self, cloister_layout_timezone, [\.tz_minuteswest, \.tz_dsttime])
    }

    @Test
    func itimerval() {
        expectLayout(Itimerval.self, cloister_layout_itimerval, [\.it_interval, \.it_value])
    }

    @Test
    func itimerspec() {
        expectLayout(Itimerspec.self, cloister_layout_itimerspec, [\.it_interval, \.it_value])
    }

    @Test
    func tms() {
        expectLayout(
            Tms.self, cloister_layout_tms,
            [
                \.tms_utime, \.tms_stime, \.tms_cutime, \.tms_cstime,
            ])
    }

    @Test
    func utimbuf() {
        expectLayout(Utimbuf.self, cloister_layout_utimbuf, [\.actime, \.modtime])
    }

    @Test
    func rusage() {
        expectLayout(
            Rusage.self, cloister_layout_rusage,
            [
                \.ru_utime, \.ru_stime, \.ru_maxrss, \.ru_ixrss, \.ru_idrss, \.ru_isrss, \.ru_minflt, \.ru_majflt,
                \.ru_nswap, \.ru_inblock, \.ru_oublock, \.ru_msgsnd, \.ru_msgrcv, \.ru_nsignals, \.ru_nvcsw,
                \.ru_nivcsw,
            ])
    }

    @Test
    func rlimit64() {
        expectLayout(Rlimit64.self, cloister_layout_rlimit64, [\.rlim_cur, \.rlim_max])
    }

    @Test
    func cloneArgs() {
        expectLayout(
            CloneArgs.self, cloister_layout_clone_args,
            [
                \.flags, \.pidfd, \.child_tid, \.parent_tid, \.exit_signal, \.stack, \.stack_size, \.tls,
                \.set_tid, \.set_tid_size, \.cgroup,
            ])
    }

    @Test
    func robustListHead() {
        expectLayout(
            RobustListHead.self, cloister_layout_robust_list_head,
            [
                \.list, \.futex_offset, \.list_op_pending,
            ])
    }

    @Test
    func futexWaitv() {
        expectLayout(FutexWaitv.self, cloister_layout_futex_waitv, [\.val, \.uaddr, \.flags])
    }

    @Test
    func capabilityHeader() {
        expectLayout(CapabilityHeader.self, cloister_layout_cap_header, [\.version, \.pid])
    }

    @Test
    func capabilityData() {
        expectLayout(
            CapabilityData.self, cloister_layout_cap_data,
            [
                \.effective, \.permitted, \.inheritable,
            ])
    }

    @Test
    func schedParam() {
        expectLayout(SchedParam.self, cloister_layout_sched_param, [\.sched_priority])
    }

    @Test
    func schedAttr() {
        expectLayout(
            SchedAttr.self, cloister_layout_sched_attr,
            [
                \.size, \.sched_policy, \.sched_flags, \.sched_nice, \.sched_priority, \.sched_runtime,
                \.sched_deadline, \.sched_period, \.sched_util_min, \.sched_util_max,
            ])
    }

    @Test
    func utsname() {
        expectLayout(
            Utsname.self, cloister_layout_new_utsname,
            [
                \.sysname, \.nodename, \.release, \.version, \.machine, \.domainname,
            ])
    }

    @Test
    func sysinfo() {
        expectLayout(
            Sysinfo.self, cloister_layout_sysinfo,
            [
                \.uptime, \.loads, \.totalram, \.freeram, \.sharedram, \.bufferram, \.totalswap, \.freeswap,
                \.procs, \.pad, \.totalhigh, \.freehigh, \.mem_unit,
            ])
    }

    @Test
    func termios() {
        expectLayout(
            Termios.self, cloister_layout_termios,
            [
                \.c_iflag, \.c_oflag, \.c_cflag, \.c_lflag, \.c_line, \.c_cc,
            ])
    }
}
