// SPDX-License-Identifier: Apache-2.0
// What AMD writes into a VCEK or VLEK (1.3.6.1.4.1.3704.1): for which processor, chip and TCB version the key is.

internal import SwiftASN1

struct ChipExtensions: Sendable {
    let productName: String
    let product: AMDProduct?
    let tcb: AMDTCB
    /// 64 bytes, on Turin 8; nil in a VLEK.
    let chipID: ArraySlice<UInt8>?
    /// VLEK only: the cloud provider.
    let provider: String?

    init(_ certificate: X509Certificate) throws {
        productName = try Self.text([1, 3, 6, 1, 4, 1, 3704, 1, 2], certificate)
        // Milan's certificates name the stepping too: Milan-B0.
        product = AMDProduct(rawValue: String(productName.prefix { $0 != "-" }))
        let fmc: Int? = product == .turin ? try Self.number([1, 3, 6, 1, 4, 1, 3704, 1, 3, 9], certificate) : nil
        tcb = AMDTCB(
            bootloader: try Self.number([1, 3, 6, 1, 4, 1, 3704, 1, 3, 1], certificate),
            tee: try Self.number([1, 3, 6, 1, 4, 1, 3704, 1, 3, 2], certificate),
            snp: try Self.number([1, 3, 6, 1, 4, 1, 3704, 1, 3, 3], certificate),
            microcode: try Self.number([1, 3, 6, 1, 4, 1, 3704, 1, 3, 8], certificate), fmc: fmc)
        chipID = try certificate.extensions[[1, 3, 6, 1, 4, 1, 3704, 1, 4]].map { value in
            // Some certificates wrap the bytes once more.
            if value.count == 8 || value.count == 64 { return value }
            let inner = try DER.parse(value)
            guard inner.identifier == .octetString else { throw Malformed("hwID", "it has \(value.count) bytes") }
            return try primitive(inner, "hwID")
        }
        provider =
            certificate.extensions[[1, 3, 6, 1, 4, 1, 3704, 1, 5]] == nil ? nil : try Self.text([1, 3, 6, 1, 4, 1, 3704, 1, 5], certificate)
    }

    private static func text(_ identifier: ASN1ObjectIdentifier, _ certificate: X509Certificate) throws -> String {
        guard let value = certificate.extensions[identifier] else { throw Malformed("extension \(identifier)", "it is missing") }
        return String(decoding: try primitive(try DER.parse(value), "extension \(identifier)"), as: UTF8.self)
    }

    private static func number(_ identifier: ASN1ObjectIdentifier, _ certificate: X509Certificate) throws -> Int {
        guard let value = certificate.extensions[identifier] else { throw Malformed("extension \(identifier)", "it is missing") }
        return try Int(derEncoded: try DER.parse(value))
    }
}
