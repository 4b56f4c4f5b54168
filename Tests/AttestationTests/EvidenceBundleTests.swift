// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzSupport
import Testing

@testable import Attestation

@Suite struct EvidenceBundleTests {
    private static func example() -> EvidenceBundle {
        var collateral = Collateral()
        collateral.tcbInfo = #"{"version":3}"#
        return EvidenceBundle(
            evidence: [3, 0, 0xFB, 0xFF], certificates: "-----BEGIN CERTIFICATE-----\n", collateral: collateral, eventLog: [1, 2])
    }

    @Test func bundleIsReadBackAsItWasWritten() throws {
        let json = try Self.example().json()
        #expect(EvidenceBundle.isBundle(json))
        #expect(try EvidenceBundle(json: json) == Self.example())
        let bare = EvidenceBundle(evidence: [1])
        #expect(try EvidenceBundle(json: try bare.json()) == bare)
    }

    @Test func recordsAreConceptualMessages() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try Self.example().json())) as? [String: Any])
        #expect(object["__cmwc_t"] as? String == "tag:cloister,2026:evidence")
        let evidence = try #require(object["evidence"] as? [Any])
        // base64url without padding; 4 is the bit of evidence, 2 that of endorsements.
        #expect(evidence[0] as? String == "application/octet-stream")
        #expect(evidence[1] as? String == "AwD7_w")
        #expect(evidence[2] as? Int == 4)
        #expect((object["certificates"] as? [Any])?[2] as? Int == 2)
    }

    @Test(arguments: [
        ("[]", "not a JSON collection"), ("{}", "not a JSON collection"),
        (#"{"__cmwc_t":"tag:x"}"#, "its __cmwc_t is 'tag:x'"),
        (#"{"__cmwc_t":"tag:cloister,2026:evidence"}"#, "it has no 'evidence'"),
        (#"{"__cmwc_t":"tag:cloister,2026:evidence","evidence":["a","?"]}"#, "not a JSON collection"),
        (#"{"__cmwc_t":"tag:cloister,2026:evidence","evidence":["a","AA"],"collateral":["a","AA"]}"#, "its 'collateral' cannot be read"),
        (#"{"__cmwc_t":"tag:cloister,2026:evidence","evidence":["a","AA"],"certificates":["a","_w"]}"#, "are not PEM text"),
    ])
    func malformedBundlesAreNamed(json: String, words: String) {
        let error = #expect(throws: EvidenceBundleError.self) { try EvidenceBundle(json: Array(json.utf8)) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func fuzzedBundlesAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: 0xC3)
        let json = try Self.example().json()
        var refused = 0
        let rounds = FuzzBudget.spend {
            if (try? EvidenceBundle(json: mutated(json, with: &generator))) == nil { refused += 1 }
        }
        #expect(rounds > 0 && refused > 0)
    }
}
