// SPDX-License-Identifier: Apache-2.0
// cloister logs
import ArgumentParser
import Launch

struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a resident enclave's main program and kernel wrote.",
        discussion: """
            Example:
              cloister logs tools
              cloister logs --follow tools
            """)

    @Flag(name: .shortAndLong, help: "Go on until the enclave ends.")
    var follow = false

    @Argument(help: "Name of the enclave.")
    var name: String

    func run() throws {
        let registry = Registry(try StateDirectory(environment: Style.environment))
        let entry = try registry.find(name)
        let path = "\(registry.state.folder(name))/log"
        let file = try System.open(path, flags: Flags.readOnly)
        while true {
            // Asked before reading, so that what was written last is still printed.
            let isRunning = entry.isRunning
            var bytes = try System.readNext(file.number, name: path)
            while !bytes.isEmpty {
                try System.write(bytes, to: 1, name: "standard output")
                bytes = try System.readNext(file.number, name: path)
            }
            if !follow || !isRunning { return }
            _ = try System.waitReadable([], timeoutMilliseconds: 200)
        }
    }
}
