// SPDX-License-Identifier: Apache-2.0
// Measurement and signature of the three hashes.

internal import Crypto
internal import Encodings
internal import Formats

extension MeasuredStatement {
    /// 48 bytes.
    var measurement: [UInt8] { sha384(measurementPreimage) }

    func identity(signedBy key: VerifyingKey) -> ImageIdentity {
        ImageIdentity(measurement: Hex.encode(measurement), signer: Hex.encode(key.fingerprint.bytes))
    }
}

extension SigningKey {
    func sign(_ statement: MeasuredStatement) throws(ImageToolError) -> SignatureBlock {
        SignatureBlock(
            statement: statement, algorithm: publicKey.algorithm, publicKey: publicKey.der,
            signature: try sign(ImageFormat.signaturePreimage(measurement: statement.measurement)))
    }
}

extension SignatureBlock {
    var verifyingKey: VerifyingKey { VerifyingKey(algorithm: algorithm, der: publicKey) }

    /// The signature fits the statement and the key in this block; whose key it is, is another question.
    var isValid: Bool {
        verifyingKey.isValid(signature, for: ImageFormat.signaturePreimage(measurement: statement.measurement))
    }
}
