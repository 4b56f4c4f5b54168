// SPDX-License-Identifier: Apache-2.0
// cloister-broker console
import ArgumentParser
import Broker

struct Console: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Print a code that signs you in to the broker's web console.",
        discussion: """
            Open the address in a browser and give the code there. It serves once, within two minutes; your key stays here.

            Example:
              cloister-broker console
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let client = try server.client()
        let answer: ConsoleCode = try await client.post("/admin/v1/console/codes", Nothing())
        if output.json { return try Output.json(answer) }
        Output.line("open  \(client.url)/console/")
        Output.line("code  \(answer.code)  (once, until \(Output.time(answer.expires)), as \(client.credential.name))")
    }
}
