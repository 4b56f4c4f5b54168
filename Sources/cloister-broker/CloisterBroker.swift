// SPDX-License-Identifier: Apache-2.0
// The broker's command: the server, and what operators do with it (docs/broker.md).
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

@main
struct CloisterBroker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloister-broker",
        abstract: "Release secrets to enclaves that prove what they are.",
        discussion: """
            Example:
              cloister-broker operator new ann --role secrets --role policies --database broker.db ann.key
              cloister-broker serve --config broker.yaml
              cloister broker serve --config broker.yaml
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, PolicyCommand.self, Secret.self, Approve.self, Audit.self, Operator.self, MasterKeyCommand.self, Unlock.self, Lock.self,
            Status.self, ReferenceValueCommand.self, DeploymentCommand.self, CollateralCommand.self, Console.self, Completion.self,
        ])

    static func main() async {
        // Whatever this program creates is its owner's alone.
        umask(0o077)
        // Requests are handled on the threads that read them: no switch of threads between the two.
        _ = NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Output.error(failure.description)
            Foundation.exit(failure.code.rawValue)
        } catch {
            exitForParsing(error)
        }
    }

    /// Help and version go to standard output; a wrong command line becomes one line.
    private static func exitForParsing(_ error: any Error) -> Never {
        if exitCode(for: error) == .success || error is ExitCode { exit(withError: error) }
        let text = message(for: error).split(separator: "\n").joined(separator: " ")
        Output.error("\(text), on the command line; see cloister-broker --help")
        Foundation.exit(CommandFailure.Code.usage.rawValue)
    }
}
