// SPDX-License-Identifier: Apache-2.0
// Texts that others give a meaning to, one for each kind and name: deployments, and who holds their certificates.

package struct StoredDocument: Sendable, Equatable {
    package var kind: String
    package var name: String
    /// Goes up with each change.
    package var version: Int
    package var text: String
    package var created: Int64
    package var createdBy: String
}

package struct DocumentChange: Sendable, Equatable {
    package var kind: String
    package var name: String
    /// nil: it is not changed, but must still be of the expected version.
    package var text: String?
    /// The version that the change was thought out for; 0: there is none yet.
    package var expected: Int

    package init(kind: String, name: String, text: String?, expected: Int) {
        self.kind = kind
        self.name = name
        self.text = text
        self.expected = expected
    }
}
