// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/status, stat and statm.

import LinuxABI
import Machine

/// Processor time of a process, as the host counts it.
enum ProcTimes {
    static func of(_ process: Process) -> (user: Int64, system: Int64) {
        guard process.state == .running, process.hostProcess != 0 else {
            return (process.usage.user, process.usage.system)
        }
        // A clock of another process has its number in the upper bits: CPUCLOCK_SCHED is 2, CPUCLOCK_VIRT 1.
        let base = ~Int32(truncatingIfNeeded: process.hostProcess) &<< 3
        let total = kernel.host.clock(base | 2)
        let user = min(kernel.host.clock(base | 1), total)
        return (process.usage.user &+ user, process.usage.system &+ (total - user))
    }
    /// In clock ticks, a hundredth of a second.
    static func ticks(_ nanoseconds: Int64) -> Int { Int(nanoseconds / 10_000_000) }
}

/// Memory in bytes. The host counts what is resident; of what it counts as shared a part is the kernel's own, so no more of that is
/// told than the process maps.
struct ProcMemoryUse {
    var total: UInt64 = 0
    var resident: UInt64 = 0
    var shared: UInt64 = 0
    var code: UInt64 = 0
    var data: UInt64 = 0
    var stack: UInt64 = 0
    var locked: UInt64 = 0

    init(_ process: Process) {
        for area in process.memory.areas where area.kind != .stubs {
            total &+= area.bytes
            let used = ProcMemoryUse.resident(area)
            resident &+= used
            if area.isShared || area.kind == .file { shared &+= used }
            if area.protection & Mman.PROT_EXEC != 0 { code &+= area.bytes }
            if area.kind == .stack { stack &+= area.bytes }
            if !area.isShared && area.protection & Mman.PROT_WRITE != 0 { data &+= area.bytes }
            if area.isLocked { locked &+= area.bytes }
        }
        guard process.state == .running, process.hostProcess != 0, let pages = kernel.host.residentPages(of: process.hostProcess) else { return }
        shared = min(shared, pages.shared << 12)
        resident = shared &+ (pages.all - pages.shared) << 12
    }
    static func resident(_ area: Area) -> UInt64 {
        if area.protection == 0 { return 0 }
        return area.kind == .stack ? min(area.bytes, 132 << 10) : min(area.bytes, 64 << 20)
    }
}

enum ProcStatus {
    /// The letter of ps(1).
    static func state(_ process: Process, _ thread: Thread?) -> UInt8 {
        if process.state != .running { return 0x5a }
        guard let thread = thread ?? process.mainThread else { return process.pid == 1 ? 0x53 : 0x5a }
        if thread === currentThread { return 0x52 }
        if process.stop.isStopped { return 0x54 }
        // One that was woken is running, though it may not know yet.
        if thread.block.isParked && !thread.block.isWoken || process === kernel.kernelProcess { return 0x53 }
        return 0x52
    }
    private static func word(_ state: UInt8) -> StaticString {
        switch state {
        case 0x52: "R (running)"
        case 0x53: "S (sleeping)"
        case 0x54: "T (stopped)"
        default: "Z (zombie)"
        }
    }

