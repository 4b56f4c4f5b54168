// SPDX-License-Identifier: Apache-2.0
// cloister exec
import ArgumentParser
import Launch

struct Exec: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program in an enclave that is already running.",
        discussion: """
            Standard streams, signals and the exit code are passed through.

            Example:
              cloister exec tools -- python3 -c 'print(1)'
              cloister exec -it tools -- bash
            """)

    @OptionGroup var program: ProgramOptions
    @OptionGroup var terminal: TerminalOptions

    @Argument(help: "Name of the enclave.")
    var name: String

    @Argument(parsing: .postTerminator, help: "Program and arguments.")
    var command: [String] = []

    func run() throws {
        Report.enclaveExit {
            if command.isEmpty {
                throw LaunchError(
                    .usage, "no program is named", at: "on the command line", next: "write it after --, as in: -- ls /")
            }
            let registry = Registry(try StateDirectory(environment: Style.environment))
            var options = ExecOptions(arguments: RawWords.program(command))
            // In front, so that -e TERM=... has the last word.
            options.environment =
                (terminal.terminal ? [ByteText("TERM=\(Style.environment["TERM"] ?? "xterm")")] : [])
                + (try program.environmentEntries())
            options.workingDirectory = try program.workingDirectory() ?? ""
            options.usesTerminal = terminal.terminal
            return try ExecClient.run(options, in: try registry.find(name), of: registry)
        }
    }
}
