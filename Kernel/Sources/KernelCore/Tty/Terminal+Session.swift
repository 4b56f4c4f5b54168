// SPDX-License-Identifier: Apache-2.0
//
// Controlling terminals and job control (credentials(7), tty_ioctl(4); Linux: tty_jobctrl.c).

import LinuxABI
import Machine

extension Terminal {
    /// Makes it the controlling terminal of a session leader.
    func take(_ process: Process) {
        session = process.session
        foreground = process.group
        process.terminal = self
        process.lostForeground = 0
    }

    /// The first program's terminal, or that of an exec client.
    public func adopt(_ process: Process) { take(process) }

    /// open(2) without O_NOCTTY by a session leader without a terminal.
    func acquireAtOpen(_ file: OpenFile, _ process: Process) {
        guard process.session == process.pid, process.terminal == nil, session == 0, file.isReadable else { return }
        take(process)
    }

    /// What a process in the background may not do: it gets `signal` (SIGTTIN or SIGTTOU), or EIO where that would help nobody.
    @inline(__always)
    func checkForeground(_ thread: Thread, _ signal: Int32) throws(Errno) {
        let process = thread.process
        guard process.terminal === self, foreground != 0, process.group != foreground else { return }
        try refuseBackground(thread, signal)
    }
    private func refuseBackground(_ thread: Thread, _ signal: Int32) throws(Errno) {
        let process = thread.process
        if thread.mask.contains(signal) || process.actions[signal].sa_handler == Signal.SIG_IGN {
            if signal == Signal.SIGTTIN { throw .EIO }
            return
        }
        if Signals.isOrphaned(group: process.group) { throw .EIO }
        Signals.sendFromKernel(signal, toGroup: process.group)
        throw thread.interrupted(.ifHandlerAllows)
    }

    // MARK: requests

    /// TIOCSCTTY.
    func setControlling(_ file: OpenFile, steal: Bool, _ process: Process) throws(Errno) {
        let isLeader = process.session == process.pid
        if isLeader && session == process.session { return }
        guard isLeader, process.terminal == nil else { throw .EPERM }
        if session != 0 {
            guard steal, process.credentials.has(Capability.CAP_SYS_ADMIN) else { throw .EPERM }
            Terminal.clear(session: session)
        }
        guard file.isReadable || process.credentials.has(Capability.CAP_SYS_ADMIN) else { throw .EPERM }
        take(process)
    }

    /// TIOCNOTTY.
    func detach(_ process: Process) throws(Errno) {
        guard process.terminal === self else { throw .ENOTTY }
        guard process.session == process.pid else {
            process.terminal = nil
            return
        }
        if foreground != 0 {
            Signals.sendFromKernel(Signal.SIGHUP, toGroup: foreground)
            Signals.sendFromKernel(Signal.SIGCONT, toGroup: foreground)
        }
        release(process.session)
    }

    private func release(_ session: Int32) {
        self.session = 0
        foreground = 0
        Terminal.clear(session: session)
    }

    private static func clear(session: Int32) {
        for member in kernel.processes.all where member.session == session { member.terminal = nil }
    }

    /// To be called when a session leader exits: the foreground group is hung up, and the session has no terminal any more.
    public static func sessionLeaderExited(_ process: Process) {
        guard process.session == process.pid else { return }
        if let terminal = process.terminal {
            if terminal.foreground != 0 { Signals.sendFromKernel(Signal.SIGHUP, toGroup: terminal.foreground) }
            terminal.release(process.session)
        } else if process.lostForeground != 0 {
            Signals.sendFromKernel(Signal.SIGHUP, toGroup: process.lostForeground)
            Signals.sendFromKernel(Signal.SIGCONT, toGroup: process.lostForeground)
            process.lostForeground = 0
        }
    }

    /// TIOCSPGRP. `isSlave` tells which side was asked.
    func setForeground(_ group: Int32, _ thread: Thread) throws(Errno) {
        let process = thread.process
        guard group >= 0 else { throw .EINVAL }
        guard process.terminal === self, session == process.session else { throw .ENOTTY }
        let members = kernel.processes.all.filter { $0.group == group && $0.state != .dead }
        guard let first = members.first else { throw .ESRCH }
        guard first.session == process.session else { throw .EPERM }
        foreground = group
    }

    /// TIOCSWINSZ: those in the foreground hear of a change.
    func setSize(_ new: Winsize) {
        let old = size
        size = new
        if old.ws_row == new.ws_row && old.ws_col == new.ws_col && old.ws_xpixel == new.ws_xpixel
            && old.ws_ypixel == new.ws_ypixel
        {
            return
        }
        if foreground != 0 { Signals.sendFromKernel(Signal.SIGWINCH, toGroup: foreground) }
    }
}
