// SPDX-License-Identifier: Apache-2.0
// What went wrong and what to do next, in one line, with the exit codes of docs/cli.md.

struct CommandFailure: Error, CustomStringConvertible {
    enum Code: Int32 {
        case usage = 64
        case badData = 65
        case notFound = 66
        case unavailable = 69
        case cannotCreate = 73
        case hostFailure = 74
        case refused = 77
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
