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
    }

    public let code: Code
    /// What is wrong and where, without a trailing full stop.
    public let message: String
    /// Line of the manifest, when the manifest is at fault.
    public let line: Int?

    public init(_ code: Code, _ message: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
    }

    public var description: String {
        if let line { "line \(line): \(message)" } else { message }
    }
}
