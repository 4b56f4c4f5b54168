// SPDX-License-Identifier: Apache-2.0
//
// The end of threads and processes. A thread never vanishes inside a call: it is marked (`mustExit`), the gate's exit work finds the
// mark, takes it apart here, and leaves all Swift frames before the host thread ends.

import LinuxABI
import Machine

/// What the gate does after the exit work.
public enum LeaveAction: Int32 {
    case resume = 0
    case endThread = 1
    case endProcess = 2
}

public enum ProcessLife {
    /// Ends the whole process with a wait status (WaitStatus encoding); the first call decides. Returns at once: every thread,
    /// the caller included, ends when it leaves the kernel.
    public static func exitGroup(_ process: Process, status: Int32) {
        if !process.isExiting {
            process.isExiting = true
            process.exitStatus = status
        }
        for thread in process.threads where !thread.mustExit {
            thread.mustExit = true
            thread.interrupt()
        }
    }

    /// Ends the whole process as a fatal signal does.
    public static func exitGroup(_ process: Process, signal: Int32, core: Bool) {
        exitGroup(process, status: WaitStatus.signaled(signal, coreDumped: core))
    }

    /// Marks one thread (exit(2)); the last one gives the process its status.
    public static func exitThread(_ thread: Thread, code: Int32) {
        if thread.process.threads.count == 1 && !thread.process.isExiting {
            thread.process.isExiting = true
            thread.process.exitStatus = WaitStatus.exited(code: code)
        }
        thread.mustExit = true
        thread.block.setWork(true)
    }

    /// Takes a marked thread apart. Called by the exit work, under the lock, as the last thing the thread does.
    public static func finish(_ thread: Thread) -> LeaveAction {
        let process = thread.process
        let block = thread.block
        process.memory.lookAfter()
        Futexes.threadExited(thread)
        Signals.threadExited(thread)
        retire(block)
        thread.isDead = true
        process.threads.removeAll { $0 === thread }
        if thread.tid != process.pid || !process.threads.isEmpty { kernel.processes.remove(thread) }
        thread.vforkDone?.complete()
        thread.vforkDone = nil
        process.threadQueue.notifyAll()
        block.clearObject(Thread.self)
        guard process.threads.isEmpty else { return .endThread }
        end(process)
        return .endProcess
    }

    /// Adds a slot's counts to the totals and gives the slot up once its host thread is gone.
    static func retire(_ block: ThreadBlock) {
        kernel.retiredSyscalls &+= block.syscalls
        kernel.retiredHostCalls &+= block.hostCalls
        kernel.retiredTraps &+= block.traps
        kernel.slots.retire(block)
    }

    /// The last thread is gone: the process becomes a zombie and its parent is told.
    private static func end(_ process: Process) {
        TimeCalls.settle(process)
        closeFiles(process)
        Flights.socketReleased()
        leaveMemory(process)
        for case let set? in kernel.semaphores.objects { set.undo(process.pid) }
        process.executable = nil
        process.executableLocation = nil
        Terminal.sessionLeaderExited(process)
        process.terminal = nil
        Signals.processExited(process)
        Signals.orphanGroups(leftBy: process)
        reparentChildren(of: process)
        process.state = .zombie
        process.exitQueue.notifyAll()
        if process === kernel.mainProcess {
            kernel.mainExitStatus = process.exitStatus
            kernel.supervisor.ring()
        }
        if let shield = kernel.shield, shield.process === process {
            shield.exitStatus = process.exitStatus
            kernel.supervisor.ring()
        }
        guard let parent = process.parent else { return }
        if parent === kernel.kernelProcess || Signals.notifyParentOfExit(process) { ProcessWait.reap(process) }
        parent.childQueue.notifyAll()
    }

    static func closeFiles(_ process: Process) {
        let table = process.files
        process.files = FileTable()
        table.users -= 1
        guard table.users <= 0 else { return }
        let files = table.removeAll()
        for file in files { Descriptors.closed(file, process, from: table) }
    }

    static func leaveMemory(_ process: Process) {
        let memory = process.memory
        process.memory = kernel.emptyMemory
        memory.users -= 1
        // The host frees a dead process's memory; what it mapped of ours goes with the areas.
        if memory.users <= 0 { memory.areas = [] }
    }

    private static func reparentChildren(of process: Process) {
        if process.children.isEmpty { return }
        var target = process.parent
        while let candidate = target, !candidate.isSubreaper || candidate.state != .running { target = candidate.parent }
        guard let heir = target ?? kernel.kernelProcess else { return }
        let children = process.children
        process.children = []
        for child in children {
            child.parent = heir
            // Whatever signal its maker chose, the heir gets SIGCHLD (reparent_leader in Linux).
            child.exitSignal = Signal.SIGCHLD
            heir.children.append(child)
            for thread in child.threads { thread.block.setGuest(pid: child.pid, tid: thread.tid, parent: heir.pid) }
            if child.parentDeathSignal != 0 {
                Signals.send(
                    .kill(signal: child.parentDeathSignal, pid: process.pid, uid: process.credentials.uid),
                    child.parentDeathSignal, to: child)
            }
            if child.state == .zombie {
                if heir === kernel.kernelProcess || Signals.notifyParentOfExit(child) { ProcessWait.reap(child) }
                heir.childQueue.notifyAll()
            }
        }
    }

    /// Ends everything: the main program is over, or the enclave was told to stop.
    public static func endAll() {
        for process in kernel.processes.all where process.state == .running && process !== kernel.kernelProcess {
            exitGroup(process, status: Signal.SIGKILL)
        }
    }
}
