// SPDX-License-Identifier: Apache-2.0
// What can go wrong in the simulated platform. Never carries key material.

package struct PlatformError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The folder of the platform is missing, open to others, or cannot be written.
        case store
        /// The stored platform is damaged.
        case damaged
        /// The request is malformed, or asks for what this enclave may not have.
        case refused
        /// A library refused what cannot be refused.
        case internalFailure
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
