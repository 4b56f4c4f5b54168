// SPDX-License-Identifier: Apache-2.0
// One value of a YAML document, with its line.

package import Yams

package struct YAMLValue<Failure: YAMLFailure> {
    package let node: Node
    /// The key, or words for it, in messages.
    package let name: String

    init(_ node: Node, _ name: String) {
        self.node = node
        self.name = name
    }

    package var line: Int { node.mark?.line ?? 0 }
    package var isMapping: Bool { if case .mapping = node { true } else { false } }

    package func failure(_ message: String) -> Failure { Failure(message, line: line) }

    package func string() throws(Failure) -> String {
        guard case .scalar(let scalar) = node, scalar.style != .plain || !scalar.string.isEmpty else {
            throw failure("'\(name)' must be a text")
        }
        guard !scalar.string.utf8.contains(0) else { throw failure("'\(name)' contains a zero byte") }
        return scalar.string
    }

    package func boolean() throws(Failure) -> Bool {
        switch try string() {
        case "true": return true
        case "false": return false
        default: throw failure("'\(name)' must be true or false")
        }
    }

    package func number<Number: FixedWidthInteger>(as type: Number.Type) throws(Failure) -> Number {
        guard let number = Number(try string()) else {
            throw failure("'\(name)' must be a whole number up to \(Number.max)")
        }
        return number
    }
}
