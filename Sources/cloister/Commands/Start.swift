// SPDX-License-Identifier: Apache-2.0
// cloister start
import ArgumentParser
import Launch

struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start an enclave that stays and serves exec.",
        discussion: """
            With a program after --, it runs as the main program and its output goes to the log; without one nothing runs until exec, not \
            even the image's entry point.

            Example:
              cloister start --name tools tools.img
              cloister exec tools -- python3 -c 'print(1)'
              cloister stop tools
            """)

    @Option(help: "Name of the enclave; by default made from the image's.")
    var name: String?

    @OptionGroup var root: RootOptions
    @OptionGroup var program: ProgramOptions
    @OptionGroup var platform: PlatformOptions
    @OptionGroup var quiet: QuietOption
    @OptionGroup var output: JSONOption

    @Argument(parsing: .postTerminator, help: "Main program and arguments.")
    var command: [String] = []

    func run() throws {
        let kernel = try root.kernelPath()
        var request = try root.request(command: command, program: program, terminal: false, kernel: kernel)
        // Only what is asked for runs: an image's entry point is for run.
        request.arguments = request.program(RawWords.program(command))
        try request.refuseWhatIsNotPassedThrough(isResident: true)
        let registry = Registry(try StateDirectory(environment: Style.environment))
        let chosen = try name ?? Self.freeName(root.image ?? root.source, in: registry)
        Notice.print(for: request, on: platform.backend, isQuiet: quiet.quiet)
        let entry = try ResidentStart.start(
            request, name: chosen, kernel: kernel, platform: try platform.choice(), isQuiet: quiet.quiet,
            in: registry)
        if !quiet.quiet, let idle = request.idleEntryPoint {
            Report.line("cloister: note: nothing runs in it yet: start it with -- \(idle) to run the image's program")
        }
        print(output.json ? entry.json.description : entry.name)
    }

    /// The image's base name, with a number where it is taken.
    private static func freeName(_ path: String?, in registry: Registry) throws(LaunchError) -> String {
        let file = path?.split(separator: "/").last.map(String.init) ?? "host"
        let plain = file.hasSuffix(".img") ? String(file.dropLast(4)) : file
        let base = String(
            plain.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.prefix(48))
        let taken = Set(try registry.running().map(\.name))
        let stem = base.isEmpty || base == "lock" ? "enclave" : base
        if !taken.contains(stem) { return stem }
        var number = 2
        while taken.contains("\(stem)-\(number)") { number += 1 }
        return "\(stem)-\(number)"
    }
}
