// SPDX-License-Identifier: Apache-2.0
//
// ioctl(2) on terminals: ioctl_tty(2), ioctl_console(2) not at all.

import LinuxABI
import Machine

struct TerminalRequest {
    let terminal: Terminal
    let file: OpenFile
    let isMaster: Bool
    let argument: UInt64
    let thread: Thread

    func perform(_ command: UInt32) throws(Errno) -> Int {
        switch command {
        case Ioctl.TCGETS, Ioctl.TCGETS2, Ioctl.TCSETS, Ioctl.TCSETSW, Ioctl.TCSETSF, Ioctl.TCSETS2, Ioctl.TCSETSW2,
            Ioctl.TCSETSF2:
            try settings(command)
        case Ioctl.TIOCGWINSZ: try UserMemory.write(terminal.size, to: argument)
        case Ioctl.TIOCSWINSZ: terminal.setSize(try UserMemory.read(argument, Winsize.self))
        case Ioctl.TIOCSCTTY, Ioctl.TIOCNOTTY, Ioctl.TIOCGPGRP, Ioctl.TIOCSPGRP, Ioctl.TIOCGSID: try session(command)
        case Ioctl.TCXONC, Ioctl.TCFLSH, Ioctl.TCSBRK, Ioctl.TCSBRKP, Ioctl.TIOCSBRK, Ioctl.TIOCCBRK: try flow(command)
        case Ioctl.FIONREAD: try put(isMaster ? terminal.output.count : terminal.discipline.availableCount)
        case Ioctl.TIOCOUTQ: try put(0)
        case Ioctl.TIOCEXCL: terminal.isExclusive = true
        case Ioctl.TIOCNXCL: terminal.isExclusive = false
        case Ioctl.TIOCGEXCL: try put(terminal.isExclusive ? 1 : 0)
        case Ioctl.TIOCGETD: try put(Int(TtyControl.N_TTY))
        case Ioctl.TIOCSETD: if try value() != TtyControl.N_TTY { throw .EINVAL }
        case Ioctl.TIOCGSOFTCAR: try put(terminal.discipline.termios.c_cflag & Tty.CLOCAL != 0 ? 1 : 0)
        case Ioctl.TIOCGDEV: try put(Int(isMaster ? DeviceNodes.ptmx : terminal.deviceNumber))
        // Typing into a terminal from a program is a way to break out of it; Linux has it off by default since 6.2.
        case Ioctl.TIOCSTI: throw .EIO
        case Ioctl.TIOCVHANGUP:
            guard thread.process.credentials.has(Capability.CAP_SYS_ADMIN) else { throw .EPERM }
            terminal.hangUp()
        default:
            guard isMaster else { throw .ENOTTY }
            return try master(command)
        }
        return 0
    }

    private func put(_ value: Int) throws(Errno) {
        try UserMemory.write(Int32(truncatingIfNeeded: value), to: argument)
    }
    private func value() throws(Errno) -> Int32 { try UserMemory.read(argument, Int32.self) }

    // MARK: settings

    private func settings(_ command: UInt32) throws(Errno) {
        let now = terminal.discipline.termios
        switch command {
        case Ioctl.TCGETS: try UserMemory.write(now, to: argument)
        case Ioctl.TCGETS2:
            let termios = Termios2(
                c_iflag: now.c_iflag, c_oflag: now.c_oflag, c_cflag: now.c_cflag, c_lflag: now.c_lflag,
                c_line: now.c_line, c_cc: now.c_cc,
                c_ispeed: terminal.speed, c_ospeed: terminal.speed)
            try UserMemory.write(termios, to: argument)
        default:
            try terminal.checkForeground(thread, Signal.SIGTTOU)
            var new: Termios
            var speed: UInt32?
            switch command {
            case Ioctl.TCSETS2, Ioctl.TCSETSW2, Ioctl.TCSETSF2:
                let given = try UserMemory.read(argument, Termios2.self)
                new = Termios(
                    c_iflag: given.c_iflag, c_oflag: given.c_oflag, c_cflag: given.c_cflag, c_lflag: given.c_lflag,
                    c_line: given.c_line,
                    c_cc: given.c_cc)
                if given.c_cflag & Tty.CBAUD == Tty.BOTHER { speed = given.c_ospeed }
            default: new = try UserMemory.read(argument, Termios.self)
            }
            if command == Ioctl.TCSETSF || command == Ioctl.TCSETSF2 { terminal.flushInput() }
            terminal.speed = speed ?? Baud.rate(new.c_cflag) ?? terminal.speed
            terminal.set(&new)
        }
    }

