// SPDX-License-Identifier: Apache-2.0
//
// The way to the platform's service on the host (Formats.PlatformProtocol), which signs evidence and derives keys as a machine's
// quoting enclave would. Whoever asks waits; the supervisor receives the answers. The service may be late, silent or gone: each
// request then ends with an errno, and the kernel goes on.

import Formats
import LinuxABI
import Machine

/// Where evidence and keys come from. The class is open so that tests can put another in its place.
open class EvidenceSource {
    let kind: PlatformKind
    init(_ kind: PlatformKind) {
        self.kind = kind
    }
    /// Starts a request; the exchange is told when it has ended.
    func begin(_ body: PlatformRequest.Body) throws(Errno) -> PlatformExchange { throw .ENODEV }
}

/// One request and its end.
final class PlatformExchange: KernelTimer {
    enum State {
        case waiting
        case answered(PlatformReply.Body)
        case failed(Errno)
    }

    let number: UInt64
    private(set) var state = State.waiting
    /// Notified once, at the end.
    let queue = WaitQueue()

    init(_ number: UInt64) {
        self.number = number
        super.init()
    }

    func end(_ state: State) {
        guard case .waiting = self.state else { return }
        self.state = state
        kernel.timers.cancel(self)
        queue.notifyAll()
    }

    /// The service did not answer in time.
    override func fire() { end(.failed(.ETIMEDOUT)) }

    /// nil while the service works.
    func result() throws(Errno) -> PlatformReply.Body? {
        switch state {
        case .waiting: return nil
        case .answered(let body): return body
        case .failed(let error): throw error
        }
    }
}

final class PlatformLink: EvidenceSource {
    let descriptor: Int32
    private(set) var isOpen = true
    private var waiting: [PlatformExchange] = []
    private var lastNumber: UInt64 = 0
    /// Real machines need seconds for a quote when many ask.
    static let patience: Int64 = 30_000_000_000
    static let maximumWaiting = 64

    init(_ descriptor: Int32, _ kind: PlatformKind) {
        self.descriptor = descriptor
        super.init(kind)
    }

    override func begin(_ body: PlatformRequest.Body) throws(Errno) -> PlatformExchange {
        guard isOpen else { throw .EIO }
        waiting.removeAll { !$0.isWaiting }
        guard waiting.count < PlatformLink.maximumWaiting else { throw .EBUSY }
        lastNumber &+= 1
        let request = PlatformRequest(number: lastNumber, identity: OwnIdentity.current, body: body)
        let packet = request.encoded()
        // A service whose queue is full is one that does not answer.
        let sent: Int
        do { sent = try kernel.host.sendWithoutWaiting(descriptor, packet) } catch { throw error == .EAGAIN ? .EBUSY : .EIO }
        guard sent == packet.count else { throw .EIO }
        let exchange = PlatformExchange(lastNumber)
        waiting.append(exchange)
        kernel.timers.schedule(exchange, at: Machine.monotonicNanoseconds &+ PlatformLink.patience)
        return exchange
    }

    /// A packet, or the end, is there to be read. Called by the supervisor.
    func receive() {
        let packet: (bytes: [UInt8], descriptors: [Int32])
        do { packet = try kernel.host.receivePacket(descriptor, limit: PlatformProtocol.maximumPacketSize) } catch {
            if error != .EAGAIN && error != .EINTR { close() }
            return
        }
        for one in packet.descriptors { kernel.host.close(one) }
        guard !packet.bytes.isEmpty else {
            close()
            return
        }
        let reply: PlatformReply
        do { reply = try PlatformReply(decoding: packet.bytes) } catch {
            Log.note("the platform's service sent a malformed answer and is not asked again")
            close()
            return
        }
        // An answer to nobody came too late.
        guard let at = waiting.firstIndex(where: { $0.number == reply.number }) else { return }
        waiting.remove(at: at).end(PlatformLink.outcome(reply.body))
    }

    private static func outcome(_ body: PlatformReply.Body) -> PlatformExchange.State {
        guard case .failure(let number) = body else { return .answered(body) }
        // What a service may say. EINTR and its like would mean something else to the program.
        switch Errno(rawValue: Int32(bitPattern: number)) {
        case .EINVAL: return .failed(.EINVAL)
        case .EPERM: return .failed(.EPERM)
        case .EBUSY: return .failed(.EBUSY)
        case .EOPNOTSUPP: return .failed(.EOPNOTSUPP)
        default: return .failed(.EIO)
        }
    }

    private func close() {
        guard isOpen else { return }
        isOpen = false
        kernel.host.close(descriptor)
        for exchange in waiting { exchange.end(.failed(.EIO)) }
        waiting = []
    }
}

extension PlatformExchange {
    var isWaiting: Bool {
        if case .waiting = state { return true }
        return false
    }
}
