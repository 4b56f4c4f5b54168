// SPDX-License-Identifier: Apache-2.0
import Attestation
import Foundation
import FuzzSupport
import RecordedEvidence
import Testing

@testable import CollateralStore

/// With recorded publications of Intel; where they are absent, AttestationTests says so.
@Suite struct CollateralStoreTests {
    static let fixtures = RecordedEvidence.folder

    private static func set(_ name: String) throws -> Collateral {
        try #require(try CollateralStore.decode(try RecordedEvidence.bytes("collateral/\(name).json"), at: name).first)
    }

    private static func withStore(_ body: (CollateralStore) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "cloister-collateral-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(CollateralStore(folder: folder))
    }

    private static func need(_ quote: String) throws -> CollateralNeed {
        let claims = try #require(Verifier().verify(try RecordedEvidence.bytes(quote), now: 0).claims)
        return try #require(CollateralNeed(claims))
    }

    @Test(.enabled(if: fixtures != nil)) func evidenceFindsTheSetForItsPlatform() throws {
        try Self.withStore { store in
            let need = try Self.need("dcap-qvl/tdx-v4-uptodate.bin")
            #expect(try store.find(need) == nil)
            for name in ["tdx-00806f050000-20250304-ev17", "tdx-b0c06f000000-20250619-ev17", "sgx-00a067110000-20250619-ev17"] {
                #expect(try store.add(try Self.set(name), from: name).1 == .added)
            }
            let entry = try #require(try store.find(need))
            #expect(entry.collateral == (try Self.set("tdx-b0c06f000000-20250619-ev17")))
            #expect(entry.summary.evaluationNumber == 17)
            #expect(entry.summary.expiresAt == 1_752_919_235)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func sourcesAreThoseOfTheVendor() throws {
        let need = try Self.need("dcap-qvl/sgx-v3-processorca.bin")
        #expect(need.authority == "processor")
        #expect(
            need.sources == [
                "https://api.trustedservices.intel.com/sgx/certification/v4/tcb?fmspc=00A067110000",
                "https://api.trustedservices.intel.com/sgx/certification/v4/qe/identity",
                "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=processor&encoding=der",
                "https://api.trustedservices.intel.com/sgx/certification/v4/rootcacrl",
            ])
    }

    @Test(.enabled(if: fixtures != nil)) func olderPublicationsDoNotReplaceNewerOnes() throws {
        try Self.withStore { store in
            let old = try Self.set("tdx-b0c06f000000-20250313-ev17"), new = try Self.set("tdx-b0c06f000000-20250619-ev17")
            #expect(try store.add(old, from: "old").1 == .added)
            #expect(try store.add(new, from: "new").1 == .replaced)
            #expect(try store.add(old, from: "old").1 == .kept)
            #expect(try store.entries().map(\.collateral) == [new])
            #expect(try store.add(old, from: "old", allowsOlder: true).1 == .replaced)
            #expect(try store.entries().map(\.collateral) == [old])
        }
    }

    /// A newer TCB info with the revocation lists of long ago is not newer.
    @Test(.enabled(if: fixtures != nil)) func noPartGoesBack() throws {
        try Self.withStore { store in
            let stored = try Self.set("tdx-00806f050000-20250304-ev17"), old = try Self.set("tdx-00806f050000-20240516-ev17")
            var mixed = try Self.set("tdx-00806f050000-20250516-ev17")
            #expect(try store.add(stored, from: "stored").1 == .added)
            (mixed.pckCRL, mixed.pckCRLIssuerChain, mixed.rootCACRL) = (old.pckCRL, old.pckCRLIssuerChain, old.rootCACRL)
            #expect(try store.add(mixed, from: "mixed").1 == .kept)
            #expect(try store.entries().map(\.collateral) == [stored])
        }
    }

    @Test(.enabled(if: fixtures != nil)) func whatItsVendorDidNotSignIsRefused() throws {
        try Self.withStore { store in
            var collateral = try Self.set("tdx-b0c06f000000-20250619-ev17")
            collateral.qeIdentity = collateral.qeIdentity?.replacing("UpToDate", with: "UpToDate ")
            let error = #expect(throws: CollateralStoreError.self) { try store.add(collateral, from: "bad.json") }
            #expect(error?.code == .refused)
            #expect(error?.description.contains("qe-identity-signature") == true)
            #expect(try store.entries().isEmpty)
        }
    }

    @Test(.enabled(if: fixtures != nil)) func exportedSetsAreReadBack() throws {
        let sets = [try Self.set("tdx-b0c06f000000-20250313-ev17"), try Self.set("sgx-00a067110000-20250619-ev17")]
        #expect(try CollateralStore.decode(try CollateralStore.encode(sets), at: "bundle") == sets)
    }

    @Test func incompleteSetsAndOtherFilesAreNamed() throws {
        try Self.withStore { store in
            let empty = #expect(throws: CollateralStoreError.self) { try store.add(Collateral(), from: "empty.json") }
            #expect(empty?.description.contains("collateral-missing") == true)
            let text = #expect(throws: CollateralStoreError.self) { try CollateralStore.decode(Array("hello".utf8), at: "x") }
            #expect(text?.code == .format)
            try FileManager.default.createDirectory(atPath: store.folder, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: store.folder + "/broken.json"))
            let read = try store.read()
            #expect(read.entries.isEmpty && read.problems.map(\.place) == [store.folder + "/broken.json"])
        }
    }

    @Test func folderComesFromTheEnvironment() {
        #expect(CollateralStore.defaultFolder(environment: ["CLOISTER_COLLATERAL": "/c", "HOME": "/h"]) == "/c")
        #expect(CollateralStore.defaultFolder(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]) == "/d/cloister/collateral")
        #expect(CollateralStore.defaultFolder(environment: ["HOME": "/h", "CLOISTER_COLLATERAL": ""]) == "/h/.local/share/cloister/collateral")
        #expect(CollateralStore.defaultFolder(environment: [:]) == nil)
    }

    @Test(.enabled(if: fixtures != nil)) func fuzzedSetsAreDescribedOrRefused() throws {
        var generator = SeededGenerator(seed: 0xC0117)
        let text = try RecordedEvidence.bytes("collateral/tdx-b0c06f000000-20250619-ev17.json")
        let verifier = Verifier()
        var refused = 0
        let rounds = FuzzBudget.spend {
            guard let set = try? CollateralStore.decode(mutated(text, with: &generator), at: "fuzz").first,
                case .success = verifier.summary(of: set)
            else { return refused += 1 }
        }
        #expect(rounds > 0 && refused > 0)
    }
}
