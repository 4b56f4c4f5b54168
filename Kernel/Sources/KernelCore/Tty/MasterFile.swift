// SPDX-License-Identifier: Apache-2.0
//
// A description of a pseudo-terminal's master side, from /dev/ptmx (ptmx(4)).

import LinuxABI
import Machine

final class MasterFile: OpenFile {
    let terminal: Terminal

    init(_ terminal: Terminal, flags: Int32, inode: Inode, location: Location) {
        self.terminal = terminal
        super.init(flags: flags, inode: inode, location: location)
    }

    deinit { terminal.masterClosed() }

    override var waitQueue: WaitQueue? { terminal.masterQueue }

    override func poll() -> PollEvents {
        var events: Int16 = 0
        if !terminal.output.isEmpty { events |= Poll.POLLIN | Poll.POLLRDNORM }
        if terminal.isPacketMode && terminal.packetStatus != 0 {
            events |= Poll.POLLPRI | Poll.POLLIN | Poll.POLLRDNORM
        }
        if terminal.isSlaveGone { events |= Poll.POLLHUP }
        if !terminal.input.isFull { events |= Poll.POLLOUT | Poll.POLLWRNORM }
        return PollEvents(events)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if buffer.remaining == 0 { return 0 }
        while true {
            if terminal.isPacketMode && terminal.packetStatus != 0 {
                let status = UInt8(truncatingIfNeeded: terminal.packetStatus)
                terminal.packetStatus = 0
                return try buffer.put([status])
            }
            if !terminal.output.isEmpty { return try take(&buffer) }
            if terminal.isSlaveGone { throw .EIO }
            if isNonblocking { throw .EAGAIN }
            if thread.sleep(on: terminal.masterQueue) == .interrupted && poll() & PollEvents(Poll.POLLIN) == 0 {
                throw thread.interrupted(.ifHandlerAllows)
            }
        }
    }

    /// In packet mode data comes after a zero byte (TIOCPKT, ioctl_tty(2)).
    private func take(_ buffer: inout IOBuffer) throws(Errno) -> Int {
        var done = 0
        if terminal.isPacketMode { done = try buffer.put([UInt8(truncatingIfNeeded: TtyControl.TIOCPKT_DATA)]) }
        while buffer.remaining > 0 && !terminal.output.isEmpty {
            do throws(Errno) { done += try buffer.put(terminal.takeOutput(buffer.remaining)) } catch {
                if done == 0 { throw error }
                break
            }
        }
        return done
    }

    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 {
            let room = terminal.input.freeCount
            if room > 0 {
                let bytes: [UInt8]
                do throws(Errno) { bytes = try buffer.takeBytes(min(room, 4096)) } catch {
                    if done == 0 { throw error }
                    break
                }
                _ = terminal.input.append(contentsOf: bytes.span)
                terminal.pumpInput()
                done += bytes.count
                continue
            }
            if isNonblocking {
                if done == 0 { throw .EAGAIN }
                break
            }
            if thread.sleep(on: terminal.masterQueue) == .interrupted && terminal.input.isFull {
                if done == 0 { throw thread.interrupted(.ifHandlerAllows) }
                break
            }
        }
        return done
    }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        try TerminalRequest(terminal: terminal, file: self, isMaster: true, argument: argument, thread: thread).perform(
            command)
    }
}
