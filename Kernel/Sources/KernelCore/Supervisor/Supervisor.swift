// SPDX-License-Identifier: Apache-2.0
//
// The supervisor: the host process that is the parent of all others and runs no guest code. It starts fresh host processes (a
// program's first, an exec after vfork), reaps, fires timers, speaks with the launcher, and ends the enclave.

import Formats
import LinuxABI
import Machine

public final class Supervisor {
    let host: Host
    let config: BootConfig
    let thread: Thread
    private var childSignals: Int32 = -1
    let control: ControlService
    private var code: Int32 = 0
    private var isEnding = false
    /// The main program is still to be started.
    private var isMainDue = false
    /// Ended host processes are reaped together: until then their signals do not wake the supervisor. Nanoseconds; 0 when they do.
    private var nextReap: Int64 = 0
    private static let reapInterval: Int64 = 2_000_000

    init(_ host: Host, _ config: BootConfig, _ thread: Thread) {
        self.host = host
        self.config = config
        self.thread = thread
        control = ControlService(config)
    }

    /// The event loop; returns the enclave's exit code.
    func run() -> Int32 {
        do {
            kernel.supervisor.doorbell = try host.makeDoorbell()
            childSignals = try host.makeChildSignals()
        } catch {
            Log.note("the host refuses an eventfd or a signalfd")
            return 125
        }
        control.open()
        let refusal = Machine.installFilter()
        guard refusal == 0 else {
            Log.note("the host refuses the filter of host calls")
            return 125
        }
        isMainDue = !config.isResident || !config.arguments.isEmpty
        if let shield = kernel.shield {
            if let failure = startShield(shield) { return failure }
        }
        while true {
            if isMainDue && !isEnding && kernel.shield?.isReady != false {
                isMainDue = false
                let failure = startMain()
                if failure != 0 && kernel.shield == nil { return failure }
                if failure != 0 { beginEnd(failure) }
            }
            spawnRequested()
            kernel.timers.fireDue()
            if let status = kernel.mainExitStatus, !isEnding, !config.isResident { beginEnd(exitCode(status)) }
            if let status = kernel.shield?.exitStatus, !isEnding { shieldEnded(status) }
            control.checkStopped()
            if control.shouldStop && !isEnding { beginEnd(control.isAbandoned ? 129 : 0) }
            if isEnding {
                if kernel.processes.count <= 1 { break }
                // Whoever came to be since.
                ProcessLife.endAll()
            }
            waitForEvents()
        }
        return finish()
    }

    // MARK: the shield

    /// Before the main program, which waits until it is ready.
    private func startShield(_ shield: NetworkShield) -> Int32? {
        do throws(Errno) {
            let streams = try control.makeStreams([2, 2], nil, owned: false).files
            let request = ProgramRequest(
                arguments: [Array(ShieldRules.path.utf8)], environment: [], workingDirectory: [0x2f], streams: [nil] + streams)
            do throws(StartFailure) { shield.process = try ProgramStart.start(request) } catch {
                return report(error)
            }
        } catch {
            Log.note("the enclave has no streams for the shield")
            return 125
        }
        return nil
    }

    /// Without it shielded ports are closed: better to end, and to be started anew, than to go on so.
    private func shieldEnded(_ status: Int32) {
        let wasReady = !isMainDue
        Log.note(wasReady ? "the shield has ended; the enclave ends with it" : "the shield could not begin; the program is not started")
        let code = exitCode(status)
        beginEnd(wasReady || code == 0 ? 70 : code)
    }

    private func report(_ error: StartFailure) -> Int32 {
        var text = [UInt8]("cloister: ")
        text.append(contentsOf: error.text)
        text.append("\n")
        Machine.print(text)
        return error.exitCode
    }

    // MARK: the main program

