// SPDX-License-Identifier: Apache-2.0
// cloister stop
import ArgumentParser
import Launch

struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop an enclave: SIGTERM to its programs, SIGKILL after the grace time.",
        discussion: """
            Example:
              cloister stop tools
              cloister stop --all --now
            """)

    @Option(help: ArgumentHelp("Grace time in seconds.", valueName: "SECONDS"))
    var time: UInt32 = 10

    @Flag(help: "No grace time.")
    var now = false

    @Flag(help: "Stop every enclave of this user.")
    var all = false

    @Argument(help: "Names of enclaves.")
    var names: [String] = []

    func validate() throws {
        if all == !names.isEmpty { throw ValidationError("name the enclaves, or give --all") }
        if time > 86_400 { throw ValidationError("--time is at most 86400") }
    }

    func run() throws {
        let registry = Registry(try StateDirectory(environment: Style.environment))
        var entries = all ? try registry.running() : []
        for name in names { entries.append(try registry.find(name)) }
        for entry in entries {
            if try ResidentStop.stop(entry, graceSeconds: now ? 0 : time, in: registry), !now {
                Report.warning("'\(entry.name)' did not end within \(time) s and was killed")
            }
            print(entry.name)
        }
    }
}
