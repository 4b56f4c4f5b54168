// SPDX-License-Identifier: Apache-2.0
// Strict access to YAML: typed values with line numbers, unknown keys refused with the nearest known one.

package import Yams

/// The error of whoever reads: it gets the message and the line.
package protocol YAMLFailure: Error {
    init(_ message: String, line: Int?)
}

package struct YAMLMapping<Failure: YAMLFailure> {
    package let name: String
    package let line: Int
    package let entries: [(key: YAMLValue<Failure>, value: YAMLValue<Failure>)]

    /// `known` nil accepts any key.
    package init(_ node: Node, of name: String, known: [String]?) throws(Failure) {
        let owner = YAMLValue<Failure>(node, name)
        guard case .mapping(let mapping) = node else { throw owner.failure("\(name) must be a map of keys to values") }
        var entries: [(key: YAMLValue<Failure>, value: YAMLValue<Failure>)] = []
        for (key, value) in mapping {
            let keyValue = YAMLValue<Failure>(key, "a key of \(name)")
            let text = try keyValue.string()
            if let known, !known.contains(text) {
                let hint = nearestKey(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
                throw keyValue.failure("unknown key '\(text)' in \(name)\(hint)")
            }
            entries.append((keyValue, YAMLValue<Failure>(value, text)))
        }
        self.name = name
        self.entries = entries
        line = owner.line
    }

    package func value(_ key: String) -> YAMLValue<Failure>? {
        entries.first { $0.value.name == key }?.value
    }

    package func required(_ key: String) throws(Failure) -> YAMLValue<Failure> {
        guard let value = value(key) else {
            throw Failure("\(name) lacks the key '\(key)'", line: line)
        }
        return value
    }

    /// The items of a list; none when the key is absent.
    package func list(_ key: String) throws(Failure) -> [YAMLValue<Failure>] {
        guard let value = value(key) else { return [] }
        guard case .sequence(let items) = value.node else { throw value.failure("'\(key)' must be a list") }
        return items.map { YAMLValue<Failure>($0, "an item of '\(key)'") }
    }
}
