// SPDX-License-Identifier: Apache-2.0
// What the command says on standard error, and how it ends.
import ArgumentParser
import Image
import Launch

enum Report {
    /// Exit code of `run` and `exec` when Cloister itself failed, so that no program's own code is mistaken for it.
    static let enclaveFailure: Int32 = 125

    static func line(_ text: String) {
        try? System.write(Array((text + "\n").utf8), to: 2, name: "standard error")
    }

    static func warning(_ text: String) {
        line("cloister: \(Style.yellow("warning", on: 2)): \(text)")
    }

    static func error(_ text: String) {
        line("cloister: \(Style.red("error", on: 2)): \(text)")
    }

    /// Ends the command with the message and code of `error`.
    static func exit(for error: any Error) -> Never {
        switch error {
        case let failure as LaunchError:
            Self.error(failure.description)
            Cloister.exit(withError: ExitCode(failure.code.rawValue))
        case let failure as ImageToolError:
            Self.error(LaunchError(failure).description)
            Cloister.exit(withError: ExitCode(LaunchError(failure).code.rawValue))
        case let code as ExitCode:
            Cloister.exit(withError: code)
        default:
            exitForParsing(error)
        }
    }

    /// Help and version go to standard output; a wrong command line becomes one line.
    private static func exitForParsing(_ error: any Error) -> Never {
        if Cloister.exitCode(for: error) == .success { Cloister.exit(withError: error) }
        let message = Cloister.message(for: error).split(separator: "\n").joined(separator: " ")
        let arguments = CommandLine.arguments.dropFirst()
        let name = arguments.prefix { !$0.hasPrefix("-") }.first.flatMap { Cloister.hasSubcommand($0) ? $0 : nil }
        let help = "see \(name.map { "cloister \($0)" } ?? "cloister") --help"
        // `run image bash -l` is what the hand types: the option is meant for the program.
        let takesProgram = ["run", "exec", "start"].contains(name)
        let isProgramsOwn = takesProgram && message.contains("nknown option") && !arguments.contains("--")
        let next = isProgramsOwn ? "a program and its own options come after --, \(help)" : help
        Self.error("\(message), on the command line; \(next)")
        let isForeground = name == "run" || name == "exec"
        Cloister.exit(withError: ExitCode(isForeground ? enclaveFailure : LaunchError.Code.usage.rawValue))
    }

    /// Runs what a foreground command does; its own failures get a code that no program uses by habit.
    static func enclaveExit(_ body: () throws -> EnclaveEnd) -> Never {
        do {
            let end = try body()
            Cloister.exit(withError: ExitCode(end.exitCode))
        } catch let failure as LaunchError {
            error(failure.description)
            let isAboutTheProgram = failure.code == .noProgram || failure.code == .notExecutable
            Cloister.exit(withError: ExitCode(isAboutTheProgram ? failure.code.rawValue : enclaveFailure))
        } catch {
            Report.exit(for: error)
        }
    }
}

extension Cloister {
    static func hasSubcommand(_ name: String) -> Bool {
        configuration.subcommands.contains { $0._commandName == name }
    }
}