    // MARK: job control

    private func session(_ command: UInt32) throws(Errno) {
        let process = thread.process
        switch command {
        case Ioctl.TIOCSCTTY: try terminal.setControlling(file, steal: argument == 1, process)
        case Ioctl.TIOCNOTTY: try terminal.detach(process)
        case Ioctl.TIOCSPGRP:
            do throws(Errno) { try terminal.checkForeground(thread, Signal.SIGTTOU) } catch {
                throw error == .EIO ? .ENOTTY : error
            }
            try terminal.setForeground(try value(), thread)
        default:
            if !isMaster && process.terminal !== terminal { throw .ENOTTY }
            if command == Ioctl.TIOCGSID {
                guard terminal.session != 0 else { throw .ENOTTY }
                try put(Int(terminal.session))
            } else {
                try put(Int(terminal.foreground))
            }
        }
    }

    // MARK: flow and queues

    private func flow(_ command: UInt32) throws(Errno) {
        if !isMaster { try terminal.checkForeground(thread, Signal.SIGTTOU) }
        switch command {
        case Ioctl.TCXONC:
            switch Int32(truncatingIfNeeded: argument) {
            case TtyControl.TCOOFF: if !isMaster { terminal.setFlow(stopped: true) }
            case TtyControl.TCOON: if !isMaster { terminal.setFlow(stopped: false) }
            case TtyControl.TCIOFF, TtyControl.TCION: break
            default: throw .EINVAL
            }
        case Ioctl.TCFLSH:
            let queue = Int32(truncatingIfNeeded: argument)
            guard queue >= TtyControl.TCIFLUSH, queue <= TtyControl.TCIOFLUSH else { throw .EINVAL }
            if queue != TtyControl.TCOFLUSH { isMaster ? terminal.flushOutput() : terminal.flushInput() }
            if queue != TtyControl.TCIFLUSH { isMaster ? terminal.flushPending() : terminal.flushOutput() }
        default: break
        }
    }

    // MARK: the master's own

    private func master(_ command: UInt32) throws(Errno) -> Int {
        switch command {
        case Ioctl.TIOCGPTN: try put(terminal.index)
        case Ioctl.TIOCSPTLCK: terminal.isLocked = try value() != 0
        case Ioctl.TIOCGPTLCK: try put(terminal.isLocked ? 1 : 0)
        case Ioctl.TIOCPKT:
            let isOn = try value() != 0
            if isOn && !terminal.isPacketMode { terminal.packetStatus = 0 }
            terminal.isPacketMode = isOn
        case Ioctl.TIOCGPKT: try put(terminal.isPacketMode ? 1 : 0)
        case Ioctl.TIOCSIG:
            let signal = Int32(truncatingIfNeeded: argument)
            guard signal == Signal.SIGINT || signal == Signal.SIGQUIT || signal == Signal.SIGTSTP else { throw .EINVAL }
            if terminal.foreground != 0 { Signals.sendFromKernel(signal, toGroup: terminal.foreground) }
        case Ioctl.TIOCGPTPEER:
            guard let location = kernel.terminals.location(terminal.index) else { throw .EIO }
            let flags = Int32(truncatingIfNeeded: argument)
            let peer = try terminal.openSlave(
                flags & (Files.keptFlags | Open.O_NOCTTY), inode: location.inode, location: location, thread)
            return Int(
                try thread.process.files.add(
                    peer, closeOnExec: flags & Open.O_CLOEXEC != 0, limit: thread.process.limits.openFiles))
        default: throw .ENOTTY
        }
        return 0
    }
}
