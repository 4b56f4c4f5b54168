// SPDX-License-Identifier: Apache-2.0
// `sample`: proves nothing, and is refused unless insecure_allow_sample is set. Everything else of a round is as with hardware.
import Crypto
package import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

package struct SampleAppraiser: EvidenceAppraiser {
    package init() {}

    package func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal {
        guard let sample = SampleEvidence(request.evidence.primary) else {
            throw BrokerError(.attestationError, "sample evidence needs the texts svn and report_data (standard base64)")
        }
        guard Bytes.areEqual(sample.reportData, request.expectedDigest) else {
            throw BrokerError(.attestationError, Self.mismatch)
        }
        return Appraisal(
            claims: [
                "svn": .string(sample.securityVersion), "report_data": .string(Data(sample.reportData).base64EncodedString()),
                "launch_digest": "abcde", "debug": .bool(false), "class": "cpu",
                "platform_version": ["major": .number(1), "minor": .number(4)],
            ], reportData: sample.reportData, measurement: "abcde")
    }

    static let mismatch = "the report data of the evidence is not the digest of this session's nonce, key and device evidence"
}

/// Chooses by the name of the environment.
package struct AppraiserTable: EvidenceAppraiser {
    private let appraisers: [TEEName: any EvidenceAppraiser]

    package init(_ appraisers: [TEEName: any EvidenceAppraiser]) {
        self.appraisers = appraisers
    }

    /// What this program can check, under this configuration.
    package init(_ configuration: BrokerConfiguration) {
        self.init(configuration.acceptsSample ? [.sample: SampleAppraiser()] : [:])
    }

    package func check(_ tee: TEEName) throws(BrokerError) {
        if appraisers[tee] != nil { return }
        let reason = tee == .sample ? "sample evidence proves nothing and is refused without insecure_allow_sample" : "it is not served here"
        throw BrokerError(.attestationError, "tee \(tee.rawValue): \(reason)")
    }

    package func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal {
        try check(request.tee)
        guard let appraiser = appraisers[request.tee] else { throw BrokerError(.attestationError, "tee \(request.tee.rawValue) is not served") }
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
