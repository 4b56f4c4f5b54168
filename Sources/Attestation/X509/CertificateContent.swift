// SPDX-License-Identifier: Apache-2.0
// What other modules may know of a certificate: its key, its extensions, whether it is signed with its own key.

internal import SwiftASN1

package struct CertificateContent: Sendable {
    private let certificate: X509Certificate

    /// DER, at most 16 KiB. Throws an error whose description says what is malformed.
    package init(der: [UInt8]) throws(CertificateContentError) {
        do { certificate = try X509Certificate(der: der) } catch {
            throw CertificateContentError(description: plainText(error))
        }
    }

    /// SubjectPublicKeyInfo in DER.
    package var publicKeyInfo: [UInt8] { Array(certificate.publicKeyInfo) }

    /// Unix seconds.
    package var validity: ClosedRange<Int64> { certificate.validity }

    package var isSignedWithOwnKey: Bool {
        certificate.publicKey.accepts(certificate.signature, certificate.algorithm, over: certificate.toBeSigned)
    }

    /// The value of an extension, by the components of its object identifier.
    package func value(ofExtension identifier: [UInt]) -> [UInt8]? {
        let text = identifier.map(String.init).joined(separator: ".")
        return certificate.extensions.first { $0.key.description == text }.map { Array($0.value) }
    }
}

package struct CertificateContentError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}
