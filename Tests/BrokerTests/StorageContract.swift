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
        name: "ann", publicKey: "{}", roles: [.secrets, .approver], repositories: ["a"], created: 1)
    private static let master = MasterKeyRecord(id: "01", threshold: 2, shares: 3, created: 6)

    /// Ten audit entries, after which `check` holds.
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
        try await storage.putDocuments(
            [
                DocumentChange(kind: "k", name: "one", text: "t1 'é", expected: 0), DocumentChange(kind: "k", name: "two", text: "t2", expected: 0),
            ], event: event())
        // One that came too late changes nothing, and neither do those with it.
        await #expect(throws: BrokerStoreError.changed("k two")) {
            try await storage.putDocuments(
                [
                    DocumentChange(kind: "k", name: "one", text: "lost", expected: 1),
                    DocumentChange(kind: "k", name: "two", text: "lost", expected: 0),
                ], event: event())
        }
        await #expect(throws: BrokerStoreError.changed("k none")) {
            try await storage.putDocuments([DocumentChange(kind: "k", name: "none", text: nil, expected: 1)], event: event())
        }
        try await storage.putDocuments(
            [DocumentChange(kind: "k", name: "one", text: nil, expected: 1), DocumentChange(kind: "k", name: "two", text: "t3", expected: 1)],
            event: event())
        await #expect(throws: BrokerStoreError.locked) {
            _ = try await storage.putResource(path, size: 2, event: event()) { _ in throw BrokerStoreError.locked }
        }
    }

    /// `count` writes to a database that stands still until `release`: those beyond the limit are refused at once, the others are kept.
    static func crowd(_ storage: any BrokerStorage, count: Int, limit: Int, release: () throws -> Void) async throws {
        let (ends, end) = AsyncStream.makeStream(of: BrokerStoreError?.self)
        for _ in 0..<count {
            Task {
                do {
                    try await storage.record(event())
                    end.yield(nil)
                } catch {
                    end.yield(error as? BrokerStoreError ?? .locked)
                }
            }
        }
        var iterator = ends.makeAsyncIterator()
        // What is under way is not counted: at most a batch, which began with one.
        var refused = 0
        while refused < count - 2 * limit - 1, let answer = await iterator.next() {
            #expect(answer == .unavailable("\(limit) requests wait for it already"))
            refused += 1
        }
        try release()
        var kept = 0
        while refused + kept < count, let answer = await iterator.next() {
            if answer == nil { kept += 1 } else { refused += 1 }
        }
        #expect(kept >= limit)
        #expect(try await storage.auditEntries(after: 0, limit: 1000).count == kept)
    }

    /// After `rotate`: an approval holds for the people, the secret and the policy that it was given for.
    static func approve(_ storage: any BrokerStorage) async throws {
        let path = try #require(ResourcePath("a/b/d"))
        func approvers() async throws -> [String] { try await storage.release(path) { (nil, $0) }.approvals.map(\.approver) }
        #expect(try await approvers().isEmpty)
        let entries = try await storage.auditEntries(after: 0, limit: 100).count
        #expect(try await storage.putApproval("a/b/d", event: event()).secretVersion == 1)
        #expect(try await storage.approvals(of: "a/b/d").map(\.policy) == ["a version 2"])
        #expect(try await approvers() == ["ann"])
        // What is released without an event leaves none.
        #expect(try await storage.auditEntries(after: 0, limit: 100).count == entries + 1)

        _ = try await storage.putPolicy(.resource(path), text: "p", event: event())
        #expect(try await approvers().isEmpty)
        try await storage.putApproval("a/b/d", event: event())
        #expect(try await approvers() == ["ann"])
        _ = try await storage.putResource(path, size: 1, event: event()) { _ in
            SealedSecret(masterKeyID: [2], wrappedKey: [1], nonce: [], ciphertext: [], tag: [])
        }
        #expect(try await approvers().isEmpty)
        try await storage.putApproval("a/b/d", event: event())
        #expect(try await approvers() == ["ann"])

        let others = [
            BrokerOperator(name: "ann", publicKey: "{}", roles: [.secrets], repositories: [], created: 1),
            BrokerOperator(name: "ann", publicKey: "{}", roles: [.approver], repositories: ["b"], created: 1),
            BrokerOperator(name: "ann", publicKey: "{}", roles: [.approver], repositories: [], created: 2),
        ]
        for other in others {
            try await storage.removeOperator("ann", event: event())
            #expect(try await approvers().isEmpty)
            try await storage.addOperator(other, event: event())
            #expect(try await approvers().isEmpty, "\(other)")
        }
        try await storage.removeOperator("ann", event: event())
        try await storage.addOperator(ann, event: event())
        #expect(try await approvers() == ["ann"])
        try await storage.withdrawApproval("a/b/d", event: event())
        #expect(try await approvers().isEmpty)
        await #expect(throws: BrokerStoreError.notFound("an approval of a/b/d by ann")) {
            try await storage.withdrawApproval("a/b/d", event: event())
        }
    }

    /// After `check`: what was wrapped under the master key 01 is under 02, or all of it as before.
    static func rotate(_ storage: any BrokerStorage) async throws {
        let path = try #require(ResourcePath("a/b/c"))
        let other = try #require(ResourcePath("a/b/d"))
        _ = try await storage.putResource(other, size: 1, event: event()) { _ in sealed(5) }
        let next = MasterKeyRecord(id: "02", threshold: 0, shares: 0, created: 9, wrapped: [1, 0, 255])
        await #expect(throws: BrokerStoreError.otherMasterKey) {
            _ = try await storage.rotateMasterKey(from: "02", to: next, event: event()) { $0 }
        }
        await #expect(throws: BrokerStoreError.locked) {
            _ = try await storage.rotateMasterKey(from: "01", to: next, event: event()) { key in
                if key == [5] { throw BrokerStoreError.locked }
                return [77]
            }
        }
        #expect(try await storage.resource(path)?.sealed == sealed(9))
        #expect(try await storage.masterKey() == master)
        // One version was not deleted, of each of the two.
        #expect(try await storage.rotateMasterKey(from: "01", to: next, event: event()) { $0 + [77] } == 2)
        var expected = sealed(9)
        expected.masterKeyID = [2]
        expected.wrappedKey = [9, 77]
        #expect(try await storage.resource(path)?.sealed == expected)
        #expect(try await storage.resource(other)?.sealed.wrappedKey == [5, 77])
        #expect(try await storage.masterKey() == next)
        await #expect(throws: BrokerStoreError.otherMasterKey) {
            _ = try await storage.putResource(path, size: 1, event: event()) { _ in sealed(1) }
        }
        #expect(try await storage.auditEntries(after: 0, limit: 100).last?.json?["details"]?["secrets"]?.text == "2")
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
        #expect(try await storage.document("k", "one")?.text == "t1 'é")
        #expect(try await storage.documents("k").map(\.version) == [1, 2])
        #expect(try await storage.document("k", "none") == nil)
        #expect(try await storage.documents("other").isEmpty)
        #expect(try await storage.masterKey() == master)
        #expect(try await storage.auditEntries(after: 0, limit: 100).count == 10)
        let basis = try await storage.release(path) { (event(), $0) }
        #expect(basis.policy?.text == "p2 'é")
        #expect(basis.approvals.map(\.approver) == ["ann"])
        #expect(basis.resource?.version == 2)
        for (scope, text) in [(PolicyScope.everything, "all"), (.resource(path), "own")] {
            _ = try await storage.putPolicy(scope, text: text, event: event())
            #expect(try await storage.release(path) { (event(), $0) }.policy?.text == (text == "own" ? "own" : "p2 'é"))
        }
        let elsewhere = try #require(ResourcePath("x/b/c"))
        #expect(try await storage.release(elsewhere) { (event(), $0) }.policy?.text == "all")
        try await storage.deleteResource(path, event: event())
        #expect(try await storage.resource(path) == nil)
        await #expect(throws: BrokerStoreError.self) { try await storage.deleteResource(path, event: event()) }
        #expect(try await storage.putResource(path, size: 1, event: event()) { _ in sealed(9) } == 3)
        var chain = AuditChain()
        for entry in try await storage.auditEntries(after: 0, limit: 100) { try chain.append(entry) }
        #expect(chain.count == 18)
    }
}
