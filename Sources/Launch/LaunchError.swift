// SPDX-License-Identifier: Apache-2.0
// The one error type of this module: what went wrong, where, and what to do next, in one line.

/// An error that a user can act on.
package struct LaunchError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure it is; the command maps it to an exit code.
    package enum Code: Int32, Sendable {
        /// The input is malformed, or is not what its name or signature says.
        case badData = 65
        /// A file or an enclave that was named does not exist.
        case notFound = 66
        /// The enclave or the kernel does not answer.
        case unavailable = 69
        /// A file or a folder could not be created.
        case cannotCreate = 73
        /// The host failed to read, write or start something.
        case hostFailure = 74
        /// What was asked is refused: identity differs, or permission is missing.
        case refused = 77
        /// The kernel found the program, and it cannot be executed; as shells say it.
        case notExecutable = 126
        /// The kernel found no such program; as shells say it.
        case noProgram = 127
        /// The request itself makes no sense.
        case usage = 64
    }

    package let code: Code
    package let what: String
    package let place: String
    package let next: String

    package init(_ code: Code, _ what: String, at place: String, next: String) {
        self.code = code
        self.what = what
        self.place = place
        self.next = next
    }

    package var description: String { "\(what), \(place); \(next)" }
}
