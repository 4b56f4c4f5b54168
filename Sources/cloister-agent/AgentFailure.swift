// SPDX-License-Identifier: Apache-2.0

/// Why the program does not start: one line, and an exit code like those of `cloister`.
struct AgentFailure: Error, Equatable {
    enum Code: Int32 {
        /// No broker was named.
        case usage = 64
        /// The description, an answer or a secret is not what it should be.
        case badData = 65
        /// The broker or the platform did not answer.
        case unavailable = 69
        /// A file of a secret could not be written.
        case cannotCreate = 73
        /// The broker refused, or is not the one that the image trusts.
        case refused = 77
        case notExecutable = 126
        case noProgram = 127
    }

    let code: Code
    let message: String
    let next: String
    /// The status of the broker's answer, where that was the reason.
    var answer: Int?
    /// Another try may succeed.
    var mayPass = false

    init(_ code: Code, _ message: String, next: String, answer: Int? = nil, mayPass: Bool = false) {
        self.code = code
        self.message = message
        self.next = next
        self.answer = answer
        self.mayPass = mayPass
    }

    var line: String { "cloister-agent: error: \(Self.printable(message)); \(Self.printable(next))\n" }

    /// What the broker says is another's text: no control characters, and not without end.
    static func printable(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(1200) { kept.append(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : scalar) }
        return String(kept)
    }
}
