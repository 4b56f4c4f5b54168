// SPDX-License-Identifier: Apache-2.0
//
// The way to the platform's service, with services that lie, babble, keep silent and go away.

import CMachine
import Formats
import Glibc
import LinuxABI
import Testing

@testable import KernelCore
@testable import Machine

/// A service: takes packets, and gives those that a test lays out.
private final class Service {
    var sent: [[UInt8]] = []
    var replies: [[UInt8]] = []
    var closed: [Int32] = []
    /// The raw result of sendto, when it is not the honest one.
    var sendResult: Int64?

    func answer(_ number: Int64, _ a: [UInt64]) -> Int64 {
        switch number {
        case 44 where a[0] == 9:
            if let sendResult { return sendResult }
            guard let bytes = unsafe UnsafeRawPointer(bitPattern: UInt(a[1])) else { return -14 }
            sent.append(unsafe Array(UnsafeRawBufferPointer(start: bytes, count: Int(a[2]))))
            return Int64(a[2])
        case 47 where a[0] == 9: return receive(a[1])
        case 3 where a[0] == 9:
            closed.append(9)
            return 0
        default: return TestKernel.honest(number, a)
        }
    }

    /// struct msghdr: the vector at 16, the control data at 32, flags at 48.
    private func receive(_ header: UInt64) -> Int64 {
        guard !replies.isEmpty else { return -11 }
        let packet = replies.removeFirst()
        guard let words = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(header)) else { return -14 }
        unsafe (words[5] = 0, words[6] = 0)
        guard let vector = unsafe UnsafePointer<UInt64>(bitPattern: UInt(words[2])) else { return -14 }
        guard let room = unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(vector[0])) else { return -14 }
        for (index, byte) in packet.enumerated() where index < Int(unsafe vector[1]) { unsafe room[index] = byte }
        return Int64(packet.count)
    }
}

private func failure<R>(_ body: () throws(Errno) -> R) -> Errno? {
    do {
        _ = try body()
        return nil
    } catch { return error }
}

// Each body runs in a process of its own, where a failed `precondition` or a `fatalError` is the failure that the exit status reports.
@Suite("The way to the platform's service", .serialized)
struct PlatformLinkTests {
    private static let body = PlatformRequest.Body.evidence(format: .tdx, reportData: [UInt8](repeating: 5, count: 64))
    private static let evidence = PlatformEvidence(format: .tdx, bytes: [1, 2, 3])

    @Test func `answers reach the request that they name`() async {
        await #expect(processExitsWith: .success) {
            let service = Service()
            let test = TestKernel(host: service.answer)
            let link = PlatformLink(9, .simulated)
            guard let first = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) }),
                let second = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) })
            else { fatalError("not sent") }
            precondition(service.sent.count == 2)
            guard let request = try? PlatformRequest(decoding: service.sent[0]) else { fatalError("malformed") }
            precondition(request.number == first.number && request.body == PlatformLinkTests.body)
            // Nothing was measured: no identity, and debug.
            precondition(request.identity.isDebug && request.identity.measurement.allSatisfy { $0 == 0 })
            let evidence = PlatformReply.Body.evidence(PlatformLinkTests.evidence)
            service.replies = [
                PlatformReply(number: 77, body: evidence).encoded(), PlatformReply(number: second.number, body: evidence).encoded(),
                PlatformReply(number: second.number, body: .failure(errno: 22)).encoded(),
                PlatformReply(number: first.number, body: .failure(errno: 22)).encoded(),
            ]
            for _ in 0..<5 { link.receive() }
            precondition(value { () throws(Errno) in try second.result() } == .some(.some(evidence)))
            precondition(failure { () throws(Errno) in try first.result() } == .EINVAL)
            precondition(link.isOpen && kernel.timers.nextDeadline == nil)
            _ = test
        }
    }

    @Test func `a silent service costs thirty seconds, not for ever`() async {
        await #expect(processExitsWith: .success) {
            cm_hosted_set_time(100, 0)
            let test = TestKernel(host: Service().answer)
            let link = PlatformLink(9, .simulated)
            guard let exchange = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) }) else { fatalError("not sent") }
            cm_hosted_set_time(129, 0)
            kernel.timers.fireDue()
            precondition(exchange.isWaiting)
            cm_hosted_set_time(131, 0)
            kernel.timers.fireDue()
            precondition(failure { () throws(Errno) in try exchange.result() } == .ETIMEDOUT)
            _ = test
        }
    }

    @Test func `no more than so many wait at once`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel(host: Service().answer)
            let link = PlatformLink(9, .simulated)
            for _ in 0..<PlatformLink.maximumWaiting {
                precondition(failure { () throws(Errno) in try link.begin(PlatformLinkTests.body) } == nil)
            }
            precondition(failure { () throws(Errno) in try link.begin(PlatformLinkTests.body) } == .EBUSY)
            _ = test
        }
    }

    @Test func `a malformed answer or the end closes the way, once`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            for packet: [UInt8] in [[], [1], [129], [UInt8](repeating: 255, count: 100)] {
                let service = Service()
                test.host.answer = service.answer
                let link = PlatformLink(9, .simulated)
                guard let exchange = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) }) else { fatalError("not sent") }
                service.replies = [packet, packet]
                link.receive()
                precondition(!link.isOpen && service.closed == [9])
                precondition(failure { () throws(Errno) in try exchange.result() } == .EIO)
                precondition(failure { () throws(Errno) in try link.begin(PlatformLinkTests.body) } == .EIO)
            }
        }
    }

    @Test func `a service may name few errors`() async {
        await #expect(processExitsWith: .success) {
            let service = Service()
            let test = TestKernel(host: service.answer)
            let link = PlatformLink(9, .simulated)
            let expected: [(UInt32, Errno)] = [
                (1, .EPERM), (22, .EINVAL), (16, .EBUSY), (95, .EOPNOTSUPP), (0, .EIO), (4, .EIO), (512, .EIO), (.max, .EIO),
            ]
            for (number, errno) in expected {
                guard let exchange = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) }) else { fatalError("not sent") }
                service.replies = [PlatformReply(number: exchange.number, body: .failure(errno: number)).encoded()]
                link.receive()
                precondition(failure { () throws(Errno) in try exchange.result() } == errno, "\(number)")
            }
            _ = test
        }
    }

    @Test func `whatever the host says of a packet, the request has an end`() async {
        await #expect(processExitsWith: .success) {
            let test = TestKernel()
            for lie in wrongAnswers + [0] {
                for scribble in Scribble.allCases {
                    let service = Service()
                    test.host.answer = service.answer
                    let link = PlatformLink(9, .simulated)
                    service.sendResult = lie
                    let refused = failure { () throws(Errno) in try link.begin(PlatformLinkTests.body) }
                    precondition(refused == .EIO || lie == -11 && refused == .EBUSY, "\(lie)")
                    service.sendResult = nil
                    guard let exchange = value({ () throws(Errno) in try link.begin(PlatformLinkTests.body) }) else { fatalError("not sent") }
                    test.host.answer = { number, arguments in
                        guard number == 47 else { return service.answer(number, arguments) }
                        scribble.apply(number, arguments)
                        return lie
                    }
                    link.receive()
                    let result = value { () throws(Errno) in try exchange.result() }
                    precondition(exchange.isWaiting || result == nil, "\(lie)")
                }
            }
        }
    }
}
