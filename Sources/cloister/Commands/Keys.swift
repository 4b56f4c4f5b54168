// SPDX-License-Identifier: Apache-2.0
// cloister keys
import ArgumentParser
internal import Encodings
import Formats
import Image
import Launch

struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create and show keys that sign images.",
        discussion: """
            Example:
              cloister keys new release.pem
              cloister build --key release.pem cloister.yaml
            """,
        subcommands: [NewKey.self, ShowKey.self])
}

struct NewKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Create a signing key: FILE (private, mode 0600) and its public half beside it.",
        discussion: """
            Example:
              cloister keys new --kind p256 release.pem
            """)

    @Option(help: "ed25519 or p256.")
    var kind: KeyKind = .ed25519

    @OptionGroup var output: JSONOption

    @Argument(help: ArgumentHelp("Where to write the private key.", valueName: "FILE"))
    var file: String

    func run() throws {
        let key = SigningKey(generating: kind == .p256 ? .p256 : .ed25519)
        try KeyFile.create(key, at: file)
        KeyReport(file: file, publicKey: key.publicKey).print(asJSON: output.json)
    }
}

struct ShowKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print who a key, public or private, signs as.",
        discussion: """
            Example:
              cloister keys show release.pub.pem
            """)

    @OptionGroup var output: JSONOption

    @Argument(help: ArgumentHelp("Key file.", valueName: "FILE"))
    var file: String

    func run() throws {
        KeyReport(file: file, publicKey: try KeyFile.loadVerifyingKey(from: file)).print(asJSON: output.json)
    }
}

private struct KeyReport {
    let file: String
    let publicKey: VerifyingKey

    func print(asJSON: Bool) {
        let signer = Hex.encode(publicKey.fingerprint.bytes)
        let algorithm = publicKey.algorithm == .ed25519 ? "ed25519" : "p256"
        if asJSON {
            let json = JSON.object(
                ("file", .string(file)), ("public_file", .string(KeyFile.publicPath(for: file))),
                ("algorithm", .string(algorithm)), ("signer", .string(signer)))
            return Swift.print(json)
        }
        Swift.print("key        \(file)")
        Swift.print("algorithm  \(algorithm)")
        Swift.print("signer     \(signer)")
    }
}

enum KeyKind: String, ExpressibleByArgument, CaseIterable {
    case ed25519, p256
}
