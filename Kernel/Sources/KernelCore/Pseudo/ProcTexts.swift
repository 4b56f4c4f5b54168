// SPDX-License-Identifier: Apache-2.0
//
// The text files of /proc/PID, but for status and stat (ProcStatus.swift) and the memory maps (ProcMaps.swift).

import LinuxABI
import Machine

enum ProcTexts {
    /// Made once, for the root of /proc.
    static func items() -> [ProcItem] {
        [
            ProcItem("status") { (p: Process, t: Thread?) throws(Errno) -> [UInt8] in ProcStatus.status(p, t) },
            ProcItem("stat") { (p: Process, t: Thread?) throws(Errno) -> [UInt8] in ProcStatus.stat(p, t) },
            ProcItem("statm") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in ProcStatus.statm(p) },
            ProcItem("cmdline") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                p.state == .running ? p.commandLine : []
            },
            ProcItem("comm", 0o644, take: setName) { (p: Process, t: Thread?) throws(Errno) -> [UInt8] in
                name(p, t) + [0x0a]
            },
            ProcItem("environ", 0o400) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                p.state == .running ? p.environment : []
            },
            ProcItem("auxv", 0o400) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                p.state == .running ? p.auxiliaryVector : []
            },
            ProcItem("maps", isPrivate: true) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in ProcMaps.maps(p) },
            ProcItem("smaps", isPrivate: true) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in ProcMaps.smaps(p)
            },
            ProcItem("smaps_rollup", isPrivate: true) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                ProcMaps.rollup(p)
            },
            ProcItem("limits") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in limits(p) },
            ProcItem("mounts") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in ProcMounts.mounts(p) },
            ProcItem("mountinfo") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in ProcMounts.mountInfo(p) },
            ProcItem("mountstats", 0o400) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                ProcMounts.statistics(p)
            },
            ProcItem("io", 0o400) { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in
                [UInt8](
                    "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n")
            },
            ProcItem("oom_score") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("0\n") },
            ProcItem("oom_score_adj", 0o644, take: setScore) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                number(Int(p.oomScoreAdjust))
            },
            ProcItem("oom_adj", 0o644, take: { (_: [UInt8], _: Process, _: Thread?) throws(Errno) in }) {
                (p: Process, _: Thread?) throws(Errno) -> [UInt8] in number(Int(p.oomScoreAdjust) * 17 / 1000)
            },
            ProcItem("loginuid", 0o644, take: { (_: [UInt8], _: Process, _: Thread?) throws(Errno) in throw .EPERM }) {
                (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("4294967295")
            },
            ProcItem("sessionid") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("4294967295") },
            ProcItem("cgroup") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("0::/\n") },
            ProcItem("cpuset") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("/\n") },
            ProcItem("wchan") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("0") },
            ProcItem("personality", 0o400) { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                var text: [UInt8] = []
                text.append(hex: UInt64(p.personality), width: 8)
                text.append("\n")
                return text
            },
            ProcItem("schedstat") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                var text: [UInt8] = []
                let times = ProcTimes.of(p)
                text.append(decimal: Int(times.user &+ times.system))
                text.append(" 0 1\n")
                return text
            },
            ProcItem("uid_map") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in
                [UInt8]("         0          0 4294967295\n")
            },
            ProcItem("gid_map") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in
                [UInt8]("         0          0 4294967295\n")
            },
            ProcItem("setgroups") { (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("allow\n") },
            ProcItem("coredump_filter", 0o644, take: { (_: [UInt8], _: Process, _: Thread?) throws(Errno) in }) {
                (_: Process, _: Thread?) throws(Errno) -> [UInt8] in [UInt8]("00000033\n")
            },
            ProcItem("timerslack_ns", 0o666, take: { (_: [UInt8], _: Process, _: Thread?) throws(Errno) in }) {
                (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                number(Int(truncatingIfNeeded: p.control.timerSlack))
            },
            ProcItem("children") { (p: Process, _: Thread?) throws(Errno) -> [UInt8] in
                var text: [UInt8] = []
                for child in p.children {
                    text.append(decimal: Int(child.pid))
                    text.append(" ")
                }
                return text
            },
        ]
    }

    static func number(_ value: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.append(decimal: value)
        text.append("\n")
        return text
    }

    /// The name of a thread; a zombie keeps that of its program.
    static func name(_ process: Process, _ thread: Thread?) -> [UInt8] {
        if let thread = thread ?? process.mainThread { return thread.name }
        var path = process.executablePath
        if let slash = path.lastIndex(of: 0x2f) { path = Array(path[(slash + 1)...]) }
        return Array(path.prefix(15))
    }

    private static func setName(_ bytes: [UInt8], _ process: Process, _ thread: Thread?) throws(Errno) {
        // Only threads of the same process may rename each other.
        guard currentThread.process === process, let target = thread ?? process.mainThread else { throw .EINVAL }
        let text = bytes.trimmed()
        target.name = Array(text.prefix(15))
    }

    private static func setScore(_ bytes: [UInt8], _ process: Process, _ thread: Thread?) throws(Errno) {
        var text = bytes.trimmed()[...]
        let isNegative = text.first == 0x2d
        if isNegative { text = text.dropFirst() }
        let digits = Array(text)
        guard let value = PseudoName.number(digits, 0..<digits.count), value <= 1000 else { throw .EINVAL }
        let score = Int32(isNegative ? -value : value)
        if score < process.oomScoreAdjust && !currentThread.process.credentials.has(Capability.CAP_SYS_RESOURCE) {
            throw .EACCES
        }
        process.oomScoreAdjust = score
    }

    // MARK: limits (getrlimit(2))

    private struct LimitLine {
        var name: StaticString
        var resource: Int32
        var unit: StaticString
    }
    private static let limitLines: [LimitLine] = [
        LimitLine(name: "Max cpu time", resource: Resource.RLIMIT_CPU, unit: "seconds"),
        LimitLine(name: "Max file size", resource: Resource.RLIMIT_FSIZE, unit: "bytes"),
        LimitLine(name: "Max data size", resource: Resource.RLIMIT_DATA, unit: "bytes"),
        LimitLine(name: "Max stack size", resource: Resource.RLIMIT_STACK, unit: "bytes"),
        LimitLine(name: "Max core file size", resource: Resource.RLIMIT_CORE, unit: "bytes"),
        LimitLine(name: "Max resident set", resource: Resource.RLIMIT_RSS, unit: "bytes"),
        LimitLine(name: "Max processes", resource: Resource.RLIMIT_NPROC, unit: "processes"),
        LimitLine(name: "Max open files", resource: Resource.RLIMIT_NOFILE, unit: "files"),
        LimitLine(name: "Max locked memory", resource: Resource.RLIMIT_MEMLOCK, unit: "bytes"),
        LimitLine(name: "Max address space", resource: Resource.RLIMIT_AS, unit: "bytes"),
        LimitLine(name: "Max file locks", resource: Resource.RLIMIT_LOCKS, unit: "locks"),
        LimitLine(name: "Max pending signals", resource: Resource.RLIMIT_SIGPENDING, unit: "signals"),
        LimitLine(name: "Max msgqueue size", resource: Resource.RLIMIT_MSGQUEUE, unit: "bytes"),
        LimitLine(name: "Max nice priority", resource: Resource.RLIMIT_NICE, unit: ""),
        LimitLine(name: "Max realtime priority", resource: Resource.RLIMIT_RTPRIO, unit: ""),
        LimitLine(name: "Max realtime timeout", resource: Resource.RLIMIT_RTTIME, unit: "us"),
    ]

    private static func limits(_ process: Process) -> [UInt8] {
        var text = [UInt8]("Limit                     Soft Limit           Hard Limit           Units     \n")
        for line in limitLines {
            let limit = process.limits[line.resource]
            text.append(padded: line.name, width: 25)
            text.append(" ")
            append(limit.rlim_cur, to: &text)
            append(limit.rlim_max, to: &text)
            if line.unit.utf8CodeUnitCount > 0 { text.append(padded: line.unit, width: 10) }
            text.append("\n")
        }
        return text
    }
    private static func append(_ limit: UInt64, to text: inout [UInt8]) {
        let start = text.count
        if limit == ResourceLimit.RLIM_INFINITY {
            text.append("unlimited")
        } else {
            text.append(decimal: Int(truncatingIfNeeded: limit))
        }
        let width = text.count - start
        text.append(contentsOf: repeatElement(0x20, count: max(0, 20 - width) + 1))
    }
}
