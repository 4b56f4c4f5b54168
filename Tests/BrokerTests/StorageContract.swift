// SPDX-License-Identifier: Apache-2.0
// What every store must keep.
import KeyBrokerProtocol
import Testing

@testable import BrokerStore

enum StorageContract {
    private static func event() -> AuditEvent {
        AuditEvent(time: 1, actor: "ann", action: "test", subject: "s", details: ["b": "1", "a": "\"é"])
    }

    private static func sealed(_ byte: UInt8) -> SealedSecret {
        SealedSecret(masterKeyID: [1], wrappedKey: [byte], nonce: [2], ciphertext: [0, 255, byte], tag: [])
    }

    private static let ann = BrokerOperator(
        name: "ann", publicKey: "{}", roles: [.secrets, .auditor], repositories: ["a"], created: 5)
    private static let master = MasterKeyRecord(id: "k", threshold: 2, shares: 3, created: 6)

    /// Eight audit entries, after which `check` holds.
    static func fill(_ storage: any BrokerStorage) async throws {
        let path = try #require(ResourcePath("a/b/c"))
        #expect(try await storage.putResource(path, size: 2, event: event()) { _ in sealed(7) } == 1)
        #expect(try await storage.putResource(path, size: 2, event: event()) { _ in sealed(8) } == 2)
        #expect(try await storage.putPolicy(.repository("a"), text: "p1", event: event()) == 1)
        #expect(try await storage.putPolicy(.repository("a"), text: "p2 'é", event: event()) == 2)
        #expect(try await storage.putReferenceValue("measurement", values: ["m"], provenance: "build 12", event: event()) == 1)
        try await storage.putApproval("a/b/c", event: event())
        try await storage.addOperator(ann, event: event())
        await #expect(throws: BrokerStoreError.alreadyExists("the operator ann")) { try await storage.addOperator(ann, event: event()) }
        try await storage.setMasterKey(master, event: event())
        await #expect(throws: BrokerStoreError.self) { try await storage.setMasterKey(master, event: event()) }
        await #expect(throws: BrokerStoreError.locked) {
            _ = try await storage.putResource(path, size: 2, event: event()) { _ in throw BrokerStoreError.locked }
        }
    }

    static func check(_ storage: any BrokerStorage) async throws {
        let path = try #require(ResourcePath("a/b/c"))
        #expect(try await storage.resource(path) == StoredResource(path: path, version: 2, sealed: sealed(8)))
        #expect(try await storage.resources().map(\.version) == [1, 2])
        #expect(try await storage.policy(.repository("a"))?.text == "p2 'é")
        #expect(try await storage.policies().map(\.version) == [2])
        #expect(try await storage.policy(.everything) == nil)
        #expect(try await storage.referenceValues().first?.provenance == "build 12")
        #expect(try await storage.referenceValues().first?.values == ["m"])
        #expect(try await storage.approvals(of: "a/b/c").map(\.approver) == ["ann"])
        #expect(try await storage.approvals().count == 1)
        #expect(try await storage.operators() == [ann])
        #expect(try await storage.masterKey() == master)
        #expect(try await storage.auditEntries(after: 0, limit: 100).count == 8)
        let basis = try await storage.release(path) { (event(), $0) }
        #expect(basis.policy?.text == "p2 'é")
        #expect(basis.approvals.map(\.approver) == ["ann"])
        #expect(basis.resource?.version == 2)
        try await storage.deleteResource(path, event: event())
        #expect(try await storage.resource(path) == nil)
        await #expect(throws: BrokerStoreError.self) { try await storage.deleteResource(path, event: event()) }
        #expect(try await storage.putResource(path, size: 1, event: event()) { _ in sealed(9) } == 3)
        var chain = AuditChain()
        for entry in try await storage.auditEntries(after: 0, limit: 100) { try chain.append(entry) }
        #expect(chain.count == 11)
    }
}
