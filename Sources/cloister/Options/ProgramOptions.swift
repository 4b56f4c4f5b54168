// SPDX-License-Identifier: Apache-2.0
// How a program is run: shared by run, start and exec.
import ArgumentParser
import Launch

/// Environment and working directory.
struct ProgramOptions: ParsableArguments {
    @Option(
        name: [.customShort("e"), .customLong("env")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set an environment variable inside.", valueName: "NAME=VALUE"))
    var variables: [String] = []

    @Option(
        name: .customLong("env-pass"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Pass a variable of the caller on.", valueName: "NAME"))
    var passed: [String] = []

    @Option(help: ArgumentHelp("Working directory inside.", valueName: "PATH"))
    var cwd: String?

    /// NAME=value entries in the order of the options; -e after --env-pass.
    func environmentEntries() throws(LaunchError) -> [ByteText] {
        var entries: [ByteText] = []
        for name in passed {
            try Self.check(name, option: "--env-pass")
            if let value = System.environmentValue(name) {
                entries.append(ByteText(bytes: Array("\(name)=".utf8) + value.bytes))
            }
        }
        for variable in variables {
            guard let equals = variable.firstIndex(of: "=") else {
                throw LaunchError(
                    .usage, "no value", at: "-e \(variable)",
                    next: "write -e \(variable)=VALUE or --env-pass \(variable)")
            }
            try Self.check(String(variable[..<equals]), option: "-e")
            entries.append(RawWords.value(variable))
        }
        return entries
    }

    func workingDirectory() throws(LaunchError) -> String? {
        guard let cwd else { return nil }
        if cwd.hasPrefix("/") { return cwd }
        throw LaunchError(.usage, "not an absolute path", at: "--cwd \(cwd)", next: "start it with /")
    }

    private static func check(_ name: String, option: String) throws(LaunchError) {
        if name.isEmpty || name.contains("=") {
            throw LaunchError(.usage, "not a variable's name", at: "\(option) '\(name)'", next: "write NAME=VALUE")
        }
    }
}

/// -i and -t.
struct TerminalOptions: ParsableArguments {
    @Flag(name: [.customShort("i"), .customLong("interactive")], help: "Keep standard input open (the default here).")
    var interactive = false

    @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give the program a terminal of its own.")
    var terminal = false
}

struct QuietOption: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Leave out the warning about the backend; that it was left out is recorded.")
    var quiet = false
}

struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}
