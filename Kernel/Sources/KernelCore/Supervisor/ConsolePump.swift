// SPDX-License-Identifier: Apache-2.0
//
// Connects a pseudo-terminal of the enclave with the user's terminal, which the launcher has put into raw mode: keys go to the line
// discipline, output to the screen.

import LinuxABI
import Machine

final class ConsolePump: Waiter {
    let terminal: Terminal
    private let hostInput: ConsoleEnd
    private let hostOutput: ConsoleEnd
    private var isInputOpen = true
    private var isOutputOpen = true
    private var unwritten: [UInt8] = []

    init(_ terminal: Terminal, hostInput: Int32, hostOutput: Int32) {
        self.terminal = terminal
        self.hostInput = ConsoleEnd(hostInput, Open.O_RDONLY)
        self.hostOutput = ConsoleEnd(hostOutput, Open.O_WRONLY)
        super.init()
        terminal.masterQueue.add(self)
    }

    /// The program wrote: the supervisor must look.
    override func notify(_ queue: WaitQueue) { kernel.supervisor.ring() }

    /// What to poll for; the entries' order is input, output.
    var entries: [PollFd] {
        let wantsInput = isInputOpen && !terminal.input.isFull
        return [
            PollFd(fd: wantsInput ? hostInput.descriptor : -1, events: Poll.POLLIN),
            PollFd(fd: hasOutput ? hostOutput.descriptor : -1, events: Poll.POLLOUT),
        ]
    }

    /// Output that the user's terminal has not taken yet.
    var hasOutput: Bool { isOutputOpen && (!unwritten.isEmpty || !terminal.output.isEmpty) }

    func handle(input: Int16, output: Int16) {
        if input != 0 { readInput() }
        if output != 0 { writeOutput() }
    }

    private func readInput() {
        let room = min(terminal.input.freeCount, ConsoleEnd.piece)
        guard room > 0 else { return }
        do {
            let bytes = try kernel.host.readKernelBytes(hostInput.descriptor, room)
            guard !bytes.isEmpty else {
                hangUp()
                return
            }
            _ = terminal.input.append(contentsOf: bytes.span)
            terminal.pumpInput()
        } catch {
            if error != .EAGAIN && error != .EINTR { hangUp() }
        }
    }

    /// The user's terminal is gone.
    private func hangUp() {
        isInputOpen = false
        terminal.masterClosed()
    }

    private func writeOutput() {
        if unwritten.isEmpty { unwritten = terminal.takeOutput(ConsoleEnd.piece) }
        guard !unwritten.isEmpty else { return }
        do {
            let n = try hostOutput.write(unwritten)
            unwritten.removeFirst(n)
        } catch {
            if error != .EAGAIN && error != .EINTR {
                isOutputOpen = false
                unwritten = []
            }
        }
    }

    /// Writes what is left, for at most a second (the program has ended).
    func drain() {
        let deadline = Machine.monotonicNanoseconds + 1_000_000_000
        while hasOutput, Machine.monotonicNanoseconds < deadline {
            var entry = [PollFd(fd: hostOutput.descriptor, events: Poll.POLLOUT)]
            kernel.host.supervisorPoll(&entry, 100_000_000)
            if entry[0].revents != 0 { writeOutput() }
        }
    }

    /// Ends the connection; the enclave's side hangs up.
    func close() {
        terminal.masterQueue.remove(self)
        if terminal.isMasterOpen { terminal.masterClosed() }
        hostInput.close()
        hostOutput.close()
    }
}
