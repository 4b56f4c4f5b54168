// SPDX-License-Identifier: Apache-2.0
// Recorded evidence of real machines through the broker's eyes: the library verifies, the broker binds it to the session.
import Attestation
import BrokerStore
import Encodings
import Foundation
import KeyBrokerProtocol
import Testing

@testable import Broker

@Suite struct QuoteAppraiserTests {
    private struct Recorded {
        let tee: TEEName
        let quote: Data
        let reportData: [UInt8]
        let primary: JSONValue
        let now: Int64
    }

    /// A recorded TDX quote with its collateral as a bundle, at the time of its recording.
    private func recorded(
        quote: String = "dcap-qvl/tdx-v4-uptodate.bin", collateral: String = "collateral/tdx-b0c06f000000-20250313-ev17.json",
        now: Int64 = 1_742_762_201
    ) throws -> Recorded? {
        guard let quote = Fixtures.data(quote), let text = Fixtures.data(collateral) else { return nil }
        let set = try JSONDecoder().decode(Collateral.self, from: text)
        let result = Verifier().verify(Array(quote), collateral: set, now: now)
        #expect(result.verdict == .valid, "\(result.reasons)")
        let reportData = try #require(result.claims.flatMap { Hex.decode($0.reportData) })
        let bundle = try EvidenceBundle(evidence: Array(quote), collateral: set).json()
        return Recorded(
            tee: .tdx, quote: quote, reportData: reportData, primary: ["quote": .string(Data(bundle).base64EncodedString())], now: now)
    }

    private func appraise(_ one: Recorded, _ change: (inout EvidenceRequest) -> Void = { _ in }) async throws -> Appraisal {
        var request = EvidenceRequest(
            tee: one.tee, evidence: .init(primary: one.primary, additional: ""), initData: nil, expectedDigest: one.reportData, now: one.now)
        change(&request)
        return try await QuoteAppraiser(acceptsSimulation: false, collateral: CollateralShelf(folder: nil)).appraise(request)
    }

    private func refusal(_ one: Recorded, _ change: (inout EvidenceRequest) -> Void) async -> String {
        do {
            _ = try await appraise(one, change)
            return "none"
        } catch {
            #expect((error as? BrokerError)?.kind == .attestationError)
            return (error as? BrokerError)?.detail ?? ""
        }
    }

    @Test func recordedEvidenceHolds() async throws {
        guard let one = try recorded() else { return }
        let appraisal = try await appraise(one)
        #expect(appraisal.isHardware)
        #expect(appraisal.result.status == .upToDate)
        #expect(appraisal.result.claims?.tee == .tdx)
        let trust = Trustworthiness(appraisal, knownMeasurements: [appraisal.result.claims?.measurement ?? ""])
        #expect(trust.hardware == 2)
        #expect(trust.executables == 3)
        #expect(trust.status == "affirming")
    }

    @Test func whatDoesNotFitIsNamed() async throws {
        guard let one = try recorded() else { return }
        #expect(await refusal(one) { $0.expectedDigest[0] ^= 1 }.contains("report data"))
        #expect(await refusal(one) { $0.tee = .sgx }.contains("the evidence is of tdx"))
        #expect(await refusal(one) { $0.now += 400 * 86_400 }.contains("expired"))
        #expect(await refusal(one) { $0.evidence.primary = ["quote": "!"] }.contains("base64"))
        #expect(await refusal(one) { $0.evidence.primary = .null }.contains("primary_evidence"))
        #expect(await refusal(one) { $0.evidence.primary = ["quote": "eyJ4IjoxfQ=="] }.contains("bundle"))
        // Without collateral nothing says whether the platform is current.
        let bare = one.quote.base64EncodedString()
        #expect(await refusal(one) { $0.evidence.primary = ["quote": .string(bare)] }.contains("collateral"))
        #expect(await refusal(one) { $0.initData = .init(format: "toml", body: "x") }.contains("init-data"))
        var flipped = Array(one.quote)
        flipped[600] ^= 1
        let bytes = Data(flipped).base64EncodedString()
        #expect(await refusal(one) { $0.evidence.primary = ["quote": .string(bytes)] }.contains("does not hold"))
    }

    /// The operators' folder serves evidence that brings no collateral, and wins over what is brought.
    @Test func keptCollateralIsUsed() async throws {
        guard let one = try recorded(), let text = Fixtures.data("collateral/tdx-b0c06f000000-20250313-ev17.json") else { return }
        let folder = try TemporaryFolder()
        try text.write(to: URL(fileURLWithPath: folder.path + "/tdx.json"))
        let appraiser = QuoteAppraiser(acceptsSimulation: false, collateral: CollateralShelf(folder: folder.path))
        let bare = JSONValue.string(one.quote.base64EncodedString())
        let appraisal = try await appraiser.appraise(
            EvidenceRequest(
                tee: .tdx, evidence: .init(primary: ["quote": bare], additional: ""), initData: nil, expectedDigest: one.reportData, now: one.now))
        #expect(appraisal.result.status == .upToDate)
    }

    @Test func tokensCarryTheWholeVerification() async throws {
        guard let one = try recorded() else { return }
        let appraisal = try await appraise(one)
        let evidence = AnnotatedEvidence(
            tee: .tdx, claims: nil, verification: appraisal.result, reportData: "", initData: "",
            runtime: RuntimeData(nonce: "", teePublicKey: OpeningKey().publicKey))
        let text = try JSONEncoder().encode(evidence)
        #expect(try JSONDecoder().decode(AnnotatedEvidence.self, from: text) == evidence)
        #expect(try JSONDecoder().decode(JSONValue.self, from: text)["tdx"]?["measurement"]?.text == appraisal.result.claims?.measurement)
    }
}
