// SPDX-License-Identifier: Apache-2.0
//
// clone(2), clone3(2), fork(2), vfork(2): a new thread or process is a new host thread or host process on a slot of its own.

import LinuxABI
import Machine

public struct CloneRequest {
    public var flags: UInt64
    public var exitSignal: Int32
    /// The new stack pointer; 0 keeps the caller's.
    public var stack: UInt64 = 0
    public var parentTid: UInt64 = 0
    public var childTid: UInt64 = 0
    public var tls: UInt64 = 0
    public var pidfd: UInt64 = 0
    public init(flags: UInt64, exitSignal: Int32) {
        self.flags = flags
        self.exitSignal = exitSignal
    }
}

public enum ProcessClone {
    // Host flags. All host processes share one descriptor table, and are children of the supervisor.
    private static let common: UInt64 = Clone.CLONE_FILES | Clone.CLONE_FS | Clone.CLONE_CHILD_SETTID | Clone.CLONE_CHILD_CLEARTID
    static let hostThread = common | Clone.CLONE_VM | Clone.CLONE_SIGHAND | Clone.CLONE_THREAD | Clone.CLONE_SYSVSEM
    static let hostProcess = common | Clone.CLONE_PARENT
    static let hostProcessOfSupervisor = common | UInt64(Signal.SIGCHLD)
    private static let namespaces =
        Clone.CLONE_NEWNS | Clone.CLONE_NEWUTS | Clone.CLONE_NEWIPC | Clone.CLONE_NEWUSER | Clone.CLONE_NEWPID | Clone.CLONE_NEWNET
        | Clone.CLONE_NEWCGROUP | Clone.CLONE_NEWTIME

    public static func clone(_ thread: Thread, _ request: CloneRequest) throws(Errno) -> Int32 {
        let flags = request.flags
        try validate(flags)
        if flags & Clone.CLONE_SETTLS != 0 { guard request.tls < Machine.userEnd else { throw .EPERM } }
        // A signal sent to a whole group finds the child as well: no fork slips past it (Linux: copy_process).
        if thread.isInterrupted { throw thread.interrupted(.always) }
        try checkLimits(thread.process)
        if flags & Clone.CLONE_VM == 0, !kernel.hasMemory(for: thread.process.memory.committedBytes) { throw .ENOMEM }
        guard let block = kernel.slots.allocate() else { throw .EAGAIN }
        let isThread = flags & Clone.CLONE_THREAD != 0
        let tid = kernel.processes.allocateNumber()
        let process = isThread ? thread.process : makeProcess(tid, from: thread, request)
        do {
            if flags & Clone.CLONE_PARENT_SETTID != 0 { try UserMemory.write(tid, to: request.parentTid) }
            if flags & Clone.CLONE_PIDFD != 0 { try addPidDescriptor(thread, process, request) }
        } catch {
            kernel.slots.giveBack(block)
            if !isThread { abandon(process) }
            throw error
        }
        let child = Thread(tid: tid, process: process, block: block, name: thread.name)
        Signals.inheritForFork(from: thread, to: child, flags: flags)
        child.affinity = thread.affinity
        child.scheduling = thread.scheduling.forked
        if flags & Clone.CLONE_CHILD_CLEARTID != 0 { child.clearChildTid = request.childTid }
        if flags & Clone.CLONE_CHILD_SETTID != 0 { child.setChildTid = request.childTid }
        if flags & Clone.CLONE_SETTLS != 0 { child.startAction = .resumeWithFS(request.tls) }
        block.copyFrameFromCurrent()
        block.registers.rax = 0
        if request.stack != 0 { block.registers.rsp = request.stack }
        block.setGuest(pid: process.pid, tid: tid, parent: process.parentPid)
        block.setObject(child)
        let completion = flags & Clone.CLONE_VFORK != 0 ? VforkCompletion() : nil
        child.vforkDone = completion
        process.threads.append(child)
        kernel.processes.add(child)
        if !isThread {
            kernel.processes.add(process)
            process.parent?.children.append(process)
            ProcessorTimeLimit.limitsChanged(process)
        } else {
            block.setHostProcess(thread.block.hostProcess)
        }
        var hostFlags = isThread ? hostThread : hostProcess
        if !isThread && flags & Clone.CLONE_VM != 0 { hostFlags |= Clone.CLONE_VM }
        // Without the host's view of the new tid the child cannot be kicked; it looks at its work before it enters the guest.
        let host = Machine.spawn(hostFlags: hostFlags, slot: block.slot)
        guard let hostNumber = Host.processNumber(host) else {
            undo(child, block)
            throw .EAGAIN
        }
        if !isThread {
            process.hostProcess = hostNumber
            block.setHostProcess(process.hostProcess)
        }
        if let completion { waitForVfork(thread, completion) }
        return tid
    }

    private static func addPidDescriptor(_ thread: Thread, _ process: Process, _ request: CloneRequest) throws(Errno) {
        let files = thread.process.files
        let descriptor = try files.add(PidFile(process, flags: 0), closeOnExec: true, limit: thread.process.limits.openFiles)
        do { try UserMemory.write(descriptor, to: request.pidfd) } catch {
            _ = try files.remove(descriptor)
            throw error
        }
    }

