// SPDX-License-Identifier: Apache-2.0
//
// Changes of a terminal's settings and queues by its user (termios(3)).

import LinuxABI
import Machine

extension Terminal {
    /// TCSETS and its kin. A pseudo-terminal always has eight bits and no parity.
    func set(_ new: inout Termios) {
        new.c_cflag = new.c_cflag & ~(Tty.CSIZE | Tty.PARENB) | Tty.CS8 | Tty.CREAD
        let old = discipline.termios
        let wasStopped = discipline.isStopped
        let effects = discipline.setTermios(new)
        if isPacketMode { tellPacketReader(old, new) }
        apply(effects)
        if wasStopped != discipline.isStopped { flowChanged() }
        pumpInput()
        slaveQueue.notifyAll()
    }

    /// What pty_set_termios tells the master: whether ^S and ^Q are the flow characters, and EXTPROC.
    private func tellPacketReader(_ old: Termios, _ new: Termios) {
        let hadFlow = Terminal.hasUsualFlow(old)
        let hasFlow = Terminal.hasUsualFlow(new)
        if hadFlow != hasFlow {
            packetStatus &= ~(TtyControl.TIOCPKT_DOSTOP | TtyControl.TIOCPKT_NOSTOP)
            addPacketStatus(hasFlow ? TtyControl.TIOCPKT_DOSTOP : TtyControl.TIOCPKT_NOSTOP)
        }
        if (old.c_lflag ^ new.c_lflag) & Tty.EXTPROC != 0 || new.c_lflag & Tty.EXTPROC != 0 {
            addPacketStatus(TtyControl.TIOCPKT_IOCTL)
        }
    }
    private static func hasUsualFlow(_ termios: Termios) -> Bool {
        termios.c_iflag & Tty.IXON != 0 && termios.c_cc[TtyChar.VSTOP] == 0x13 && termios.c_cc[TtyChar.VSTART] == 0x11
    }

    /// TCOOFF and TCOON.
    func setFlow(stopped: Bool) {
        guard discipline.isStopped != stopped else { return }
        if stopped {
            discipline.stop()
        } else {
            apply(discipline.start())
        }
        flowChanged()
    }

    func flushInput() {
        discipline.flushInput()
        addPacketStatus(TtyControl.TIOCPKT_FLUSHREAD)
        if pumpInput() { masterQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM)) }
    }
    func flushOutput() {
        output.removeAll()
        addPacketStatus(TtyControl.TIOCPKT_FLUSHWRITE)
        slaveQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM))
    }
    /// What the master wrote and nobody has looked at.
    func flushPending() {
        input.removeAll()
        masterQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM))
    }
}

/// Line speeds: they mean nothing here but are remembered.
enum Baud {
    private static let slow: [UInt32] = [
        0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400,
    ]
    private static let fast: [UInt32] = [
        0, 57600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000,
        2_500_000, 3_000_000,
        3_500_000, 4_000_000,
    ]
    static func rate(_ flags: UInt32) -> UInt32? {
        let code = Int(flags & Tty.CBAUD & ~Tty.CBAUDEX)
        if flags & Tty.CBAUDEX == 0 { return slow[code & 15] }
        return code == 0 ? nil : fast[code & 15]
    }
}
