// SPDX-License-Identifier: Apache-2.0
internal import Encodings
import KeyBrokerProtocol

/// A chain, and whether a head that was kept elsewhere (hex) is among its entries.
package struct AuditCheck: Sendable {
    package private(set) var chain = AuditChain()
    private let known: String?
    private var hasKnown: Bool

    package init(known: String?) {
        self.known = known
        hasKnown = known == nil
    }

    package mutating func append(_ entry: AuditEntry) throws(AuditChain.Break) {
        try chain.append(entry)
        if let known, Hex.encode(chain.head) == known { hasKnown = true }
    }

    package func end() throws(AuditChain.Break) -> AuditChain {
        if hasKnown { return chain }
        throw AuditChain.Break(sequence: chain.count + 1, reason: "no entry has the head that was kept: some were cut off")
    }
}

/// Checks a chain entry by entry. Entries cut off at the end leave an intact shorter chain: keep the head elsewhere and compare.
package struct AuditChain: Sendable, Equatable {
    package struct Break: Error, Sendable, Equatable, CustomStringConvertible {
        package var sequence: Int
        package var reason: String

        package var description: String { "entry \(sequence): \(reason)" }
    }

    package private(set) var count = 0
    package private(set) var head = AuditEntry.origin

    package init() {}

    package mutating func append(_ entry: AuditEntry) throws(Break) {
        let expected = count + 1
        if entry.sequence != expected {
            throw Break(sequence: expected, reason: "it is missing; the next one is \(entry.sequence)")
        }
        let hash = AuditEntry.hash(of: entry.text)
        guard let json = entry.json, (try? CanonicalJSON.text(of: json)) == entry.text else {
            throw Break(sequence: expected, reason: "its text is not canonical JSON")
        }
        if json["sequence"] != .number(Double(expected)) {
            throw Break(sequence: expected, reason: "its text names another sequence number")
        }
        if json["previous"]?.text != Hex.encode(head) {
            throw Break(sequence: expected, reason: "it does not name the hash of the entry before it")
        }
        if entry.hash != hash { throw Break(sequence: expected, reason: "its text was changed: the hash beside it differs") }
        count = expected
        head = hash
    }
}
