// SPDX-License-Identifier: Apache-2.0
// Evidence and what a verifier needs beside it, in one file: a JSON collection of conceptual messages (CMW, draft-ietf-rats-msg-wrap).
// Only `evidence` is signed; nothing else in it is trusted for being there.

internal import Foundation

public struct EvidenceBundle: Sendable, Equatable {
    public static let maximumSize = 8 << 20
    /// The `__cmwc_t` of the collection.
    public static let collectionType = "tag:cloister,2026:evidence"

    /// Quote or report, as the platform made it.
    public var evidence: [UInt8]
    /// PEM.
    public var certificates: String?
    public var collateral: Collateral?
    /// CCEL.
    public var eventLog: [UInt8]?
    /// What the enclave was started with: a text whose hash the evidence carries in CONFIGID, MRCONFIGID or HOST_DATA.
    public var launch: [UInt8]?

    public init(
        evidence: [UInt8], certificates: String? = nil, collateral: Collateral? = nil, eventLog: [UInt8]? = nil, launch: [UInt8]? = nil
    ) {
        self.evidence = evidence
        self.certificates = certificates
        self.collateral = collateral
        self.eventLog = eventLog
        self.launch = launch
    }

    /// Whether the file is a bundle and not a bare quote or report, none of which begins like JSON.
    public static func isBundle(_ file: [UInt8]) -> Bool {
        file.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == 0x7B
    }

    public init(json: [UInt8]) throws(EvidenceBundleError) {
        guard json.count <= Self.maximumSize else { throw EvidenceBundleError("it has more than \(Self.maximumSize) bytes") }
        let messages: Messages
        do { messages = try JSONDecoder().decode(Messages.self, from: Data(json)) } catch {
            throw EvidenceBundleError("it is not a JSON collection of conceptual messages")
        }
        guard messages.type == Self.collectionType else {
            throw EvidenceBundleError("its __cmwc_t is '\(messages.type)', not '\(Self.collectionType)'")
        }
        guard let evidence = messages.evidence else { throw EvidenceBundleError("it has no 'evidence'") }
        self.init(evidence: evidence.value, eventLog: messages.eventLog?.value, launch: messages.launch?.value)
        if let certificates = messages.certificates {
            guard let text = String(validating: certificates.value, as: UTF8.self) else {
                throw EvidenceBundleError("its 'certificates' are not PEM text")
            }
            self.certificates = text
        }
        if let collateral = messages.collateral {
            do { self.collateral = try JSONDecoder().decode(Collateral.self, from: Data(collateral.value)) } catch {
                throw EvidenceBundleError("its 'collateral' cannot be read")
            }
        }
    }

    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let messages = Messages(
            type: Self.collectionType,
            evidence: Message("application/octet-stream", evidence, .evidence),
            certificates: certificates.map { Message("application/pem-certificate-chain", Array($0.utf8), .endorsements) },
            collateral: try collateral.map { Message("application/json", Array(try encoder.encode($0)), .endorsements) },
            eventLog: eventLog.map { Message("application/octet-stream", $0, .evidence) },
            launch: launch.map { Message("application/json", $0, .evidence) })
        return Array(try encoder.encode(messages)) + [0x0A]
    }
}

public struct EvidenceBundleError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

private struct Messages: Codable {
    var type: String
    var evidence: Message?
    var certificates: Message?
    var collateral: Message?
    var eventLog: Message?
    var launch: Message?

    enum CodingKeys: String, CodingKey {
        case type = "__cmwc_t"
        case evidence
        case certificates
        case collateral
        case eventLog = "event_log"
        case launch
    }
}

/// One record: media type, base64url without padding, and a set of bits that says what kind of message it is.
private struct Message: Codable {
    enum Kind: Int {
        case endorsements = 2
        case evidence = 4
    }

    var mediaType: String
    var value: [UInt8]
    var kind: Int

    init(_ mediaType: String, _ value: [UInt8], _ kind: Kind) {
        self.mediaType = mediaType
        self.value = value
        self.kind = kind.rawValue
    }

    init(from decoder: any Decoder) throws {
        var record = try decoder.unkeyedContainer()
        mediaType = try record.decode(String.self)
        let text = try record.decode(String.self)
        kind = record.isAtEnd ? 0 : try record.decode(Int.self)
        let padded = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded) else {
            throw DecodingError.dataCorruptedError(in: record, debugDescription: "not base64url")
        }
        value = Array(data)
    }

    func encode(to encoder: any Encoder) throws {
        var record = encoder.unkeyedContainer()
        try record.encode(mediaType)
        let text = Data(value).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        try record.encode(String(text.prefix { $0 != "=" }))
        try record.encode(kind)
    }
}
