// SPDX-License-Identifier: Apache-2.0
// cloister inspect
import ArgumentParser
import Image
import Launch

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what an image is: identity, sizes, settings and packages.",
        discussion: """
            Example:
              cloister inspect python.img
              cloister inspect --json python.img
            """)

    @OptionGroup var output: JSONOption

    @Argument(help: "Image file, or a folder with a cloister.yaml and its built image.")
    var image: String

    func run() throws {
        let facts = try ImageInspection(ofImageAt: ImageLocation.file(image))
        if output.json { return try EncodableOutput.print(facts) }
        for (name, value) in Self.lines(facts) {
            print(name + String(repeating: " ", count: max(1, 14 - name.count)) + value)
        }
    }

    static func lines(_ facts: ImageInspection) -> [(String, String)] {
        let settings = facts.settings
        var lines = [
            ("image", facts.path), ("name", settings.name), ("measurement", facts.identity.measurement),
            ("signer", facts.identity.signer), ("algorithm", facts.signatureAlgorithm), ("kernel", facts.kernelHash),
            ("manifest", facts.manifestHash), ("root", facts.rootHash),
            (
                "size",
                "\(facts.imageBytes) bytes: \(facts.files) files, \(facts.directories) folders, \(facts.links) links"
            ),
            ("entry point", ([settings.entryPoint ?? "-"] + settings.arguments).joined(separator: " ")),
            ("working dir", settings.workingDirectory), ("user", "\(settings.userID):\(settings.groupID)"),
        ]
        lines += settings.environment.trusted.sorted { $0.key < $1.key }.map {
            ("environment", "\($0.key)=\($0.value)")
        }
        lines += settings.environment.passedThrough.map { ("passed", $0) }
        lines += settings.passedThrough.map { ("passed", $0.replacing("_", with: " ")) }
        lines += settings.mounts.map { ("mount", "tmpfs \($0.target)") }
        lines += settings.shield?.listen.map { ("shield", "listens at \($0)") } ?? []
        lines += settings.shield?.connect.map { ("shield", "connects to port \($0)") } ?? []
        lines += settings.insecureHostMounts.map { ("host mount", "\($0.source) \($0.target)") }
        lines += facts.secrets?.facts.map { ("secrets", "\($0.key): \($0.value)") } ?? []
        lines += facts.insecureOptions.map { (Style.yellow("insecure", on: 1), $0) }
        lines += facts.packages.sorted { $0.key < $1.key }.map { ("package", "\($0.key) \($0.value)") }
        return lines
    }
}
