// SPDX-License-Identifier: Apache-2.0
// The one error of this module.

import StrictYAML

package struct DeploymentError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A description, statement or chain that cannot be read.
        case format
        /// Too few approvals, or none that count.
        case approvals
        /// An older version takes a newer one's place without the approvers' word.
        case rollback
        /// Not the chain that was known, or another deployment's.
        case chain
        /// A certificate or request that is not acceptable.
        case certificate
        /// A file that a description names.
        case file
    }

    package let code: Code
    package let message: String
    /// Line of the description.
    package let line: Int?

    package init(_ code: Code, _ message: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
    }

    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}

extension DeploymentError: YAMLFailure {
    package init(_ message: String, line: Int?) { self.init(.format, message, line: line) }
}
