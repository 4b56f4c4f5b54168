// SPDX-License-Identifier: Apache-2.0
// cloister run
import ArgumentParser
import Launch

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a program in an enclave of its own.",
        discussion: """
            The program's exit code is the command's; 125 means that Cloister itself failed (docs/cli.md).

            Examples:
              cloister run --image python.img -- python3 -c 'print(1)'
              cloister run --insecure-host-root -- ls /
              cloister run -it --image tools.img -- bash
            """)

    @OptionGroup var root: RootOptions
    @OptionGroup var program: ProgramOptions
    @OptionGroup var terminal: TerminalOptions
    @OptionGroup var platform: PlatformOptions
    @OptionGroup var quiet: QuietOption

    @Flag(help: "Log every system call to standard error (--trace=FILE: to a file).")
    var trace = false

    @Option(help: ArgumentHelp("Log every system call to a file.", valueName: "FILE"))
    var traceFile: String?

    @Flag(help: "Print at the end how many calls were served and how many reached the host.")
    var stats = false

    @Flag(help: "Print the end, the identity and the counts as one line of JSON on standard error.")
    var json = false

    @Argument(parsing: .postTerminator, help: "Program and arguments; without it, the image's entry point.")
    var command: [String] = []

    func run() throws {
        Report.enclaveExit { try start() }
    }

    private func start() throws -> EnclaveEnd {
        let kernel = try root.kernelPath()
        let request = try root.request(
            command: command, program: program, terminal: terminal.terminal, kernel: kernel)
        if request.arguments.isEmpty {
            throw LaunchError(
                .usage, "no program is named", at: "on the command line", next: "write it after --, as in: -- ls /")
        }
        try request.refuseWhatIsNotPassedThrough(
            hasTerminal: terminal.terminal, isTraced: trace || self.traceFile != nil)
        var options = RunOptions(kernel: kernel)
        options.usesTerminal = terminal.terminal
        options.collectsStatistics = stats || json
        options.platform = try platform.choice()
        let traceFile = try openTrace()
        options.trace = traceFile.number < 0 ? nil : traceFile.number
        Notice.print(for: request, on: platform.backend, isQuiet: quiet.quiet)
        let outcome = try ForegroundRun.run(request, options)
        _ = consume traceFile
        RunReport(request: request, backend: platform.backend, outcome: outcome, isQuiet: quiet.quiet).print(asJSON: json, counts: stats)
        return outcome.end
    }

    /// The descriptor the log goes to; number -1 when there is no log.
    private func openTrace() throws(LaunchError) -> Descriptor {
        if let traceFile {
            return try System.open(
                traceFile, flags: Flags.writeOnly | Flags.create | Flags.truncate, mode: 0o644)
        }
        return trace ? try Descriptor.duplicate(of: 2) : Descriptor(owning: -1)
    }
}
