// SPDX-License-Identifier: Apache-2.0
// The verifier's role of RFC 9334, as the routes see it: evidence in, facts out. Whether the facts are good enough is for policies.
package import KeyBrokerProtocol

package struct EvidenceRequest: Sendable {
    package var tee: TEEName
    package var evidence: AttestationRequest.Evidence
    package var initData: AttestationRequest.InitData?
    /// What the evidence must carry as report data: the digest of nonce and key.
    package var expectedDigest: [UInt8]
    package var now: Int64
}

/// What was found; it goes into the token and to the policies.
package struct Appraisal: Sendable, Equatable {
    /// The facts as the token carries them.
    package var claims: JSONValue
    package var reportData: [UInt8]
    package var initDataDigest: String
    package var isSimulated: Bool
    package var isDebug: Bool
    /// Intel's name of the platform's state, or nil where there is none.
    package var status: String?
    package var measurement: String?
    /// True if some hardware vendor's root vouches for it.
    package var isHardware: Bool

    package init(
        claims: JSONValue, reportData: [UInt8], initDataDigest: String = "", isSimulated: Bool = false, isDebug: Bool = false,
        status: String? = nil, measurement: String? = nil, isHardware: Bool = false
    ) {
        self.claims = claims
        self.reportData = reportData
        self.initDataDigest = initDataDigest
        self.isSimulated = isSimulated
        self.isDebug = isDebug
        self.status = status
        self.measurement = measurement
        self.isHardware = isHardware
    }
}

package protocol EvidenceAppraiser: Sendable {
    /// Throws `AttestationError` with the reason if the evidence does not hold.
    func appraise(_ request: EvidenceRequest) async throws(BrokerError) -> Appraisal
}
