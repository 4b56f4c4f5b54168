// SPDX-License-Identifier: Apache-2.0
// The one error of this module.

internal import StrictYAML

/// A policy that cannot be read: one line for people, with the line of the policy.
public struct PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public let line: Int?

    public init(_ message: String, line: Int?) {
        self.message = message
        self.line = line
    }

    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}

extension PolicyError: YAMLFailure {}
