// SPDX-License-Identifier: Apache-2.0
import Encodings
import Foundation
import FuzzSupport
import GRDB
import KeyBrokerProtocol
import Testing

@testable import BrokerStore

@Suite struct SecretSharingTests {
    /// Products and inverses of FIPS 197, sections 4.2 and 5.1.1.
    @Test func theFieldIsThatOfAES() {
        #expect(GF256.multiply(0x57, 0x83) == 0xC1)
        #expect(GF256.multiply(0x57, 0x13) == 0xFE)
        #expect(GF256.inverse(0x53) == 0xCA)
        #expect(GF256.inverse(0) == 0)
        for value in UInt8(1)...255 { #expect(GF256.multiply(value, GF256.inverse(value)) == 1) }
    }

    @Test func multiplicationAgreesWithLongDivision() {
        func slow(_ a: UInt8, _ b: UInt8) -> UInt8 {
            var product = 0
            for bit in 0..<8 where b >> UInt8(bit) & 1 == 1 { product ^= Int(a) << bit }
            for bit in stride(from: 14, through: 8, by: -1) where product >> bit & 1 == 1 { product ^= 0x11B << (bit - 8) }
            return UInt8(product)
        }
        for a in UInt8.min...UInt8.max {
            for b in UInt8.min...UInt8.max where GF256.multiply(a, b) != slow(a, b) { Issue.record("\(a) times \(b)") }
        }
    }

    /// f(x) = secret + 2x + 3x^2 by hand: f(1) = s^2^3, f(2) = s^4^12, f(3) = s^6^15 (3*3 = 5, 5*3 = 15).
    @Test func sharesOfAKnownPolynomialCombine() throws {
        let shares = [
            SecretSharing.Share(index: 1, values: [0x42 ^ 2 ^ 3]), .init(index: 2, values: [0x42 ^ 4 ^ 12]),
            .init(index: 3, values: [0x42 ^ 6 ^ 15]),
        ]
        #expect(try SecretSharing.combine(shares) == [0x42])
        #expect(try SecretSharing.combine(shares.reversed()) == [0x42])
    }

    @Test func anyKSharesGiveTheSecretAndFewerDoNot() throws {
        var generator = SeededGenerator(seed: 7)
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let shares = try SecretSharing.split(secret, threshold: 3, count: 5, using: &generator)
        for a in 0..<5 {
            for b in a + 1..<5 {
                #expect(try SecretSharing.combine([shares[a], shares[b]]) != secret)
                for c in b + 1..<5 { #expect(try SecretSharing.combine([shares[c], shares[a], shares[b]]) == secret) }
            }
        }
        #expect(throws: SecretSharing.Problem.badShares) { try SecretSharing.combine([shares[0], shares[0]]) }
        #expect(throws: SecretSharing.Problem.badShares) { try SecretSharing.combine([]) }
        #expect(throws: SecretSharing.Problem.badShares) { try SecretSharing.combine([.init(index: 0, values: [1])]) }
        #expect(throws: SecretSharing.Problem.badCounts) { try SecretSharing.split(secret, threshold: 3, count: 2, using: &generator) }
        #expect(throws: SecretSharing.Problem.badCounts) { try SecretSharing.split(secret, threshold: 0, count: 2, using: &generator) }
    }

    /// With k - 1 shares given, every secret is as likely: some share completes them to each value.
    @Test func fewerSharesFitEverySecret() throws {
        var generator = SeededGenerator(seed: 8)
        let shares = try SecretSharing.split([0x5A], threshold: 2, count: 2, using: &generator)
        let reached = Set(try (UInt8.min...UInt8.max).map { try SecretSharing.combine([shares[0], .init(index: 2, values: [$0])])[0] })
        #expect(reached.count == 256)
    }
}

@Suite struct MasterKeyTests {
    @Test func sharesSurviveTheirText() throws {
        let key = MasterKey()
        let shares = try key.shares(threshold: 2, count: 3)
        for share in shares { #expect(try MasterKeyShare(share.text) == share) }
        #expect(!shares[0].text.contains(Hex.encode(key.bytes)))
    }

    @Test func damagedSharesAreRefused() throws {
        let text = try MasterKey().shares(threshold: 2, count: 2)[0].text
        for bad in ["", "cloister-share-1", text + "0", String(text.dropLast()), text.replacing("share-1", with: "share-2"), text + "."] {
            #expect(throws: BrokerStoreError.self) { try MasterKeyShare(bad) }
        }
        var generator = SeededGenerator(seed: 9)
        let rounds = FuzzBudget.spend {
            let bytes = mutated(Array(text.utf8), with: &generator)
            guard let damaged = String(validating: bytes, as: UTF8.self), damaged != text else { return }
            #expect((try? MasterKeyShare(damaged)) == nil)
        }
        #expect(rounds > 0)
    }

    private func record(_ key: MasterKey, _ threshold: Int, _ count: Int) -> MasterKeyRecord {
        MasterKeyRecord(id: key.idText, threshold: threshold, shares: count, created: 0)
    }

    @Test func theVaultOpensWithKOperators() throws {
        let key = MasterKey()
        let shares = try key.shares(threshold: 2, count: 3)
        let record = record(key, 2, 3)
        let vault = SecretVault()
        let path = try #require(ResourcePath("a/b/c"))
        #expect(throws: BrokerStoreError.locked) { try vault.seal([1], path: path, version: 1) }
        #expect(try vault.offer(shares[0], from: "ann", record: record, now: 0) == .locked(have: 1, need: 2))
        // The same operator again does not count twice, and one share does not count for two.
        #expect(try vault.offer(shares[1], from: "ann", record: record, now: 1) == .locked(have: 1, need: 2))
        #expect(throws: BrokerStoreError.self) { try vault.offer(shares[1], from: "bob", record: record, now: 1) }
        #expect(try vault.offer(shares[2], from: "bob", record: record, now: 2) == .unlocked)
        let sealed = try vault.seal([1, 2, 3], path: path, version: 4)
        #expect(try vault.open(StoredResource(path: path, version: 4, sealed: sealed)) == [1, 2, 3])
        vault.lock()
        #expect(throws: BrokerStoreError.locked) { try vault.open(StoredResource(path: path, version: 4, sealed: sealed)) }
    }

    @Test func sharesOfAnotherKeyAndLateOnesDoNotOpen() throws {
        let key = MasterKey()
        let record = record(key, 2, 2)
        let shares = try key.shares(threshold: 2, count: 2)
        let vault = SecretVault()
        let foreign = try MasterKey().shares(threshold: 2, count: 2)
        #expect(throws: BrokerStoreError.self) { try vault.offer(foreign[0], from: "ann", record: record, now: 0) }
        var forged = foreign[1]
        forged.keyID = key.id
        #expect(try vault.offer(shares[0], from: "ann", record: record, now: 0) == .locked(have: 1, need: 2))
        #expect(throws: BrokerStoreError.self) { try vault.offer(forged, from: "bob", record: record, now: 1) }
        #expect(!vault.isUnlocked)
        #expect(try vault.offer(shares[0], from: "ann", record: record, now: 2) == .locked(have: 1, need: 2))
        #expect(try vault.offer(shares[1], from: "bob", record: record, now: 2000) == .locked(have: 1, need: 2))
    }

    @Test func sharesMakeTheKeyAgain() throws {
        let key = MasterKey()
        let record = record(key, 2, 3)
        let shares = try key.shares(threshold: 2, count: 3)
        #expect(try MasterKey.combined([shares[0], shares[2]], record: record).bytes == key.bytes)
        #expect(try MasterKey.combined(shares, record: record).bytes == key.bytes)
        var wrong = shares[1]
        wrong.share.values[0] ^= 1
        for few in [[], [shares[0]], [shares[0], shares[0]], [shares[0], wrong], try MasterKey().shares(threshold: 2, count: 2)] {
            #expect(throws: BrokerStoreError.self) { try MasterKey.combined(few, record: record) }
        }
    }

    @Test func aRotatedKeyOpensWhatWasRewrappedAndTheOldOneDoesNot() throws {
        let old = MasterKey()
        let new = MasterKey()
        let vault = SecretVault()
        let path = try #require(ResourcePath("a/b/c"))
        vault.unlock(old)
        var stored = StoredResource(path: path, version: 1, sealed: try vault.seal([1, 2, 3], path: path, version: 1))
        stored.sealed.wrappedKey = try old.rewrap(stored.sealed.wrappedKey, under: new)
        stored.sealed.masterKeyID = new.id
        #expect(throws: BrokerStoreError.otherMasterKey) { try vault.open(stored) }
        let record = record(new, 2, 2)
        #expect(vault.progress(record: record) == .locked(have: 0, need: 2))
        let shares = try new.shares(threshold: 2, count: 2)
        #expect(try vault.offer(shares[0], from: "ann", record: record, now: 0) == .locked(have: 1, need: 2))
        #expect(try vault.offer(shares[1], from: "bob", record: record, now: 0) == .unlocked)
        #expect(try vault.open(stored) == [1, 2, 3])
        #expect(throws: BrokerStoreError.self) { try old.rewrap(stored.sealed.wrappedKey, under: new) }
    }

    @Test func aStoredSecretCannotTakeAnothersPlace() throws {
        let vault = SecretVault()
        vault.unlock(MasterKey())
        let path = try #require(ResourcePath("a/b/c"))
        let other = try #require(ResourcePath("a/b/d"))
        let sealed = try vault.seal([1], path: path, version: 1)
        #expect(throws: BrokerStoreError.self) { try vault.open(StoredResource(path: other, version: 1, sealed: sealed)) }
        #expect(throws: BrokerStoreError.self) { try vault.open(StoredResource(path: path, version: 2, sealed: sealed)) }
        var flipped = sealed
        flipped.ciphertext[0] ^= 1
        #expect(throws: BrokerStoreError.self) { try vault.open(StoredResource(path: path, version: 1, sealed: flipped)) }
    }
}

@Suite struct SQLiteStorageTests {
    private func event(_ action: String = "test", time: Int64 = 1) -> AuditEvent {
        AuditEvent(time: time, actor: "ann", action: action, subject: "s", details: ["b": "1", "a": "\"é"])
    }

    @Test func everythingIsThereAfterReopening() async throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteStorage(path: folder.path + "/x.db")
        try await StorageContract.fill(first)
        try await first.close()
        let second = try SQLiteStorage(path: folder.path + "/x.db")
        try await StorageContract.check(second)
        try await second.close()
        #expect(try AuditFile.verify(path: folder.path + "/x.db").count == 18)
    }

    @Test func aRotationChangesEveryKeyOrNone() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        try await StorageContract.fill(storage)
        try await StorageContract.check(storage)
        try await StorageContract.rotate(storage)
        #expect(try await storage.auditEntries(after: 0, limit: 100).count == 20)
        try await StorageContract.approve(storage)
        try await storage.close()
    }

    @Test func notMoreThanTheLimitWaitForADatabaseThatStandsStill() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db", waiting: 5)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.path + "/x.db", configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try await StorageContract.crowd(storage, count: 20, limit: 5) {
            try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        }
        try other.close()
        try await storage.close()
    }

    @Test func commitsAreFullyDurable() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        #expect(try await storage.pragma("synchronous") == "2")
        #expect(try await storage.pragma("journal_mode") == "wal")
        #expect(try await storage.pragma("secure_delete") == "1")
        try await storage.close()
    }

    /// Of many concurrent writes each is numbered once, and a failing one takes none with it.
    @Test func concurrentWritesShareCommitsAndKeepTheChain() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<400 {
                group.addTask {
                    if index.isMultiple(of: 10) {
                        do { try await storage.removeOperator("nobody", event: event()) } catch { return true }
                        return false
                    }
                    try await storage.record(event(time: Int64(index)))
                    return false
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 40)
        try await storage.close()
        #expect(try AuditFile.verify(path: folder.path + "/x.db").count == 360)
    }

    @Test func aFullDatabaseRefusesAndKeepsNothingHalf() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db", maximumPages: 40)
        let path = try #require(ResourcePath("a/b/c"))
        var stored = 0
        var problem: BrokerStoreError?
        while problem == nil, stored < 1000 {
            do {
                stored = try await storage.putResource(path, size: 9000, event: event()) { _ in
                    SealedSecret(
                        masterKeyID: [1], wrappedKey: [1], nonce: [2], ciphertext: [UInt8](repeating: 5, count: 9000), tag: [4])
                }
            } catch let error as BrokerStoreError {
                problem = error
            }
        }
        #expect(problem == .full)
        #expect(stored > 0)
        #expect(try await storage.resource(path)?.version == stored)
        #expect(try await storage.auditEntries(after: 0, limit: 1000).count == stored)
        // What fits still goes in.
        _ = try await storage.putApproval("small", event: event())
        try await storage.close()
        #expect(try AuditFile.verify(path: folder.path + "/x.db").count == stored + 1)
    }

    @Test func aLaterSchemaIsRefused() async throws {
        let folder = try TemporaryFolder()
        try await SQLiteStorage(path: folder.path + "/x.db").close()
        try edit(folder, "INSERT INTO grdb_migrations VALUES ('2 from the future')")
        #expect(throws: BrokerStoreError.laterSchema(folder.path + "/x.db")) { try SQLiteStorage(path: folder.path + "/x.db") }
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let folder = try TemporaryFolder()
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: folder.path + "/x.db"))
        #expect(throws: BrokerStoreError.self) { try SQLiteStorage(path: folder.path + "/x.db") }
        #expect(throws: BrokerStoreError.self) { try AuditFile.verify(path: folder.path + "/x.db") }
    }

    private func edit(_ folder: TemporaryFolder, _ sql: String) throws {
        let database = try DatabaseQueue(path: folder.path + "/x.db")
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    @Test(arguments: [
        ("UPDATE audit SET text = replace(text, 'ann', 'bob') WHERE sequence = 3", 3), ("DELETE FROM audit WHERE sequence = 4", 4),
        ("UPDATE audit SET hash = zeroblob(32) WHERE sequence = 2", 2), ("UPDATE audit SET sequence = 99 WHERE sequence = 5", 5),
        ("UPDATE audit SET text = text || ' ' WHERE sequence = 1", 1), ("UPDATE audit SET text = 'x' WHERE sequence = 6", 6),
    ]) func theFirstBrokenEntryIsNamed(_ sql: String, _ sequence: Int) async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        for index in 0..<6 { try await storage.record(event(time: Int64(index))) }
        try await storage.close()
        try edit(folder, sql)
        #expect { try AuditFile.verify(path: folder.path + "/x.db") } throws: { ($0 as? AuditChain.Break)?.sequence == sequence }
    }

    /// A changed entry with a new hash breaks the link of the next one.
    @Test func aRehashedEntryBreaksTheNext() async throws {
        let folder = try TemporaryFolder()
        let storage = try SQLiteStorage(path: folder.path + "/x.db")
        for index in 0..<3 { try await storage.record(event(time: Int64(index))) }
        let entry = try #require(try await storage.auditEntries(after: 1, limit: 1).first)
        try await storage.close()
        let text = entry.text.replacing("ann", with: "eve")
        let database = try DatabaseQueue(path: folder.path + "/x.db")
        try await database.write {
            try $0.execute(sql: "UPDATE audit SET text = ?, hash = ? WHERE sequence = 2", arguments: [text, Data(AuditEntry.hash(of: text))])
        }
        try database.close()
        #expect { try AuditFile.verify(path: folder.path + "/x.db") } throws: { ($0 as? AuditChain.Break)?.sequence == 3 }
    }
}

extension SQLiteStorage {
    func pragma(_ name: String) async throws -> String? {
        try await database.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}
