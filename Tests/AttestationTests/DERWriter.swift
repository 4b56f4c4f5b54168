// SPDX-License-Identifier: Apache-2.0
// Writes the little DER that made-up certificates and revocation lists need.

import Crypto
import Foundation

enum DERWriter {
    static func item(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80 ? [UInt8(count)] : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        return [tag] + length + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { item(0x30, parts.flatMap { $0 }) }

    static func object(_ text: String) -> [UInt8] {
        let numbers = text.split(separator: ".").compactMap { Int($0) }
        var content = [UInt8(numbers[0] * 40 + numbers[1])]
        for number in numbers.dropFirst(2) {
            var groups = [UInt8(number & 0x7F)], rest = number >> 7
            while rest > 0 {
                groups.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
                rest >>= 7
            }
            content += groups
        }
        return item(0x06, content)
    }

    static func integer(_ value: Int) -> [UInt8] {
        var bytes: [UInt8] = [], rest = value
        repeat {
            bytes.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        } while rest > 0
        return item(0x02, (bytes[0] & 0x80 == 0 ? [] : [0]) + bytes)
    }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { item(0x04, bytes) }
    static func bits(_ bytes: [UInt8]) -> [UInt8] { item(0x03, [0] + bytes) }
    static func explicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { item(0xA0 | number, content) }

    static func time(_ seconds: Int64) -> [UInt8] {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMddHHmmss'Z'"
        return item(0x18, Array(formatter.string(from: Date(timeIntervalSince1970: Double(seconds))).utf8))
    }

    static func name(_ common: String) -> [UInt8] {
        sequence(item(0x31, sequence(object("2.5.4.3"), item(0x0C, Array(common.utf8)))))
    }

    static func pem(_ certificates: [[UInt8]]) -> String {
        certificates.map {
            "-----BEGIN CERTIFICATE-----\n\(Data($0).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]))\n-----END CERTIFICATE-----\n"
        }.joined()
    }
}

/// A key of either curve, with the algorithm it signs certificates with.
enum TestKey: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)

    var info: [UInt8] {
        switch self {
        case .p256(let key): [UInt8](key.publicKey.derRepresentation)
        case .p384(let key): [UInt8](key.publicKey.derRepresentation)
        }
    }

    var algorithm: [UInt8] {
        switch self {
        case .p256: DERWriter.sequence(DERWriter.object("1.2.840.10045.4.3.2"))
        case .p384: DERWriter.sequence(DERWriter.object("1.2.840.10045.4.3.3"))
        }
    }

    var raw: [UInt8] {
        switch self {
        case .p256(let key): [UInt8](key.publicKey.rawRepresentation)
        case .p384(let key): [UInt8](key.publicKey.rawRepresentation)
        }
    }

    func sign(der message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key): [UInt8](try key.signature(for: message).derRepresentation)
        case .p384(let key): [UInt8](try key.signature(for: message).derRepresentation)
        }
    }

    func sign(raw message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key): [UInt8](try key.signature(for: message).rawRepresentation)
        case .p384(let key): [UInt8](try key.signature(for: message).rawRepresentation)
        }
    }
}

/// An authority of a made-up vendor.
struct TestAuthority: Sendable {
    var name: String
    var key: TestKey
    var certificate: [UInt8]

    struct Extension {
        var identifier: String
        var value: [UInt8]
        var isCritical = false
    }

    struct Shape {
        var serial: Int = 7
        var validity: ClosedRange<Int64> = SimulatedVendor.start...SimulatedVendor.end
        var isAuthority = false
        var pathLength: Int?
        var extensions: [Extension] = []
    }

    static func root(_ name: String, _ key: TestKey, validity: ClosedRange<Int64> = SimulatedVendor.start...SimulatedVendor.end) throws
        -> TestAuthority
    {
        let shape = Shape(serial: 1, validity: validity, isAuthority: true)
        return TestAuthority(name: name, key: key, certificate: try make(name, key.info, shape, issuer: name, signer: key))
    }

    func issue(_ subject: String, _ key: TestKey, _ shape: Shape) throws -> TestAuthority {
        TestAuthority(name: subject, key: key, certificate: try Self.make(subject, key.info, shape, issuer: name, signer: self.key))
    }

    func revocationList(serials: [Int], validity: ClosedRange<Int64> = SimulatedVendor.start...SimulatedVendor.end, issuer: String? = nil)
        throws -> [UInt8]
    {
        let entries = serials.flatMap { DERWriter.sequence(DERWriter.integer($0), DERWriter.time(validity.lowerBound)) }
        let signed = DERWriter.sequence(
            DERWriter.integer(1), key.algorithm, DERWriter.name(issuer ?? name), DERWriter.time(validity.lowerBound),
            DERWriter.time(validity.upperBound), serials.isEmpty ? [] : DERWriter.item(0x30, entries))
        return DERWriter.sequence(signed, key.algorithm, DERWriter.bits(try key.sign(der: signed)))
    }

    private static func make(_ subject: String, _ info: [UInt8], _ shape: Shape, issuer: String, signer: TestKey) throws -> [UInt8] {
        var extensions = shape.extensions
        if shape.isAuthority {
            let length = shape.pathLength.map { DERWriter.integer($0) } ?? []
            extensions.append(
                Extension(identifier: "2.5.29.19", value: DERWriter.sequence(DERWriter.item(0x01, [0xFF]), length), isCritical: true))
            extensions.append(Extension(identifier: "2.5.29.15", value: DERWriter.item(0x03, [1, 0x06]), isCritical: true))
        }
        let encoded = extensions.flatMap {
            DERWriter.sequence(DERWriter.object($0.identifier), $0.isCritical ? DERWriter.item(0x01, [0xFF]) : [], DERWriter.octets($0.value))
        }
        let signed = DERWriter.sequence(
            DERWriter.explicit(0, DERWriter.integer(2)), DERWriter.integer(shape.serial), signer.algorithm, DERWriter.name(issuer),
            DERWriter.sequence(DERWriter.time(shape.validity.lowerBound), DERWriter.time(shape.validity.upperBound)), DERWriter.name(subject), info,
            DERWriter.explicit(3, DERWriter.item(0x30, encoded)))
        return DERWriter.sequence(signed, signer.algorithm, DERWriter.bits(try signer.sign(der: signed)))
    }
}
