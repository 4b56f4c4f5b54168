// SPDX-License-Identifier: Apache-2.0
//
// /proc/sys: what libraries read of it. Only the names of the machine can be written.

import LinuxABI
import Machine

enum ProcSysctl {
    static func fill(_ root: FixedDirectory) {
        fillKernel(root.directory("kernel"))
        let fs = root.directory("fs")
        fs.line("file-max", "9223372036854775807")
        fs.line("nr_open", "1048576")
        fs.line("pipe-max-size", "1048576")
        fs.line("pipe-user-pages-soft", "16384")
        fs.line("lease-break-time", "45")
        fs.line("protected_hardlinks", "0")
        fs.line("protected_symlinks", "0")
        fs.line("protected_fifos", "0")
        fs.line("protected_regular", "0")
        fs.line("suid_dumpable", "0")
        fs.line("aio-max-nr", "65536")
        fs.line("aio-nr", "0")
        fs.text("file-nr") { (_: Thread) throws(Errno) -> [UInt8] in
            var count = 0
            for process in kernel.processes.all { count += process.files.count }
            var text: [UInt8] = []
            text.append(decimal: count)
            text.append("\t0\t9223372036854775807\n")
            return text
        }
        let inotify = fs.directory("inotify")
        inotify.line("max_user_watches", "65536")
        inotify.line("max_user_instances", "128")
        inotify.line("max_queued_events", "16384")
        let epoll = fs.directory("epoll")
        epoll.line("max_user_watches", "1048576")
        let mqueue = fs.directory("mqueue")
        mqueue.line("msg_max", "10")
        mqueue.line("msgsize_max", "8192")
        mqueue.line("queues_max", "256")
        let vm = root.directory("vm")
        vm.line("overcommit_memory", "0")
        vm.line("overcommit_ratio", "50")
        vm.line("max_map_count", "65530")
        vm.line("swappiness", "60")
        vm.line("mmap_min_addr", "65536")
        vm.line("nr_hugepages", "0")
        vm.line("dirty_ratio", "20")
        vm.line("dirty_background_ratio", "10")
        vm.line("vfs_cache_pressure", "100")
        vm.line("min_free_kbytes", "16384")
        fillNet(root.directory("net"))
    }

    private static func fillKernel(_ kernelDirectory: FixedDirectory) {
        let dir = kernelDirectory
        dir.line("ostype", "Linux")
        dir.text("osrelease") { (_: Thread) throws(Errno) -> [UInt8] in SystemInformation.release + [0x0a] }
        dir.text("version") { (_: Thread) throws(Errno) -> [UInt8] in SystemInformation.version + [0x0a] }
        dir.text(
            "hostname", mode: 0o644,
            take: { (bytes: [UInt8], thread: Thread) throws(Errno) in
                kernel.hostname = try name(bytes, thread)
            }
        ) { (_: Thread) throws(Errno) -> [UInt8] in kernel.hostname + [0x0a] }
        dir.text(
            "domainname", mode: 0o644,
            take: { (bytes: [UInt8], thread: Thread) throws(Errno) in
                kernel.domainname = try name(bytes, thread)
            }
        ) { (_: Thread) throws(Errno) -> [UInt8] in kernel.domainname + [0x0a] }
        dir.line("pid_max", "4194304")
        dir.line("threads-max", "32768")
        dir.line("ngroups_max", "65536")
        dir.line("cap_last_cap", "40")
        dir.line("randomize_va_space", "2")
        dir.line("core_pattern", "core")
        dir.line("core_uses_pid", "0")
        dir.line("shmmax", "18446744073692774399")
        dir.line("shmall", "18446744073692774399")
        dir.line("shmmni", "4096")
        dir.line("sem", "32000\t1024000000\t500\t32000")
        dir.line("msgmax", "8192")
        dir.line("msgmnb", "16384")
        dir.line("msgmni", "32000")
        dir.line("dmesg_restrict", "1")
        dir.line("kptr_restrict", "2")
        dir.line("perf_event_paranoid", "3")
        dir.line("unprivileged_bpf_disabled", "2")
        dir.line("sched_child_runs_first", "0")
        dir.line("sched_rr_timeslice_ms", "100")
        dir.line("tainted", "0")
        dir.line("panic", "0")
        dir.line("printk", "4\t4\t1\t7")
        dir.line("sysrq", "0")
        dir.line("overflowuid", "65534")
        dir.line("overflowgid", "65534")
        let yama = dir.directory("yama")
        yama.line("ptrace_scope", "1")
        let random = dir.directory("random")
        let boot = uuid()
        random.text("boot_id") { (_: Thread) throws(Errno) -> [UInt8] in boot }
        random.text("uuid") { (_: Thread) throws(Errno) -> [UInt8] in uuid() }
        random.line("entropy_avail", "256")
        random.line("poolsize", "256")
        random.line("urandom_min_reseed_secs", "60")
        random.line("write_wakeup_threshold", "256")
    }

    private static func fillNet(_ net: FixedDirectory) {
        let core = net.directory("core")
        core.line("somaxconn", "4096")
        core.line("rmem_default", "212992")
        core.line("rmem_max", "212992")
        core.line("wmem_default", "212992")
        core.line("wmem_max", "212992")
        core.line("optmem_max", "131072")
        core.line("netdev_max_backlog", "1000")
        let v4 = net.directory("ipv4")
        v4.line("ip_local_port_range", "32768\t60999")
        v4.line("ip_unprivileged_port_start", "1024")
        v4.line("ip_forward", "0")
        v4.line("tcp_fin_timeout", "60")
        v4.line("tcp_keepalive_time", "7200")
        v4.line("tcp_keepalive_intvl", "75")
        v4.line("tcp_keepalive_probes", "9")
        v4.line("tcp_max_syn_backlog", "512")
        v4.line("tcp_syncookies", "1")
        v4.line("tcp_tw_reuse", "2")
        v4.line("tcp_rmem", "4096\t131072\t6291456")
        v4.line("tcp_wmem", "4096\t16384\t4194304")
        v4.line("tcp_congestion_control", "cubic")
        v4.line("tcp_fastopen", "1")
        let unix = net.directory("unix")
        unix.line("max_dgram_qlen", "512")
    }

    private static func name(_ bytes: [UInt8], _ thread: Thread) throws(Errno) -> [UInt8] {
        guard thread.process.credentials.has(Capability.CAP_SYS_ADMIN) else { throw .EPERM }
        return Array(bytes.trimmed().prefix(64))
    }

    /// A random UUID (RFC 4122, version 4) and a newline.
    private static func uuid() -> [UInt8] {
        var bytes = RandomBytes.make(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        var text: [UInt8] = []
        for (i, byte) in bytes.enumerated() {
            if i == 4 || i == 6 || i == 8 || i == 10 { text.append("-") }
            text.append(hex: UInt64(byte), width: 2)
        }
        text.append("\n")
        return text
    }
}
