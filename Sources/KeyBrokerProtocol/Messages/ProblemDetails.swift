// SPDX-License-Identifier: Apache-2.0

/// The body of every error (RFC 7807): which kind, and in `detail` the reason in words.
package struct ProblemDetails: Sendable, Equatable, Codable {
    /// Prefix of the types that the reference server has too.
    package static let sharedPrefix = "https://github.com/confidential-containers/kbs/errors/"
    /// Prefix of our own.
    package static let ownPrefix = "urn:cloister:broker:error:"

    package var type: String
    package var detail: String

    package init(type: String, detail: String) {
        self.type = type
        self.detail = detail
    }

    package var json: String {
        "{\"type\":\(CanonicalJSON.quoted(type)),\"detail\":\(CanonicalJSON.quoted(detail))}"
    }
}