    static func status(_ process: Process, _ thread: Thread?) -> [UInt8] {
        let isRunning = process.state == .running
        let subject = thread ?? process.mainThread
        let c = process.credentials
        var text = [UInt8]("Name:\t")
        text.append(contentsOf: ProcTexts.name(process, thread))
        if isRunning {
            text.append("\nUmask:\t")
            text.append(octal: UInt64(process.fileSystem.umask), width: 4)
        }
        text.append("\nState:\t")
        text.append(word(state(process, thread)))
        text.field("Tgid", Int(process.pid))
        text.field("Ngid", 0)
        text.field("Pid", Int(thread?.tid ?? process.pid))
        text.field("PPid", Int(process.parentPid))
        text.field("TracerPid", 0)
        text.list("Uid", [c.uid, c.euid, c.suid, c.fsuid])
        text.list("Gid", [c.gid, c.egid, c.sgid, c.fsgid])
        text.field("FDSize", max(64, process.files.count))
        text.append("\nGroups:\t")
        for group in c.groups {
            text.append(decimal: Int(group))
            text.append(" ")
        }
        text.field("NStgid", Int(process.pid))
        text.field("NSpid", Int(thread?.tid ?? process.pid))
        text.field("NSpgid", Int(process.group))
        text.field("NSsid", Int(process.session))
        if isRunning { memory(process, &text) }
        text.field("Threads", max(1, process.threads.count))
        signals(process, subject, &text)
        text.mask("CapInh", c.inheritable.bits)
        text.mask("CapPrm", c.permitted.bits)
        text.mask("CapEff", c.effective.bits)
        text.mask("CapBnd", c.bounding.bits)
        text.mask("CapAmb", c.ambient.bits)
        text.field("NoNewPrivs", process.noNewPrivileges ? 1 : 0)
        text.field("Seccomp", 0)
        text.field("Seccomp_filters", 0)
        text.append(
            "\nSpeculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\nCpus_allowed:\t")
        let count = max(1, min(Machine.processorCount, 63))
        text.append(hex: (1 << UInt64(count)) - 1)
        text.append("\nCpus_allowed_list:\t")
        text.append(contentsOf: ProcSystem.processorList)
        text.append(
            "\nMems_allowed:\t1\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n")
        return text
    }

    private static func memory(_ process: Process, _ text: inout [UInt8]) {
        let use = ProcMemoryUse(process)
        let resident = Int(use.resident >> 10)
        text.kilobytes("VmPeak", Int(use.total >> 10))
        text.kilobytes("VmSize", Int(use.total >> 10))
        text.kilobytes("VmLck", Int(use.locked >> 10))
        text.kilobytes("VmPin", 0)
        text.kilobytes("VmHWM", max(resident, Int(process.memory.residentPeakKilobytes)))
        text.kilobytes("VmRSS", resident)
        text.kilobytes("RssAnon", Int((use.resident - use.shared) >> 10))
        text.kilobytes("RssFile", Int(use.shared >> 10))
        text.kilobytes("RssShmem", 0)
        text.kilobytes("VmData", Int(use.data >> 10))
        text.kilobytes("VmStk", Int(use.stack >> 10))
        text.kilobytes("VmExe", Int(use.code >> 10))
        text.kilobytes("VmLib", 0)
        text.kilobytes("VmPTE", 64)
        text.kilobytes("VmSwap", 0)
        text.field("CoreDumping", 0)
        text.field("THP_enabled", 1)
    }

    private static func signals(_ process: Process, _ thread: Thread?, _ text: inout [UInt8]) {
        var pendingCount = process.pending.count
        for thread in process.threads { pendingCount += thread.pending.count }
        text.append("\nSigQ:\t")
        text.append(decimal: pendingCount)
        text.append("/")
        text.append(decimal: Int(min(process.limits.current(Resource.RLIMIT_SIGPENDING), 1 << 20)))
        let (ignored, caught) = dispositions(process)
        text.mask("SigPnd", thread?.pending.set.bits ?? 0)
        text.mask("ShdPnd", process.pending.set.bits)
        text.mask("SigBlk", thread?.mask.bits ?? 0)
        text.mask("SigIgn", ignored)
        text.mask("SigCgt", caught)
    }
    private static func dispositions(_ process: Process) -> (ignored: UInt64, caught: UInt64) {
        var ignored = SignalSet.empty
        var caught = SignalSet.empty
        for signal: Int32 in 1...64 {
            let handler = process.actions[signal].sa_handler
            if handler == Signal.SIG_IGN {
                ignored.insert(signal)
            } else if handler != Signal.SIG_DFL {
                caught.insert(signal)
            }
        }
        return (ignored.bits, caught.bits)
    }

