// SPDX-License-Identifier: Apache-2.0
// The verifier's role of RFC 9334, as the routes see it: evidence in, facts out. Whether the facts are good enough is for policies.
package import Attestation
package import AttestationPolicy
package import KeyBrokerProtocol

package struct EvidenceRequest: Sendable {
    package var tee: TEEName
    package var evidence: AttestationRequest.Evidence
    package var initData: AttestationRequest.InitData?
    /// What the evidence must carry as report data: the digest of nonce and key.
    package var expectedDigest: [UInt8]
    package var now: Int64
}

/// What was found; it goes into the token and to the policies. Every check of the evidence held.
package struct Appraisal: Sendable, Equatable {
    package var result: VerificationResult
    /// What the reference server's token says of `sample`; nil: the claims of `result`.
    package var claims: JSONValue?
    package var reportData: [UInt8]
    package var initDataDigest = ""
    /// SHA-256 of the simulated root at which the chain ends.
    package var simulationRoot: String?
    /// What the enclave was started with, where the evidence is bound to it.
    package var launch: LaunchFacts?

    package init(result: VerificationResult, reportData: [UInt8]) {
        self.result = result
        self.reportData = reportData
    }

    /// True if a hardware vendor's root vouches for it.
    package var isHardware: Bool { !result.isSimulated && result.claims?.tee != .sample }
}

package protocol EvidenceAppraiser: Sendable {
    /// Throws `AttestationError` with the reason if the evidence does not hold.
    func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal
}

/// Chooses by the name of the environment.
package struct AppraiserTable: EvidenceAppraiser {
    private let appraisers: [TEEName: any EvidenceAppraiser]

    package init(_ appraisers: [TEEName: any EvidenceAppraiser]) {
        self.appraisers = appraisers
    }

    /// What this program can check, under this configuration.
    package init(_ configuration: BrokerConfiguration) {
        let quotes = QuoteAppraiser(
            acceptsSimulation: configuration.acceptsSimulation, collateral: CollateralShelf(folder: configuration.collateralFolder))
        var appraisers: [TEEName: any EvidenceAppraiser] = [.sgx: quotes, .tdx: quotes, .snp: quotes]
        if configuration.acceptsSample { appraisers[.sample] = SampleAppraiser() }
        self.init(appraisers)
    }

    package func check(_ tee: TEEName) throws(BrokerError) {
        if appraisers[tee] != nil { return }
        let reason = tee == .sample ? "sample evidence proves nothing and is refused without insecure_allow_sample" : "it is not served here"
        throw BrokerError(.attestationError, "tee \(tee.rawValue): \(reason)")
    }

    package func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal {
        guard let appraiser = appraisers[request.tee] else {
            try check(request.tee)
            throw BrokerError(.attestationError, "tee \(request.tee.rawValue) is not served here")
        }
        return try await appraiser.appraise(request)
    }
}

enum Bytes {
    /// Takes as long for any two of one length.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
