// SPDX-License-Identifier: Apache-2.0
// cloister collateral fetch and serve: they need a network, and with it cloister-broker.
import ArgumentParser

extension CollateralCommand {
    struct Fetch: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fetch", abstract: "Fetch what a piece of evidence needs from its vendor and store it.",
            discussion: """
                Run by cloister-broker; cloister-broker collateral fetch --help lists its options.

                Example:
                  cloister collateral fetch quote.bin
                """)

        @Argument(parsing: .captureForPassthrough, help: "Words for cloister-broker collateral fetch.")
        var arguments: [String] = []

        func run() throws {
            throw try BrokerProgram.replaceSelf(with: ["collateral", "fetch"] + arguments)
        }
    }

    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve", abstract: "Serve stored collateral by the paths of Intel's PCS and AMD's KDS, and keep it fresh.",
            discussion: """
                Run by cloister-broker; cloister-broker collateral serve --help lists its options.

                Example:
                  cloister collateral serve --listen 127.0.0.1:8081 --insecure-http
                """)

        @Argument(parsing: .captureForPassthrough, help: "Words for cloister-broker collateral serve.")
        var arguments: [String] = []

        func run() throws {
            throw try BrokerProgram.replaceSelf(with: ["collateral", "serve"] + arguments)
        }
    }
}
