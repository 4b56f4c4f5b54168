// SPDX-License-Identifier: Apache-2.0
// The one error of this module.

public struct CollateralStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// What was given is not collateral.
        case format
        /// It does not verify.
        case refused
        /// The folder or a file in it cannot be read or written.
        case store
    }

    public let code: Code
    public let message: String
    public let place: String
    public let next: String

    init(_ code: Code, _ message: String, at place: String, next: String = "give what a vendor publishes, or what cloister collateral export wrote") {
        self.code = code
        self.message = message
        self.place = place
        self.next = next
    }

    public var description: String { "\(message), \(place); \(next)" }
}
