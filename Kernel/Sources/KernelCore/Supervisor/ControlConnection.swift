// SPDX-License-Identifier: Apache-2.0
//
// One connection of the control socket: the launcher of `run`, or a client of a resident enclave. A client that goes away takes
// its program with it.

import Formats
import LinuxABI
import Machine

final class ControlConnection {
    let descriptor: Int32
    let service: ControlService
    var process: Process?
    var pump: ConsolePump?
    /// Descriptors the client handed over; closed with the connection.
    private var handed: [Int32] = []
    private(set) var isOpen = true
    /// Runs while the program has ended and its terminal has not taken all output.
    private var patience: KernelTimer?
    private let endsEnclave: Bool

    init(_ descriptor: Int32, _ service: ControlService, endsEnclave: Bool) {
        self.descriptor = descriptor
        self.service = service
        self.endsEnclave = endsEnclave
    }

    /// A packet, or the end, is there to be read.
    func receive() {
        let packet: (bytes: [UInt8], descriptors: [Int32])?
        do { packet = try kernel.host.receivePacket(descriptor, limit: ControlProtocol.maximumPacketSize) } catch {
            if error == .EAGAIN || error == .EINTR { return }
            packet = nil
        }
        guard let packet, !packet.bytes.isEmpty else {
            disconnected()
            return
        }
        let request: ControlRequest
        do { request = try ControlRequest(decoding: packet.bytes) } catch {
            for one in packet.descriptors { kernel.host.close(one) }
            fail(.EINVAL, "the request is malformed; command and enclave may be of different versions")
            return
        }
        if case .exec(let exec) = request {
            start(exec, packet.descriptors)
            return
        }
        for one in packet.descriptors { kernel.host.close(one) }
        handle(request)
    }

    private func handle(_ request: ControlRequest) {
        switch request {
        case .exec: break
        case .signal(let number):
            guard let process = process ?? (endsEnclave ? kernel.mainProcess : nil), Signal.isValid(Int32(number)) else { return }
            Signals.send(.kill(signal: Int32(number), pid: 0, uid: 0), Int32(number), to: process)
        case .windowSize(let size):
            pump?.terminal.setSize(Winsize(ws_row: size.rows, ws_col: size.columns))
        case .processList:
            for row in ProcessList.rows() { reply(.process(row)) }
            reply(.end)
        case .stop(let grace):
            service.stop(graceSeconds: grace)
            reply(.end)
        case .attest(let format, let nonce): attest(format, nonce)
        }
    }

    // MARK: evidence

    private func attest(_ format: EvidenceFormat?, _ nonce: [UInt8]) {
        guard let source = kernel.evidence else {
            fail(.ENODEV, "the enclave was started without a platform that gives evidence")
            return
        }
        let rest = [UInt8](repeating: 0, count: PlatformProtocol.nonceSize - nonce.count)
        do throws(Errno) {
            let exchange = try source.begin(.evidence(format: format, reportData: nonce + rest + PlatformProtocol.outsideMark))
            exchange.queue.add(EvidenceAnswer(self, exchange))
        } catch { fail(error, "the platform's service cannot be asked for evidence") }
    }

    fileprivate func evidenceEnded(_ exchange: PlatformExchange) {
        guard isOpen else { return }
        do throws(Errno) {
            guard case .evidence(let evidence) = try exchange.result() else { throw .EIO }
            let launch = OwnIdentity.launchDocument
            reply(.evidence(evidence, launch: launch.count <= LaunchDocument.maximumSize ? launch : []))
        } catch { fail(error, "the platform's service gives no evidence") }
    }

