// SPDX-License-Identifier: Apache-2.0
//
// A pseudo-terminal (pty(7)): the line discipline with the two queues around it, and whose controlling terminal it is. The program
// has the slave side; the master side is another program's (script, tmux, sshd) or the console's. Follows Linux's pty.c and tty_io.c.

import LinuxABI
import Machine

public final class Terminal {
    let index: Int
    var discipline = LineDiscipline(termios: Terminal.firstTermios)
    /// What the slave side wrote, processed, and echo: for the master to read. Echo may use the part that writers may not.
    var output = RingBuffer(limit: 2 * Terminal.queueBytes)
    /// What the master wrote and the line discipline has no room for yet.
    var input = RingBuffer(limit: Terminal.queueBytes)
    static let queueBytes = 8192

    /// Those who wait on the master side, and on the slave side.
    let masterQueue = WaitQueue()
    let slaveQueue = WaitQueue()

    /// Whose controlling terminal it is; 0 is nobody's.
    var session: Int32 = 0
    /// The foreground process group; 0 where there is no session.
    var foreground: Int32 = 0
    var size = Winsize()
    var speed: UInt32 = 38400

    /// A new one cannot be opened before TIOCSPTLCK.
    var isLocked = true
    var isExclusive = false
    var isPacketMode = false
    var packetStatus: Int32 = 0
    private(set) var isMasterOpen = true
    /// Open slave descriptions. Once there was one, their absence is end of file for the master.
    private var slaves = 0
    private(set) var isSlaveGone = false
    /// Counts hang-ups: descriptions from before the last one are dead.
    private(set) var generation = 0

    init(index: Int) {
        self.index = index
    }

    deinit { kernel.terminals.release(index) }

    /// tty_std_termios, as pty.c changes it.
    static var firstTermios: Termios {
        var termios = Termios(
            c_iflag: Tty.ICRNL | Tty.IXON, c_oflag: Tty.OPOST | Tty.ONLCR, c_cflag: Tty.B38400 | Tty.CS8 | Tty.CREAD,
            c_lflag: Tty.ISIG | Tty.ICANON | Tty.ECHO | Tty.ECHOE | Tty.ECHOK | Tty.ECHOCTL | Tty.ECHOKE | Tty.IEXTEN)
        let characters: [UInt8] = [3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16, 0]
        for i in 0..<characters.count { termios.c_cc[i] = characters[i] }
        return termios
    }

    // MARK: the sides come and go

    func slaveOpened() {
        slaves += 1
        isSlaveGone = false
    }
    func slaveClosed() {
        slaves -= 1
        guard slaves == 0 else { return }
        isSlaveGone = true
        masterQueue.notifyAll()
    }
    func masterClosed() {
        isMasterOpen = false
        kernel.terminals.masterClosed(index)
        hangUp()
    }

    /// Every slave description dies; the session loses its terminal, and its leader hears of it (tty_vhangup).
    func hangUp() {
        generation += 1
        if session != 0 {
            for process in kernel.processes.all where process.session == session {
                if process.terminal === self { process.terminal = nil }
                guard process.pid == session else { continue }
                Signals.send(Signal.SIGHUP, to: process)
                Signals.send(Signal.SIGCONT, to: process)
                process.lostForeground = foreground
            }
        }
        session = 0
        foreground = 0
        isExclusive = false
        _ = discipline.setTermios(Terminal.firstTermios)
        slaveQueue.notifyAll()
        masterQueue.notifyAll()
    }

    // MARK: from the master to the program

    /// Gives the line discipline what it has room for, and does what it says. True when something moved.
    @discardableResult
    func pumpInput() -> Bool {
        var moved = false
        while !input.isEmpty {
            var effects = LineDiscipline.Effects()
            let wasStopped = discipline.isStopped
            let taken = input.consume(upTo: input.count) { (bytes: Span<UInt8>) -> Int in
                effects = discipline.receive(bytes)
                return effects.accepted
            }
            apply(effects)
            if discipline.isStopped != wasStopped { flowChanged() }
            if taken == 0 { break }
            moved = true
        }
        if discipline.isReadable { slaveQueue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM)) }
        return moved
    }

    func apply(_ effects: LineDiscipline.Effects) {
        if effects.flushesOutput {
            output.removeAll()
            addPacketStatus(TtyControl.TIOCPKT_FLUSHREAD | TtyControl.TIOCPKT_FLUSHWRITE)
            slaveQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM))
        }
        if !effects.echo.isEmpty {
            _ = output.append(contentsOf: effects.echo.span)
            masterQueue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM))
        }
        for signal in effects.signals where foreground != 0 {
            let number =
                switch signal {
                case .interrupt: Signal.SIGINT
                case .quit: Signal.SIGQUIT
                case .suspend: Signal.SIGTSTP
                }
            Signals.sendFromKernel(number, toGroup: foreground)
        }
    }

    /// ^S, ^Q or TCXONC had an effect.
    func flowChanged() {
        if discipline.isStopped {
            packetStatus &= ~TtyControl.TIOCPKT_START
            addPacketStatus(TtyControl.TIOCPKT_STOP)
        } else {
            packetStatus &= ~TtyControl.TIOCPKT_STOP
            addPacketStatus(TtyControl.TIOCPKT_START)
            slaveQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM))
        }
    }

    func addPacketStatus(_ bits: Int32) {
        guard isPacketMode else { return }
        packetStatus |= bits
        masterQueue.notifyAll()
    }

    // MARK: from the program to the master

    /// How many bytes a write may bring now: a newline becomes two bytes, a tab up to eight.
    var writeRoom: Int {
        if discipline.isStopped { return 0 }
        let free = max(0, Terminal.queueBytes - output.count)
        let flags = discipline.termios.c_oflag
        if flags & Tty.OPOST == 0 { return free }
        return flags & Tty.TABDLY == Tty.XTABS ? free / 8 : free / 2
    }

    /// Output of the program; at most `writeRoom` bytes.
    func put(_ bytes: [UInt8]) {
        var processed: [UInt8] = []
        processed.reserveCapacity(bytes.count + 16)
        discipline.output.process(bytes.span, discipline.termios, to: &processed)
        _ = output.append(contentsOf: processed.span)
        masterQueue.notifyAll(PollEvents(Poll.POLLIN | Poll.POLLRDNORM))
    }

    /// Output for the master, at most `count` bytes.
    func takeOutput(_ count: Int) -> [UInt8] {
        let bytes = output.read(upTo: count)
        if !bytes.isEmpty && writeRoom > 0 { slaveQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM)) }
        return bytes
    }
}
