// SPDX-License-Identifier: Apache-2.0
//
// The files of /proc about the whole system.

import LinuxABI
import Machine

enum ProcSystem {
    static func fill(_ root: FixedDirectory) {
        root.text("meminfo") { (_: Thread) throws(Errno) -> [UInt8] in memory() }
        root.text("cpuinfo") { (_: Thread) throws(Errno) -> [UInt8] in ProcProcessors.text() }
        root.text("uptime") { (_: Thread) throws(Errno) -> [UInt8] in
            var text: [UInt8] = []
            let up = Machine.monotonicNanoseconds
            text.append(hundredths: up)
            text.append(0x20)
            text.append(hundredths: idle(up))
            text.append("\n")
            return text
        }
        root.text("stat") { (_: Thread) throws(Errno) -> [UInt8] in statistics() }
        root.text("loadavg") { (_: Thread) throws(Errno) -> [UInt8] in load() }
        root.text("version") { (_: Thread) throws(Errno) -> [UInt8] in
            var text = [UInt8]("Linux version ")
            text.append(contentsOf: SystemInformation.release)
            text.append(" (cloister@cloister) ")
            text.append(contentsOf: SystemInformation.version)
            text.append("\n")
            return text
        }
        root.text("filesystems") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tpipefs\nnodev\tsockfs\nnodev\tdevpts\n")
        }
        root.text("cmdline") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("cloister\n") }
        root.text("devices") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8](
                "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n136 pts\n\nBlock devices:\n"
            )
        }
        root.text("partitions") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("major minor  #blocks  name\n\n") }
        root.text("diskstats") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        root.text("swaps") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n")
        }
        root.text("modules") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        root.text("misc") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        root.text("locks") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        root.text("cgroups") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("#subsys_name\thierarchy\tnum_cgroups\tenabled\n")
        }
        root.text("vmstat") { (_: Thread) throws(Errno) -> [UInt8] in
            var text = [UInt8]("nr_free_pages ")
            text.append(decimal: Int(SystemInformation.current().freeram >> 12))
            text.append("\nnr_file_pages ")
            text.append(decimal: kernel.pages.allocatedPages)
            text.append("\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\npgmajfault 0\noom_kill 0\n")
            return text
        }
        root.text("interrupts") { (_: Thread) throws(Errno) -> [UInt8] in
            var text = [UInt8]("    ")
            for i in 0..<max(1, Machine.processorCount) {
                text.append("       CPU")
                text.append(decimal: i)
            }
            text.append("\n")
            return text
        }
    }

    /// `0-3`.
    static var processorList: [UInt8] {
        var text = [UInt8]("0")
        if Machine.processorCount > 1 {
            text.append("-")
            text.append(decimal: Machine.processorCount - 1)
        }
        return text
    }

    /// Processor time of all programs that live, and of their children that do not.
    private static func used() -> (user: Int64, system: Int64) {
        var user: Int64 = 0
        var system: Int64 = 0
        for process in kernel.processes.all {
            let times = ProcTimes.of(process)
            user &+= times.user &+ process.childUsage.user
            system &+= times.system &+ process.childUsage.system
        }
        return (user, system)
    }
    private static func idle(_ up: Int64) -> Int64 {
        let times = used()
        return max(0, up &* Int64(max(1, Machine.processorCount)) &- times.user &- times.system)
    }

    private static func memory() -> [UInt8] {
        let info = SystemInformation.current()
        let total = Int(info.totalram >> 10)
        let free = Int(info.freeram >> 10)
        let cached = min(kernel.pages.allocatedPages * 4, max(0, total - free))
        var text: [UInt8] = []
        func row(_ name: StaticString, _ value: Int) {
            text.append(padded: name, width: 15)
            text.append(decimal: value, width: 9)
            text.append(" kB\n")
        }
        row("MemTotal:", total)
        row("MemFree:", free)
        row("MemAvailable:", free)
        row("Buffers:", 0)
        row("Cached:", cached)
        row("SwapCached:", 0)
        row("Active:", max(0, total - free - cached))
        row("Inactive:", cached)
        row("Active(anon):", max(0, total - free - cached))
        row("Inactive(anon):", 0)
        row("Active(file):", 0)
        row("Inactive(file):", cached)
        row("Unevictable:", 0)
        row("Mlocked:", 0)
        row("SwapTotal:", 0)
        row("SwapFree:", 0)
        row("Dirty:", 0)
        row("Writeback:", 0)
        row("AnonPages:", max(0, total - free - cached))
        row("Mapped:", 0)
        row("Shmem:", 0)
        row("KReclaimable:", 0)
        row("Slab:", Int(Machine.heapUsed >> 10))
        row("SReclaimable:", 0)
        row("SUnreclaim:", Int(Machine.heapUsed >> 10))
        row("KernelStack:", 0)
        row("PageTables:", 0)
        row("CommitLimit:", total)
        row("Committed_AS:", max(0, total - free))
        row("VmallocTotal:", 0)
        row("VmallocUsed:", 0)
        text.append("HugePages_Total:       0\nHugePages_Free:        0\nHugepagesize:       2048 kB\n")
        return text
    }

    private static func statistics() -> [UInt8] {
        let count = max(1, Machine.processorCount)
        let up = Machine.monotonicNanoseconds
        let times = used()
        let rest = max(0, up &* Int64(count) &- times.user &- times.system)
        var text: [UInt8] = []
        func row(_ user: Int64, _ system: Int64, _ idle: Int64) {
            text.append(decimal: ProcTimes.ticks(user))
            text.append(" 0 ")
            text.append(decimal: ProcTimes.ticks(system))
            text.append(0x20)
            text.append(decimal: ProcTimes.ticks(idle))
            text.append(" 0 0 0 0 0 0\n")
        }
        text.append("cpu  ")
        row(times.user, times.system, rest)
        for i in 0..<count {
            text.append("cpu")
            text.append(decimal: i)
            text.append(0x20)
            row(times.user / Int64(count), times.system / Int64(count), rest / Int64(count))
        }
        text.append("intr 0\nctxt 0\nbtime ")
        text.append(decimal: Int(Machine.clock(ClockID.CLOCK_REALTIME).seconds &- up / 1_000_000_000))
        text.append("\nprocesses ")
        text.append(decimal: Int(kernel.processes.lastNumber))
        text.append("\nprocs_running ")
        text.append(decimal: running())
        text.append("\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n")
        return text
    }

    private static func running() -> Int {
        var count = 0
        for process in kernel.processes.all {
            for thread in process.threads where ProcStatus.state(process, thread) == 0x52 { count += 1 }
        }
        return max(1, count)
    }

    private static func load() -> [UInt8] {
        var text = [UInt8]("0.00 0.00 0.00 ")
        text.append(decimal: running())
        text.append("/")
        text.append(decimal: kernel.processes.threadCount)
        text.append(0x20)
        text.append(decimal: Int(kernel.processes.lastNumber))
        text.append("\n")
        return text
    }
}
