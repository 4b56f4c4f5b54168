// SPDX-License-Identifier: Apache-2.0
// cloister broker
import ArgumentParser
import Launch

struct Broker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run the key broker's own command, cloister-broker, with the words that follow.",
        discussion: """
            A program of its own, so that a server's libraries do not slow the start of enclaves.

            Example:
              cloister broker serve --config broker.yaml
              cloister broker --help
            """)

    @Argument(parsing: .captureForPassthrough, help: "Words for cloister-broker.")
    var arguments: [String] = []

    func run() throws {
        throw try BrokerProgram.replaceSelf(with: arguments)
    }
}

enum BrokerProgram {
    /// Becomes cloister-broker, which lies beside this program; returns the error that kept it from that.
    static func replaceSelf(with arguments: [String]) throws -> LaunchError {
        let command = try System.readLink("/proc/self/exe")
        let folder = command.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let program = "\(folder)/cloister-broker"
        guard System.isExecutable(program) else {
            throw LaunchError(.notFound, "the broker is missing", at: program, next: "build it with make build, or install it beside cloister")
        }
        return System.replaceProcess([program] + arguments)
    }
}
