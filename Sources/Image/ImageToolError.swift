// SPDX-License-Identifier: Apache-2.0
// The one error of this module: a code for programs, one line for people.

public struct ImageToolError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case manifest
        case input
        case package
        case key
        case image
        case output
        /// A file that was named does not exist.
        case missing
        /// A file that was named may not be read or written.
        case denied
        /// What was to be made is there already.
        case exists
    }

    public let code: Code
    /// What is wrong, without a trailing full stop; also where, when `place` is nil.
    public let message: String
    /// Where, when that is more than the code tells.
    public let place: String?
    /// What to do about it, when that is more than the code tells.
    public let next: String?
    /// Line of the manifest, when the manifest is at fault.
    public let line: Int?

    public init(
        _ code: Code, _ message: String, at place: String? = nil, next: String? = nil, line: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.next = next
        self.line = line
    }

    public var description: String {
        let text = place.map { "\($0): \(message)" } ?? message
        return if let line { "line \(line): \(text)" } else { text }
    }
}
