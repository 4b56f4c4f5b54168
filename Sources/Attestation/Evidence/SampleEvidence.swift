// SPDX-License-Identifier: Apache-2.0
// The `sample` evidence of CoCo's test platform: JSON that nobody signs. It is read so that it can be named, and refused by default.

internal import Encodings
internal import Foundation

struct SampleEvidence: Decodable {
    let svn: String
    let reportData: String

    private enum CodingKeys: String, CodingKey {
        case svn
        case reportData = "report_data"
    }

    /// Report data is padded to 64 bytes, as on the real platforms.
    func claims() throws(Malformed) -> Claims {
        guard let data = Data(base64Encoded: reportData), data.count <= 64 else {
            throw Malformed("report_data", "it is not base64 of at most 64 bytes")
        }
        guard let version = UInt16(svn) else { throw Malformed("svn", "it is not a small number") }
        return Claims(
            tee: .sample, version: 1, measurement: "", securityVersion: Int(version),
            reportData: Hex.encode([UInt8](data) + [UInt8](repeating: 0, count: 64 - data.count)), isDebug: false)
    }

    static func verify(_ evidence: [UInt8], roots: TrustedRoots) -> VerificationResult {
        let claims: Claims
        do { claims = try JSONDecoder().decode(SampleEvidence.self, from: Data(evidence)).claims() } catch {
            return .unreadable(Reason(.evidenceFormat, field: "evidence", plainText(error)))
        }
        if roots.acceptsUnsignedSample { return VerificationResult(verdict: .valid, claims: claims, isSimulated: true) }
        let reason = Reason(.unsignedEvidence, field: "evidence", "sample evidence carries no signature: anybody can make it")
        return VerificationResult(verdict: .invalid, reasons: [reason], claims: claims, isSimulated: true)
    }
}
