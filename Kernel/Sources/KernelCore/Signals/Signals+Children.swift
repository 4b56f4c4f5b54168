// SPDX-License-Identifier: Apache-2.0
//
// SIGCHLD and job control between parents and children (wait(2), setpgid(2), credentials(7)).

import LinuxABI
import Machine

extension Signals {
    /// Tells the parent of a child's end, after `exitStatus` and `usage` are set. True when nobody will wait for the child: it is to
    /// be reaped at once.
    public static func notifyParentOfExit(_ child: Process) -> Bool {
        guard let parent = child.parent else { return true }
        defer { parent.childQueue.notifyAll() }
        let status = child.exitStatus
        let signal = status & 0x7f
        let code = signal == 0 ? SignalCode.CLD_EXITED : status & 0x80 != 0 ? SignalCode.CLD_DUMPED : SignalCode.CLD_KILLED
        let info = childInfo(child, code: code, status: signal == 0 ? status >> 8 & 0xff : signal)
        var reap = false
        var isIgnored = false
        if child.exitSignal == Signal.SIGCHLD {
            let action = parent.actions[Signal.SIGCHLD]
            isIgnored = action.sa_handler == Signal.SIG_IGN
            reap = isIgnored || action.sa_flags & Signal.SA_NOCLDWAIT != 0
        }
        if child.exitSignal != 0 && !isIgnored { send(info, child.exitSignal, to: parent) }
        return reap
    }

    static func notifyParentOfStop(_ child: Process) {
        let info = childInfo(child, code: SignalCode.CLD_STOPPED, status: child.stop.signal)
        notifyParentOfChange(child, info)
    }

    private static func notifyParentOfChange(_ child: Process, _ info: Siginfo) {
        guard let parent = child.parent else { return }
        let action = parent.actions[Signal.SIGCHLD]
        if action.sa_handler != Signal.SIG_IGN && action.sa_flags & Signal.SA_NOCLDSTOP == 0 {
            send(info, Signal.SIGCHLD, to: parent)
        }
        parent.childQueue.notifyAll()
    }

    private static func childInfo(_ child: Process, code: Int32, status: Int32) -> Siginfo {
        // clock_t counts hundredths of a second.
        Siginfo.child(
            code: code, pid: child.pid, uid: child.credentials.uid, status: status,
            userTime: child.usage.user / 10_000_000, systemTime: child.usage.system / 10_000_000)
    }

    /// SIGCONT was sent.
    static func continueProcess(_ process: Process) {
        guard process.stop.isStopped else { return }
        process.stop.isStopped = false
        process.stop.stopUnreported = false
        process.stop.continueUnreported = true
        process.stop.queue.notifyAll()
        notifyParentOfChange(process, childInfo(process, code: SignalCode.CLD_CONTINUED, status: Signal.SIGCONT))
    }

    /// A stop signal's default action, in the thread that took it.
    static func stop(_ process: Process, by signal: Int32) {
        if process.stop.isStopped { return }
        process.stop.isStopped = true
        process.stop.signal = signal
        process.stop.stopUnreported = true
        process.stop.continueUnreported = false
        let running = currentThread
        for thread in process.threads where thread !== running && !thread.isDead { thread.interrupt() }
        notifyParentOfStop(process)
    }

    // MARK: orphaned process groups

    /// Whether no member of the group has a parent in another group of the same session. `leaving` counts neither as member nor as
    /// parent.
    static func isOrphaned(group: Int32, leaving: Process? = nil) -> Bool {
        for member in kernel.processes.inGroup(group) where member !== leaving {
            guard let parent = member.parent, parent.state == .running, parent !== leaving else { continue }
            if parent.group != group && parent.session == member.session { return false }
        }
        return true
    }

    /// To be called while `process` exits, before its children get another parent: a group that it leaves orphaned with stopped
    /// members gets SIGHUP and SIGCONT (exit(3)).
    public static func orphanGroups(leftBy process: Process) {
        for child in process.children where child.state == .running { hangUp(child, tie: process, leaving: process) }
        if let parent = process.parent { hangUp(process, tie: parent, leaving: process) }
    }

    private static func hangUp(_ member: Process, tie: Process, leaving: Process) {
        guard tie.group != member.group, tie.session == member.session else { return }
        guard isOrphaned(group: member.group, leaving: leaving) else { return }
        guard kernel.processes.inGroup(member.group).contains(where: { $0.stop.isStopped }) else { return }
        sendFromKernel(Signal.SIGHUP, toGroup: member.group)
        sendFromKernel(Signal.SIGCONT, toGroup: member.group)
    }
}
