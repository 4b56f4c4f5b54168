// SPDX-License-Identifier: Apache-2.0
//
// wait4(2), waitid(2): which child changed, and the end of zombies.

import LinuxABI
import Machine

/// Which children a wait is for.
public enum WaitTarget {
    case any
    case process(Int32)
    case group(Int32)

    func matches(_ process: Process) -> Bool {
        switch self {
        case .any: return true
        case .process(let pid): return process.pid == pid
        case .group(let group): return process.group == group
        }
    }
}

/// One reported change.
public struct ChildChange {
    public var pid: Int32
    public var uid: UInt32
    /// As wait4 stores it.
    public var status: Int32
    /// As waitid reports it: CLD_* and the code or signal.
    public var code: Int32
    public var value: Int32
    public var usage: Usage
}

public enum ProcessWait {
    /// Sleeps until a child of the calling process changed as `options` ask; nil with WNOHANG when none did.
    public static func wait(_ thread: Thread, _ target: WaitTarget, _ options: Int32) throws(Errno) -> ChildChange? {
        let process = thread.process
        let result: ChildChange?? = try thread.waitUntil(process.childQueue) { () throws(Errno) -> ChildChange?? in
            var candidates = false
            for child in process.children where target.matches(child) && isEligible(child, options) {
                candidates = true
                if let change = poll(child, options) { return .some(.some(change)) }
            }
            guard candidates else { throw .ECHILD }
            if options & WaitOption.WNOHANG != 0 { return .some(.none) }
            return nil
        }
        return result ?? nil
    }

    private static func isEligible(_ child: Process, _ options: Int32) -> Bool {
        if options & WaitOption.__WALL != 0 { return true }
        let isClone = child.exitSignal != Signal.SIGCHLD
        return isClone == (options & WaitOption.__WCLONE != 0)
    }

    private static func poll(_ child: Process, _ options: Int32) -> ChildChange? {
        let keep = options & WaitOption.WNOWAIT != 0
        if child.state == .zombie && options & WaitOption.WEXITED != 0 {
            let status = child.exitStatus
            var change = ChildChange(
                pid: child.pid, uid: child.credentials.uid, status: status, code: SignalCode.CLD_EXITED, value: status >> 8 & 0xff,
                usage: child.usage)
            change.usage.add(child.childUsage)
            if status & 0x7f != 0 {
                change.code = status & 0x80 != 0 ? SignalCode.CLD_DUMPED : SignalCode.CLD_KILLED
                change.value = status & 0x7f
            }
            if !keep { reap(child) }
            return change
        }
        if child.stop.stopUnreported && options & WaitOption.WSTOPPED != 0 && child.stop.isStopped {
            if !keep { child.stop.stopUnreported = false }
            return ChildChange(
                pid: child.pid, uid: child.credentials.uid, status: child.stop.signal << 8 | 0x7f, code: SignalCode.CLD_STOPPED,
                value: child.stop.signal, usage: child.usage)
        }
        if child.stop.continueUnreported && options & WaitOption.WCONTINUED != 0 {
            if !keep { child.stop.continueUnreported = false }
            return ChildChange(
                pid: child.pid, uid: child.credentials.uid, status: 0xffff, code: SignalCode.CLD_CONTINUED, value: Signal.SIGCONT,
                usage: child.usage)
        }
        return nil
    }

    /// The zombie is gone and its number free.
    public static func reap(_ child: Process) {
        child.state = .dead
        if let parent = child.parent {
            parent.children.removeAll { $0 === child }
            parent.childUsage.add(child.usage)
            parent.childUsage.add(child.childUsage)
        }
        child.parent = nil
        child.terminal = nil
        kernel.processes.remove(child)
        kernel.processes.removeThread(child.pid)
    }
}
