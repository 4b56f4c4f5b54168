// SPDX-License-Identifier: Apache-2.0
//
// execve(2). The old program is replaced in place; where its memory is shared with a vfork parent, the thread moves to a fresh
// host process that the supervisor starts, and the old host process ends without touching that memory.

import LinuxABI
import Machine

public enum ProcessExec {
    /// Runs after everything that can fail was checked. Returns to the new program, or ends the process.
    public static func exec(_ thread: Thread, _ image: ExecImage) throws(Errno) {
        let process = thread.process
        try endOtherThreads(thread)
        becomeLeader(thread)
        Futexes.execReleases(thread)
        let closing = process.unshareForExec()
        for file in closing { Descriptors.closed(file, process) }
        if process.memory.users > 1 {
            try moveToFreshHostProcess(thread, image)
            return
        }
        process.memory.removeAll()
        complete(thread, image)
        finishVfork(thread)
    }

    /// The other threads end; this one is the only one afterwards (de_thread in Linux).
    private static func endOtherThreads(_ thread: Thread) throws(Errno) {
        let process = thread.process
        if process.isExiting { throw .EAGAIN }
        for other in process.threads where other !== thread && !other.mustExit {
            other.mustExit = true
            other.interrupt()
        }
        while process.threads.count > 1 {
            thread.block.clearWake()
            process.threadQueue.add(thread.threadWaiter)
            _ = Machine.park()
            process.threadQueue.remove(thread.threadWaiter)
            process.memory.lookAfter()
            if thread.mustExit { throw .EINTR }
        }
    }

    private static func becomeLeader(_ thread: Thread) {
        let process = thread.process
        guard thread.tid != process.pid else { return }
        kernel.processes.remove(thread)
        thread.tid = process.pid
        kernel.processes.add(thread)
        thread.block.setGuest(pid: process.pid, tid: process.pid, parent: process.parentPid)
    }

    private static func finishVfork(_ thread: Thread) {
        thread.vforkDone?.complete()
        thread.vforkDone = nil
    }

    private static func moveToFreshHostProcess(_ thread: Thread, _ image: ExecImage) throws(Errno) {
        let process = thread.process
        guard let block = kernel.slots.allocate() else { throw .ENOMEM }
        TimeCalls.settle(process)
        process.memory.lookAfter()
        let old = thread.block
        process.memory.users -= 1
        process.memory = AddressSpace()
        process.hostProcess = 0
        block.setGuest(pid: process.pid, tid: thread.tid, parent: process.parentPid)
        block.clearFrame()
        block.setObject(thread)
        thread.move(to: block)
        thread.startAction = .exec(image)
        ProcessLife.retire(old)
        old.clearObject(Thread.self)
        // Without a thread the old host process leaves through the exit work.
        old.setWork(true)
        kernel.supervisor.requestSpawn(thread)
        finishVfork(thread)
    }

    /// Loads the program into the (empty) address space of the running host process and sets the registers.
    public static func complete(_ thread: Thread, _ image: ExecImage) {
        let process = thread.process
        process.hasExeced = true
        process.exitSignal = Signal.SIGCHLD
        Scheduling.restoreAffinity(thread)
        Machine.fsBase = 0
        thread.block.clearFrame()
        thread.clearChildTid = 0
        thread.setChildTid = 0
        thread.robustList = 0
        thread.alternateStack = StackT(ss_flags: Signal.SS_DISABLE)
        Signals.resetForExec(thread)
        takeCredentials(process, image)
        thread.name = Array(lastComponent(image.path).prefix(15))
        process.executable = image.location.inode
        process.executableLocation = image.location
        process.personality &= ~0x0040_0000
        do {
            let loaded = try Loader.load(image, into: process.memory)
            let stack = try Loader.buildStack(image, loaded, process)
            let registers = thread.block.registers
            registers.rip = loaded.start
            registers.rsp = stack
            registers.rax = 0
        } catch {
            // Past the point of no return: Linux ends the program with SIGSEGV.
            ProcessLife.exitGroup(process, status: WaitStatus.signaled(Signal.SIGSEGV, coreDumped: false))
        }
    }

    private static func takeCredentials(_ process: Process, _ image: ExecImage) {
        let old = process.credentials
        process.credentials.exec(setUser: image.newUid, setGroup: image.newGid)
        let new = process.credentials
        // A program that gained an identity may not be looked into, and does not die with its parent.
        let isPlain = new.uid == new.euid && new.gid == new.egid
        process.isDumpable = isPlain
        if !isPlain || old.euid != new.euid || old.egid != new.egid { process.parentDeathSignal = 0 }
    }

    static func lastComponent(_ path: [UInt8]) -> [UInt8] {
        var start = 0
        for i in 0..<path.count where path[i] == 0x2f { start = i + 1 }
        return Array(path[start...])
    }
}

extension Process {
    /// Gives the process a file table and dispositions of its own and takes out what is closed on exec.
    func unshareForExec() -> [OpenFile] {
        if files.users > 1 {
            let own = files.copy()
            files.users -= 1
            files = own
        }
        actions = actions.copy()
        return files.removeCloseOnExec()
    }
}
