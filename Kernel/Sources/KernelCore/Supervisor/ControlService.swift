// SPDX-License-Identifier: Apache-2.0
//
// The conversation with the launcher and with exec clients (Formats.ControlProtocol), on descriptor 4: one connected socket for
// `run`, a listening one for a resident enclave.

import Formats
import LinuxABI
import Machine

final class ControlService {
    static let socket: Int32 = 4
    let config: BootConfig
    private(set) var shouldStop = false
    /// Ends the enclave at once: nobody waits for it.
    private(set) var isAbandoned = false
    private let streamsFileSystem = Superblock(deviceID: 0x1000, magic: 0x1021_994, typeName: "host")
    private var connections: [ControlConnection] = []
    private var stopTimer: StopTimer?
    /// Where the service's entries start in the poll list.
    private var firstEntry = 0

    init(_ config: BootConfig) {
        self.config = config
    }

    /// Called once the host is at hand.
    func open() {
        if !config.isResident { connections.append(ControlConnection(ControlService.socket, self, endsEnclave: true)) }
    }

    // MARK: streams

    struct Streams {
        /// nil where the caller's descriptor is closed.
        var files: [OpenFile?]
        var pump: ConsolePump?
    }

    /// Standard input, output and error on host descriptors, which go with the streams if they are `owned`, or on a terminal of the enclave that is pumped to them.
    func makeStreams(_ descriptors: [Int32], _ terminal: TerminalSize?, owned: Bool) throws(Errno) -> Streams {
        guard let terminal else {
            return Streams(
                files: descriptors.map { HostStream.make(descriptor: $0, superblock: streamsFileSystem, isOwned: owned) })
        }
        let pty = try kernel.terminals.make(Credentials(uid: config.userID, gid: config.groupID))
        pty.isLocked = false
        pty.setSize(Winsize(ws_row: terminal.rows, ws_col: terminal.columns))
        guard let location = kernel.terminals.location(pty.index), let thread = kernel.kernelProcess?.mainThread else { throw .ENXIO }
        let slave = try location.inode.open(Open.O_RDWR | Open.O_NOCTTY, location, thread)
        return Streams(
            files: [slave, slave, slave], pump: ConsolePump(pty, hostInput: descriptors[0], hostOutput: descriptors[1]))
    }

    func mainStreams() throws(Errno) -> Streams {
        let streams = try makeStreams([0, 1, 2], config.terminal, owned: false)
        kernel.terminals.console = streams.pump?.terminal
        connections.first?.pump = streams.pump
        return streams
    }

    // MARK: events

    func addPollEntries(_ entries: inout [PollFd]) {
        connections.removeAll { !$0.isOpen }
        firstEntry = entries.count
        if config.isResident { entries.append(PollFd(fd: ControlService.socket, events: Poll.POLLIN)) }
        for connection in connections {
            entries.append(PollFd(fd: connection.descriptor, events: Poll.POLLIN))
            entries.append(contentsOf: connection.pump?.entries ?? [PollFd(fd: -1), PollFd(fd: -1)])
        }
    }

    func handle(_ entries: [PollFd]) {
        var at = firstEntry
        let current = connections
        if config.isResident {
            if entries[at].revents != 0 { accept() }
            at += 1
        }
        for connection in current where at + 2 < entries.count {
            connection.pump?.handle(input: entries[at + 1].revents, output: entries[at + 2].revents)
            if entries[at].revents != 0 && connection.isOpen { connection.receive() }
            connection.reportEnd()
            at += 3
        }
    }

    private func accept() {
        do {
            let descriptor = try kernel.host.acceptClient(ControlService.socket)
            guard connections.count < 1024 else {
                kernel.host.close(descriptor)
                return
            }
            connections.append(ControlConnection(descriptor, self, endsEnclave: false))
        } catch {
            if error != .EAGAIN && error != .EINTR && error != .ECONNABORTED { Log.note("a client could not be accepted") }
        }
    }

    // MARK: the end

    func launcherGone() {
        isAbandoned = true
        shouldStop = true
    }

    /// SIGTERM to all, SIGKILL after the grace time.
    func stop(graceSeconds: UInt32) {
        for process in kernel.processes.all where process !== kernel.kernelProcess && process.state == .running && !kernel.isShield(process) {
            Signals.send(.kill(signal: Signal.SIGTERM, pid: 0, uid: 0), Signal.SIGTERM, to: process)
        }
        let timer = StopTimer(self)
        stopTimer = timer
        kernel.timers.schedule(timer, at: Machine.monotonicNanoseconds + Int64(graceSeconds) * 1_000_000_000)
        isStopping = true
    }
    private var isStopping = false

    /// After stop: nothing runs any more.
    func checkStopped() {
        // The shield serves to the end.
        let rest = kernel.shield?.process?.state == .running ? 2 : 1
        if isStopping && kernel.processes.count <= rest { shouldStop = true }
    }

    fileprivate func graceOver() { shouldStop = true }

    private(set) var isFinishing = false

    func finish() {
        isFinishing = true
        for connection in connections {
            connection.pump?.drain()
            connection.reportEnd()
            connection.close()
        }
        connections = []
        stopTimer = nil
    }
}

private final class StopTimer: KernelTimer {
    let service: ControlService
    init(_ service: ControlService) {
        self.service = service
        super.init()
    }
    override func fire() { service.graceOver() }
}