    /// Takes back what makeProcess shared and copied.
    private static func abandon(_ process: Process) {
        ProcessLife.closeFiles(process)
        process.memory.users -= 1
        process.executable = nil
        process.parent = nil
    }

    private static func validate(_ flags: UInt64) throws(Errno) {
        if flags & Clone.CLONE_THREAD != 0 && flags & Clone.CLONE_SIGHAND == 0 { throw .EINVAL }
        if flags & Clone.CLONE_SIGHAND != 0 && flags & Clone.CLONE_VM == 0 { throw .EINVAL }
        if flags & Clone.CLONE_SIGHAND != 0 && flags & Clone.CLONE_CLEAR_SIGHAND != 0 { throw .EINVAL }
        if flags & Clone.CLONE_FS != 0 && flags & Clone.CLONE_NEWNS != 0 { throw .EINVAL }
        if flags & Clone.CLONE_PIDFD != 0 && flags & Clone.CLONE_DETACHED != 0 { throw .EINVAL }
        // There are no namespaces within an enclave.
        if flags & namespaces != 0 { throw .EPERM }
    }

    private static func checkLimits(_ process: Process) throws(Errno) {
        let limit = kernel.processLimit
        if limit != 0 && kernel.processes.threadCount >= limit { throw .EAGAIN }
        let soft = process.limits.current(Resource.RLIMIT_NPROC)
        let who = process.credentials
        if soft != ResourceLimit.RLIM_INFINITY, who.uid != 0, !who.has(Capability.CAP_SYS_RESOURCE), !who.has(Capability.CAP_SYS_ADMIN) {
            guard UInt64(kernel.processes.threadCount(ofUser: who.uid)) < soft else { throw .EAGAIN }
        }
        try Headroom.check()
    }

    private static func makeProcess(_ pid: Int32, from thread: Thread, _ request: CloneRequest) -> Process {
        let parent = thread.process
        let flags = request.flags
        let memory: AddressSpace
        if flags & Clone.CLONE_VM != 0 {
            memory = parent.memory
            memory.users += 1
        } else {
            memory = parent.memory.copy()
        }
        let files: FileTable
        if flags & Clone.CLONE_FILES != 0 {
            files = parent.files
            files.users += 1
        } else {
            files = parent.files.copy()
        }
        let fileSystem = flags & Clone.CLONE_FS != 0 ? parent.fileSystem : parent.fileSystem.copy()
        let actions = Signals.actionsForClone(parent, flags: flags)
        let realParent = flags & Clone.CLONE_PARENT != 0 ? parent.parent : parent
        let process = Process(
            pid: pid, parent: realParent, memory: memory, files: files, fileSystem: fileSystem, actions: actions)
        process.group = parent.group
        process.session = parent.session
        process.terminal = parent.terminal
        process.credentials = parent.credentials
        process.limits = parent.limits
        process.exitSignal = flags & Clone.CLONE_PARENT != 0 ? parent.exitSignal : request.exitSignal
        process.commandLine = parent.commandLine
        process.environment = parent.environment
        process.executable = parent.executable
        process.executableLocation = parent.executableLocation
        process.executablePath = parent.executablePath
        process.executableLocation = parent.executableLocation
        process.auxiliaryVector = parent.auxiliaryVector
        process.auxiliaryVector = parent.auxiliaryVector
        process.noNewPrivileges = parent.noNewPrivileges
        process.isDumpable = parent.isDumpable
        process.personality = parent.personality
        process.control = parent.control
        process.control.defaultTimerSlack = parent.control.timerSlack
        process.oomScoreAdjust = parent.oomScoreAdjust
        process.attestation = parent.attestation
        return process
    }

    private static func undo(_ child: Thread, _ block: ThreadBlock) {
        let process = child.process
        process.threads.removeAll { $0 === child }
        kernel.processes.remove(child)
        if process.threads.isEmpty {
            process.parent?.children.removeAll { $0 === process }
            kernel.processes.remove(process)
            abandon(process)
        }
        block.clearObject(Thread.self)
        kernel.slots.giveBack(block)
    }

    /// The parent sleeps until the child execs or exits; only a fatal signal ends the wait early (vfork(2)).
    private static func waitForVfork(_ thread: Thread, _ completion: VforkCompletion) {
        while !completion.isDone && !Signals.isDying(thread) {
            thread.block.clearWake()
            completion.queue.add(thread.threadWaiter)
            _ = Machine.park()
            completion.queue.remove(thread.threadWaiter)
            thread.process.memory.lookAfter()
        }
    }

    /// First Swift code of a new host thread, under the lock.
    public static func start(_ thread: Thread) {
        let block = thread.block
        if block.hostProcess == 0 || thread.process.threads.first === thread {
            if thread.process.hostProcess != block.hostThread && thread.isMain && thread.process.threads.count == 1 {
                thread.process.hostProcess = block.hostThread
            }
        }
        switch thread.startAction {
        case .resume: break
        case .resumeWithFS(let base): Machine.fsBase = base
        case .exec(let image): ProcessExec.complete(thread, image)
        }
        thread.startAction = .resume
        if thread.setChildTid != 0 {
            do { try UserMemory.write(thread.tid, to: thread.setChildTid) } catch { thread.setChildTid = 0 }
        }
    }
}
