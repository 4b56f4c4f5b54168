// SPDX-License-Identifier: Apache-2.0
//
// The root of all kernel state. Everything below is guarded by the kernel lock (`Machine.lock`), which the dispatcher takes for a
// call and a sleeping thread releases. Reference counts are not atomic: no Swift object may be touched without the lock.

import Formats
import LinuxABI
import Machine

public final class Kernel {
    public let host: Host
    public let pages = PageStore()
    public let processes = ProcessTable()
    public let slots = SlotTable()
    public let timers = TimerQueue()
    public let futexes = FutexTable()
    public let supervisor = SupervisorMailbox()
    let channels = ChannelState()
    public let terminals = TerminalTable()
    public var mounts = MountTable()
    var lockWaits = LockWaits()
    var sharedSegments = SharedSegments()
    var semaphores = SystemVTable<SemaphoreSet>(limit: 32000)
    var messageQueues = SystemVTable<MessageQueue>(limit: 32000)
    var inotify = InotifyState()
    /// Where memfd_create's files live.
    let memoryFiles = RamSuperblock(deviceID: 1, magic: UInt64(StatfsMagic.TMPFS_MAGIC), typeName: "tmpfs")
    public var config: BootConfig
    /// What the image's measured manifest says; absent on the host's own root, where nothing is measured.
    public let measured: MeasuredSettings?
    /// Where evidence and sealing keys come from; nil where there is no platform to give them.
    public var evidence: EvidenceSource?
    /// From the boot configuration; 0 means none.
    public let processLimit: Int
    public let memoryLimit: UInt64
    public let descriptorLimit: Int
    /// `insecure_host_loopback`: programs may reach the host's own services at 127.0.0.1.
    public let allowsHostLoopback: Bool
    /// Between shielded ports and the host; nil where the image has none.
    public let shield: NetworkShield?
    var sharedUse = SharedMemoryUse()
    public var hostname: [UInt8]
    public var domainname: [UInt8] = [UInt8]("(none)")
    public var table: SyscallTable
    public var tracer: Tracer?
    public let bootTime: Int64
    /// Counts of threads that are gone; those of live threads are in their blocks.
    public var retiredSyscalls: UInt64 = 0
    public var retiredHostCalls: UInt64 = 0
    public var retiredTraps: UInt64 = 0
    public var rewrittenSites = 0
    /// Bit per number: an absent call was already logged.
    public var loggedAbsent = Set<Int>()
    /// Process 1: it has no program, adopts orphans and reaps them.
    public var kernelProcess: Process?
    /// The program the enclave was started for; the enclave ends with it.
    public var mainProcess: Process?
    public var mainExitStatus: Int32?
    public let emptyMemory = AddressSpace()

    public init(host: Host, config: BootConfig, measured: MeasuredSettings?, table: SyscallTable) {
        self.host = host
        self.config = config
        self.measured = measured
        processLimit = Int(config.limits.processes)
        memoryLimit = config.limits.memoryBytes
        descriptorLimit = Int(config.limits.descriptors)
        self.table = table
        allowsHostLoopback = config.insecureHostLoopback
        shield = NetworkShield(measured?.shield)
        // The kernel's own data may take a quarter of what the programs may.
        if memoryLimit != 0 { Machine.setHeapLimit(max(memoryLimit / 4, 64 << 20)) }
        hostname = config.hostname.isEmpty ? [UInt8]("cloister") : config.hostname
        bootTime = Machine.monotonicNanoseconds
    }
}

/// The running kernel.
@inline(__always) public var kernel: Kernel { Machine.sharedObject(Kernel.self) }

/// The running thread.
@inline(__always) public var currentThread: Thread {
    guard let thread = ThreadBlock.current.object(Thread.self) else { Machine.panic("no thread") }
    return thread
}