    /// 52 fields (proc(5)).
    static func stat(_ process: Process, _ thread: Thread?) -> [UInt8] {
        let subject = thread ?? process.mainThread
        let use = ProcMemoryUse(process)
        let times = ProcTimes.of(process)
        let scheduling = subject?.scheduling ?? SchedulingState()
        let terminal = process.terminal
        let memory = process.memory
        let (ignored, caught) = dispositions(process)
        var text: [UInt8] = []
        text.append(decimal: Int(thread?.tid ?? process.pid))
        text.append(" (")
        text.append(contentsOf: ProcTexts.name(process, thread))
        text.append(") ")
        text.append(state(process, thread))
        var fields: [Int] = [Int(process.parentPid), Int(process.group), Int(process.session)]
        fields += [
            Int(truncatingIfNeeded: terminal?.deviceNumber ?? 0),
            Int(terminal == nil ? -1 : terminal?.foreground ?? -1), 0x400000,
        ]
        fields += [Int(process.usage.minorFaults), Int(process.childUsage.minorFaults), 0, 0]
        fields += [ProcTimes.ticks(times.user), ProcTimes.ticks(times.system)]
        fields += [ProcTimes.ticks(process.childUsage.user), ProcTimes.ticks(process.childUsage.system)]
        let isRealTime = scheduling.policy == 1 || scheduling.policy == 2
        fields += [isRealTime ? -1 - Int(scheduling.priority) : 20 + Int(scheduling.nice), Int(scheduling.nice)]
        fields += [max(1, process.threads.count), 0, ProcTimes.ticks(process.startTime)]
        fields += [
            Int(use.total), Int(use.resident >> 12),
            Int(truncatingIfNeeded: min(process.limits.current(Resource.RLIMIT_RSS), UInt64(Int.max))),
        ]
        fields += [Int(memory.codeRange.0), Int(memory.codeRange.1), Int(memory.stackRange.1), 0, 0]
        fields += [
            Int(truncatingIfNeeded: (subject?.pending.set.bits ?? 0) & 0x7fff_ffff),
            Int(truncatingIfNeeded: (subject?.mask.bits ?? 0) & 0x7fff_ffff),
        ]
        fields += [Int(ignored & 0x7fff_ffff), Int(caught & 0x7fff_ffff), 0, 0, 0, Int(process.exitSignal), 0]
        fields += [isRealTime ? Int(scheduling.priority) : 0, Int(scheduling.policy), 0, 0, 0]
        fields += [Int(memory.codeRange.1), Int(memory.heapStart), Int(memory.heapStart)]
        fields += [Int(memory.argumentRange.0), Int(memory.argumentRange.1)]
        fields += [Int(memory.environmentRange.0), Int(memory.environmentRange.1), Int(process.exitStatus)]
        for field in fields {
            text.append(0x20)
            text.append(decimal: field)
        }
        text.append("\n")
        return text
    }

    static func statm(_ process: Process) -> [UInt8] {
        let use = ProcMemoryUse(process)
        var text: [UInt8] = []
        for (i, bytes) in [use.total, use.resident, use.shared, use.code, 0, use.data &+ use.stack, 0].enumerated() {
            if i > 0 { text.append(0x20) }
            text.append(decimal: Int(bytes >> 12))
        }
        text.append("\n")
        return text
    }
}

extension Array where Element == UInt8 {
    fileprivate mutating func label(_ name: StaticString) {
        append("\n")
        append(name)
        append(":\t")
    }
    fileprivate mutating func field(_ name: StaticString, _ value: Int) {
        label(name)
        append(decimal: value)
    }
    fileprivate mutating func list(_ name: StaticString, _ values: [UInt32]) {
        append("\n")
        append(name)
        append(":")
        for value in values {
            append("\t")
            append(decimal: Int(value))
        }
    }
    fileprivate mutating func kilobytes(_ name: StaticString, _ value: Int) {
        label(name)
        append(decimal: value, width: 8)
        append(" kB")
    }
    fileprivate mutating func mask(_ name: StaticString, _ bits: UInt64) {
        label(name)
        append(hex: bits, width: 16)
    }
}
