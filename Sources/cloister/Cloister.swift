// SPDX-License-Identifier: Apache-2.0
// The root command.
import ArgumentParser

@main
struct Cloister: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run unmodified Linux programs in an enclave.")
}
