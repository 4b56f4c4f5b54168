// SPDX-License-Identifier: Apache-2.0
//
// A description of a terminal's slave side: what a program sees as its terminal (/dev/pts/N, /dev/tty).

import LinuxABI
import Machine

final class TerminalFile: OpenFile {
    let terminal: Terminal
    private let generation: Int

    init(_ terminal: Terminal, flags: Int32, inode: Inode, location: Location) throws(Errno) {
        if !terminal.isMasterOpen || terminal.isLocked { throw .EIO }
        if terminal.isExclusive && !currentThread.process.credentials.has(Capability.CAP_SYS_ADMIN) { throw .EBUSY }
        self.terminal = terminal
        generation = terminal.generation
        terminal.slaveOpened()
        super.init(flags: flags, inode: inode, location: location)
    }

    deinit { terminal.slaveClosed() }

    /// The terminal was hung up after this description was opened: reads end, everything else is EIO.
    var isHungUp: Bool { generation != terminal.generation }

    override var waitQueue: WaitQueue? { terminal.slaveQueue }

    override func poll() -> PollEvents {
        if isHungUp {
            let all = Poll.POLLIN | Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP | Poll.POLLRDNORM | Poll.POLLWRNORM
            return PollEvents(all)
        }
        var events: Int16 = 0
        if terminal.discipline.isReadable { events |= Poll.POLLIN | Poll.POLLRDNORM }
        if terminal.writeRoom > 0 { events |= Poll.POLLOUT | Poll.POLLWRNORM }
        return PollEvents(events)
    }

    // MARK: reading (n_tty_read)

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if isHungUp { return 0 }
        try terminal.checkForeground(thread, Signal.SIGTTIN)
        let requested = buffer.remaining
        if requested == 0 { return 0 }
        var taken = 0
        var deadline: Deadline?
        while true {
            if let bytes = terminal.discipline.read(upTo: buffer.remaining) {
                let isLine = terminal.discipline.isCanonical
                do throws(Errno) { taken += try buffer.put(bytes) } catch {
                    if taken == 0 { throw error }
                    return taken
                }
                if terminal.pumpInput() { terminal.masterQueue.notifyAll(PollEvents(Poll.POLLOUT | Poll.POLLWRNORM)) }
                if isLine || bytes.isEmpty { return taken }
                deadline = nil
            }
            var limit: Int?
            if !terminal.discipline.isCanonical || terminal.discipline.has(local: Tty.EXTPROC) {
                switch terminal.discipline.rawWait(requested: requested, taken: taken) {
                case .finished: return taken
                case .untilInput: break
                case .untilInputOr(let deciseconds): limit = deciseconds
                }
            }
            if terminal.discipline.isReadable && taken == 0 { continue }
            if isHungUp || !terminal.isMasterOpen {
                if taken > 0 || terminal.isMasterOpen { return taken }
                throw .EIO
            }
            if isNonblocking {
                if taken > 0 { return taken }
                throw .EAGAIN
            }
            if let limit, deadline == nil { deadline = Deadline.after(Int64(limit) * 100_000_000) }
            switch thread.sleep(on: terminal.slaveQueue, until: limit == nil ? nil : deadline) {
            case .woken: break
            case .timedOut: return taken
            case .interrupted:
                if taken > 0 { return taken }
                if !terminal.discipline.isReadable && !isHungUp { throw thread.interrupted(.ifHandlerAllows) }
            }
        }
    }

    // MARK: writing (n_tty_write)

    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if terminal.discipline.has(local: Tty.TOSTOP) && !isHungUp {
            try terminal.checkForeground(thread, Signal.SIGTTOU)
        }
        var done = 0
        while true {
            if isHungUp || !terminal.isMasterOpen {
                if done > 0 { return done }
                throw .EIO
            }
            let room = terminal.writeRoom
            if buffer.remaining == 0 { return done }
            if room > 0 {
                let bytes: [UInt8]
                do throws(Errno) { bytes = try buffer.takeBytes(min(room, 2048)) } catch {
                    if done == 0 { throw error }
                    return done
                }
                terminal.put(bytes)
                done += bytes.count
                continue
            }
            if isNonblocking {
                if done > 0 { return done }
                throw .EAGAIN
            }
            if thread.sleep(on: terminal.slaveQueue) == .interrupted && terminal.writeRoom == 0 && !isHungUp {
                if done > 0 { return done }
                throw thread.interrupted(.ifHandlerAllows)
            }
        }
    }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        if isHungUp { throw command == Ioctl.TIOCSPGRP ? .ENOTTY : .EIO }
        return try TerminalRequest(terminal: terminal, file: self, isMaster: false, argument: argument, thread: thread)
            .perform(command)
    }

    override var linkText: [UInt8] { terminal.path }
}

extension Terminal {
    /// Opens the slave side by its node. `flags` may hold O_NOCTTY.
    func openSlave(_ flags: Int32, inode: Inode, location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        let file = try TerminalFile(self, flags: flags & ~Open.O_NOCTTY, inode: inode, location: location)
        if flags & Open.O_NOCTTY == 0 { acquireAtOpen(file, thread.process) }
        return file
    }

    var path: [UInt8] {
        var text = [UInt8]("/dev/pts/")
        text.append(decimal: index)
        return text
    }
    var deviceNumber: UInt64 { DeviceNumber.make(major: TerminalTable.slaveMajor, minor: UInt32(index)) }
}