    private func startMain() -> Int32 {
        let streams: ControlService.Streams
        do throws(Errno) { streams = try control.mainStreams() } catch {
            Log.note("the enclave has no terminal for the program")
            return 125
        }
        do throws(StartFailure) {
            var request = ProgramRequest(
                arguments: config.arguments, environment: config.environment, workingDirectory: config.workingDirectory,
                streams: streams.files)
            request.userID = config.userID
            request.groupID = config.groupID
            request.terminal = streams.pump?.terminal
            kernel.mainProcess = try ProgramStart.start(request)
        } catch { return report(error) }
        return 0
    }

    // MARK: host processes

    private func spawnRequested() {
        let mailbox = kernel.supervisor
        while let next = mailbox.spawnRequests.first {
            mailbox.spawnRequests.removeFirst()
            if next.mustExit && next.process.threads.isEmpty { continue }
            let result = Machine.spawn(hostFlags: ProcessClone.hostProcessOfSupervisor, slot: next.block.slot)
            if let number = Host.processNumber(result) {
                next.process.hostProcess = number
                next.block.setHostProcess(next.process.hostProcess)
            } else {
                Log.note("the host refuses a new process")
                next.mustExit = true
                next.process.isExiting = true
                next.process.exitStatus = Signal.SIGKILL
                _ = ProcessLife.finish(next)
            }
        }
    }

    private func reap() {
        nextReap = 0
        while let (pid, isOrderly) = host.reapChild() {
            nextReap = Machine.monotonicNanoseconds &+ Supervisor.reapInterval
            if !isOrderly, let lost = kernel.processes.running(hostProcess: pid) {
                var text = [UInt8]("cloister: host process ")
                text.append(decimal: Int(pid))
                text.append(" (process ")
                text.append(decimal: Int(lost.pid))
                text.append(" of the enclave) died outside the kernel's control; the enclave stops\n")
                if Machine.stopCode == nil { Machine.print(text) }
                host.killGroup()
                Machine.exitHostProcess(Machine.stopCode ?? 71)
            }
            kernel.slots.collect(reaped: pid)
        }
        if let code = Machine.stopCode {
            host.killGroup()
            Machine.exitHostProcess(code)
        }
    }

    // MARK: waiting

    private func waitForEvents() {
        var entries = [PollFd(fd: kernel.supervisor.doorbell, events: Poll.POLLIN), PollFd(fd: childSignals, events: Poll.POLLIN)]
        let link = kernel.evidence as? PlatformLink
        entries.append(PollFd(fd: link?.isOpen == true ? link?.descriptor ?? -1 : -1, events: Poll.POLLIN))
        control.addPollEntries(&entries)
        if kernel.supervisor.isRung || !kernel.supervisor.spawnRequests.isEmpty {
            host.clearDoorbell(kernel.supervisor.doorbell)
            kernel.supervisor.isRung = false
        }
        if !kernel.supervisor.spawnRequests.isEmpty { return }
        var timeout: Int64 = -1
        if let next = kernel.timers.nextDeadline { timeout = max(0, next - Machine.monotonicNanoseconds) }
        if nextReap != 0 {
            let wait = max(0, nextReap &- Machine.monotonicNanoseconds)
            timeout = timeout < 0 ? wait : min(timeout, wait)
            entries[1].fd = -1
        }
        host.supervisorPoll(&entries, timeout)
        if entries[0].revents != 0 {
            host.clearDoorbell(kernel.supervisor.doorbell)
        }
        kernel.supervisor.isRung = false
        if nextReap == 0 || Machine.monotonicNanoseconds >= nextReap || isEnding {
            if entries[1].revents != 0 || entries[1].fd < 0 { host.clearChildSignals(childSignals) }
            reap()
        }
        if entries[2].revents != 0 { link?.receive() }
        control.handle(entries)
    }

    // MARK: the end

    private func beginEnd(_ code: Int32) {
        isEnding = true
        self.code = code
        ProcessLife.endAll()
    }

    private func exitCode(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    }

    private func finish() -> Int32 {
        control.finish()
        if let descriptor = config.statisticsDescriptor { Statistics.write(to: descriptor) }
        return code
    }
}
