// SPDX-License-Identifier: Apache-2.0
// The audit log is a chain: each entry's text holds the SHA-256 of the text before it.
import Crypto
internal import Encodings
package import KeyBrokerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What happened, before it has a place in the chain.
package struct AuditEvent: Sendable, Equatable {
    package var time: Int64
    package var actor: String
    package var action: String
    package var subject: String
    package var outcome: String
    package var details: [String: String]

    package init(time: Int64, actor: String, action: String, subject: String, outcome: String = "done", details: [String: String] = [:]) {
        self.time = time
        self.actor = actor
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.details = details
    }
}

package struct AuditEntry: Sendable, Equatable {
    package var sequence: Int
    /// Canonical JSON; exactly these bytes are hashed.
    package var text: String
    package var hash: [UInt8]

    /// What the first entry names as the one before it.
    package static let origin = [UInt8](repeating: 0, count: 32)

    package init(sequence: Int, text: String, hash: [UInt8]) {
        self.sequence = sequence
        self.text = text
        self.hash = hash
    }

    init(_ event: AuditEvent, sequence: Int, previous: [UInt8]) {
        var details = "{"
        let names = event.details.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
        for (index, name) in names.enumerated() {
            details += (index == 0 ? "" : ",") + CanonicalJSON.quoted(name) + ":" + CanonicalJSON.quoted(event.details[name] ?? "")
        }
        details += "}"
        let text =
            "{\"action\":\(CanonicalJSON.quoted(event.action)),\"actor\":\(CanonicalJSON.quoted(event.actor)),\"details\":\(details),"
            + "\"outcome\":\(CanonicalJSON.quoted(event.outcome)),\"previous\":\"\(Hex.encode(previous))\",\"sequence\":\(sequence),"
            + "\"subject\":\(CanonicalJSON.quoted(event.subject)),\"time\":\(event.time)}"
        self.init(sequence: sequence, text: text, hash: Self.hash(of: text))
    }

    static func hash(of text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    package var json: JSONValue? { try? JSONValue(json: text.utf8) }
}