    private func start(_ exec: ExecRequest, _ descriptors: [Int32]) {
        handed.append(contentsOf: descriptors)
        guard process == nil, descriptors.count == 3 else {
            fail(.EINVAL, "an exec needs three descriptors and a connection of its own")
            return
        }
        let workingDirectory = exec.workingDirectory.isEmpty ? service.config.workingDirectory : exec.workingDirectory
        let environment: [[UInt8]]
        do throws(RunRefusal) {
            environment = try MeasuredBoot.environment(of: exec, in: workingDirectory)
        } catch {
            reply(.failure(errno: UInt32(bitPattern: Errno.EPERM.rawValue), message: error.text))
            endStreams()
            return
        }
        let streams: ControlService.Streams
        do throws(Errno) { streams = try service.makeStreams(descriptors, exec.terminal, owned: true) } catch {
            fail(error, "the enclave has no terminal for the program")
            endStreams()
            return
        }
        do throws(StartFailure) {
            // A program left in the background may go on writing: its streams close them.
            if streams.pump == nil { handed = [] }
            pump = streams.pump
            var request = ProgramRequest(
                arguments: exec.arguments, environment: environment, workingDirectory: workingDirectory, streams: streams.files)
            request.userID = service.config.userID
            request.groupID = service.config.groupID
            request.terminal = streams.pump?.terminal
            let process = try ProgramStart.start(request)
            process.endWatcher = ProgramEnd()
            self.process = process
            reply(.started(pid: UInt32(bitPattern: process.pid)))
        } catch {
            // The client tells a program that is not there from all else by ENOENT, one that cannot be executed by EACCES.
            let kind = error.exitCode == 127 ? Errno.ENOENT : error.exitCode == 126 ? .EACCES : .EINVAL
            reply(.failure(errno: UInt32(bitPattern: kind.rawValue), message: error.text))
            endStreams()
        }
    }

    /// Tells the client when its program has ended.
    func reportEnd() {
        guard let process, process.state != .running, isOpen else { return }
        if isWaitingForTerminal() { return }
        let status = process.exitStatus
        if status & 0x7f == 0 {
            reply(.exited(code: UInt8(truncatingIfNeeded: status >> 8)))
        } else {
            reply(.killed(signal: UInt8(status & 0x7f)))
        }
        self.process = nil
        endStreams()
    }

    /// What the program printed last is still on its way, for at most a second. The supervisor goes on meanwhile.
    private func isWaitingForTerminal() -> Bool {
        guard let pump, pump.hasOutput, !service.isFinishing else { return false }
        if let patience { return patience.isQueued }
        let timer = KernelTimer()
        patience = timer
        kernel.timers.schedule(timer, at: Machine.monotonicNanoseconds + 1_000_000_000)
        return true
    }

    private func endStreams() {
        if let patience { kernel.timers.cancel(patience) }
        patience = nil
        pump?.close()
        pump = nil
        for one in handed { kernel.host.close(one) }
        handed = []
    }

    private func disconnected() {
        if let process, process.state == .running { ProcessLife.exitGroup(process, status: Signal.SIGKILL) }
        process = nil
        close()
        if endsEnclave { service.launcherGone() }
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        endStreams()
        kernel.host.close(descriptor)
    }

    private func fail(_ errno: Errno, _ message: StaticString) {
        reply(.failure(errno: UInt32(bitPattern: errno.rawValue), message: [UInt8](message)))
    }

    private func reply(_ reply: ControlReply) {
        // A client that does not listen any more is found out at the next poll.
        kernel.host.sendPacket(descriptor, reply.encoded())
    }
}

/// Answers a client when its evidence has come.
private final class EvidenceAnswer: Waiter {
    private let connection: ControlConnection
    private let exchange: PlatformExchange
    init(_ connection: ControlConnection, _ exchange: PlatformExchange) {
        self.connection = connection
        self.exchange = exchange
        super.init()
    }
    override func notify(_ queue: WaitQueue) { connection.evidenceEnded(exchange) }
}

/// Rings the supervisor when a program that a client waits for ends.
final class ProgramEnd: Waiter {
    override func notify(_ queue: WaitQueue) { kernel.supervisor.ring() }
}
