// SPDX-License-Identifier: Apache-2.0
// What an enclave was started with, read from the document that its evidence is bound to (docs/design/evidence.md).

internal import Foundation

/// Command line and environment of the enclave's first program.
public struct LaunchFacts: Codable, Sendable, Equatable {
    public var arguments: [String]
    public var environment: [String: String]

    public init(arguments: [String], environment: [String: String]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// The agent that fetches secrets before the program and becomes it (docs/secrets.md).
    private static let agent = "/.cloister/agent"
    /// Where it asks; the program does not get it.
    private static let brokerVariable = "CLOISTER_BROKER"

    /// nil where the document cannot be read, names a variable twice, or holds what is not UTF-8: then nothing is known of the start.
    public init?(document: [UInt8]) {
        struct Document: Decodable {
            let arguments: [String]
            let environment: [String]
        }
        guard let read = try? JSONDecoder().decode(Document.self, from: Data(document)) else { return nil }
        let hasAgent = read.arguments.first == Self.agent
        arguments = hasAgent ? Array(read.arguments.dropFirst()) : read.arguments
        environment = [:]
        for entry in read.environment {
            guard let end = entry.utf8.firstIndex(of: 0x3D) else { return nil }
            let name = String(entry[..<end])
            if hasAgent, name == Self.brokerVariable { continue }
            guard environment.updateValue(String(entry[end...].dropFirst()), forKey: name) == nil else { return nil }
        }
    }
}
