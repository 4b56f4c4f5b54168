// SPDX-License-Identifier: Apache-2.0
// The service between a kernel's questions and a platform.
import Formats
import Foundation
import Launch
import SimulatedPlatform
import Testing

@testable import PlatformService

private let identity = EvidenceIdentity(
    measurement: [UInt8](repeating: 1, count: 48), signer: [UInt8](repeating: 9, count: 32), productID: 2, securityVersion: 3, isDebug: false)
private let reportData = [UInt8](0..<64)

@Suite("The platform's service")
struct PlatformServiceTests {
    private func withService<Value>(_ body: (inout PlatformService<SimulatedBackend>) throws -> Value) throws -> Value {
        let folder = NSTemporaryDirectory() + "cloister-service-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var service = PlatformService(
            SimulatedBackend(try SimulatedPlatform(folder: folder, now: 1_780_000_000)) { 1_780_000_000 }, socket: -1)
        return try body(&service)
    }

    private func request(_ body: PlatformRequest.Body) -> PlatformRequest {
        PlatformRequest(number: 5, identity: identity, body: body)
    }

    @Test func `evidence states who asked and what for`() throws {
        try withService { service in
            let reply = service.answer(request(.evidence(format: nil, reportData: reportData)))
            #expect(reply.number == 5)
            guard case .evidence(let evidence) = reply.body else {
                Issue.record("\(reply.body)")
                return
            }
            #expect(evidence.format == .tdx)
            #expect(Array(evidence.bytes[48 + 136..<48 + 184]) == identity.measurement)
            #expect(Array(evidence.bytes[48 + 520..<48 + 584]) == reportData)
            #expect(evidence.collateral.first == 0x7B)
            // It goes back through two sockets.
            #expect(reply.encoded().count < PlatformProtocol.maximumPacketSize / 2)
        }
    }

    @Test func `keys follow the rule of versions`() throws {
        try withService { service in
            let own = service.answer(request(.sealKey(policy: .signer, securityVersion: 3, label: [])))
            let older = service.answer(request(.sealKey(policy: .signer, securityVersion: 2, label: [])))
            guard case .key(let a) = own.body, case .key(let b) = older.body else {
                Issue.record("no key")
                return
            }
            #expect(a != b)
            let later = service.answer(request(.sealKey(policy: .signer, securityVersion: 4, label: [])))
            #expect(later.body == .failure(errno: 1))
        }
    }
}
