// SPDX-License-Identifier: Apache-2.0
// Documents that evidence is bound to by a hash of them: what an enclave was started with, or CoCo's init-data.

internal import Crypto
internal import Encodings

extension Claims {
    /// The field that the launcher fills and hardware keeps: CONFIGID, MRCONFIGID or HOST_DATA. nil where the evidence has none.
    public var boundDigest: String? { snp?.hostData ?? tdx?.mrConfigID ?? sgx?.configID }

    /// The SHA-256, SHA-384 or SHA-512 of `document`, if the field holds it, cut or filled with zeros to the field's size.
    public func digest(binding document: [UInt8]) -> [UInt8]? {
        guard let field = boundDigest.flatMap({ Hex.decode($0) }) else { return nil }
        let digests = [Array(SHA256.hash(data: document)), Array(SHA384.hash(data: document)), Array(SHA512.hash(data: document))]
        return digests.first { digest in
            Array((digest + [UInt8](repeating: 0, count: max(0, field.count - digest.count))).prefix(field.count)) == field
        }
    }
}

extension VerificationResult {
    /// Refuses what came with the evidence as its launch and is not what it was bound to.
    mutating func checkLaunch(_ document: [UInt8]?) {
        guard let document, let claims, claims.digest(binding: document) == nil else { return }
        verdict = .invalid
        reasons.append(Reason(.launchData, field: "launch", "the evidence was not made for an enclave that was started with this"))
    }
}
