// SPDX-License-Identifier: Apache-2.0
// The root command: parsing, and turning every error into one line and a documented exit code (docs/cli.md).
import ArgumentParser
import Launch

@main
struct Cloister: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloister",
        abstract: "Run unmodified Linux programs in an enclave.",
        discussion: """
            Example:
              cloister run --insecure-host-root -- ls /
              cloister build cloister.yaml && cloister run --image python.img -- python3 -c 'print(1)'
            """,
        version: Version.text,
        subcommands: [
            New.self, Build.self, Run.self, Start.self, Exec.self, Stop.self, Ps.self, Logs.self, Inspect.self,
            Attest.self, Explain.self, Verify.self, CollateralCommand.self, DeploymentCommand.self, Keys.self, Broker.self, Gdb.self, Completion.self,
        ])

    static func main() {
        System.holdStandardStreams()
        do {
            var command = try parseAsRoot(Arguments.normalised(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            Report.exit(for: error)
        }
    }
}

enum Version {
    static let text = "0.1.0"
}

enum Arguments {
    /// `--trace=FILE` is spelled `--trace-file=FILE` inside, so that `--trace` alone never takes the next word.
    static func normalised(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].map { argument in
            argument.hasPrefix("--trace=") ? "--trace-file=" + argument.dropFirst("--trace=".count) : argument
        } + arguments[end...]
    }
}
