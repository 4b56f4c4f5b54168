// SPDX-License-Identifier: Apache-2.0
// `sample`: proves nothing, and is refused unless insecure_allow_sample is set. Everything else of a round is as with hardware.
import Attestation
import BrokerStore
internal import Encodings
import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct SampleAppraiser: EvidenceAppraiser {
    func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal {
        guard let sample = SampleEvidence(request.evidence.primary) else {
            throw BrokerError(.attestationError, "sample evidence needs the texts svn and report_data (standard base64)")
        }
        guard sample.securityVersion.utf8.count <= 64 else { throw BrokerError(.attestationError, "the svn has more than 64 bytes") }
        guard Bytes.areEqual(sample.reportData, request.expectedDigest) else {
            throw BrokerError(.attestationError, Self.mismatch)
        }
        let digest = Hex.encode(RuntimeData.reportData(of: sample.reportData))
        var appraisal = Appraisal(
            result: VerificationResult(
                verdict: .valid,
                claims: Claims(tee: .sample, version: 1, measurement: Hex.encode("abcde".utf8), reportData: digest, isDebug: false),
                isSimulated: true), reportData: sample.reportData)
        appraisal.claims = [
            "svn": .string(sample.securityVersion), "report_data": .string(Data(sample.reportData).base64EncodedString()),
            "launch_digest": "abcde", "debug": .bool(false), "class": "cpu",
            "platform_version": ["major": .number(1), "minor": .number(4)],
        ]
        return appraisal
    }

    static let mismatch = "the report data of the evidence is not the digest of this session's nonce, key and device evidence"
}
