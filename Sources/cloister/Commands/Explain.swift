// SPDX-License-Identifier: Apache-2.0
// cloister explain
import ArgumentParser
import Image
import Launch

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what an image's measurement consists of, or how two images differ.",
        discussion: """
            With two images it ends with 0 when they are the same, with 1 when they differ.

            Example:
              cloister explain python.img
              cloister explain old.img new.img
            """)

    @Flag(help: "List every file as well.")
    var files = false

    @OptionGroup var output: JSONOption

    @Argument(help: "Image file, or a folder with a cloister.yaml and its built image.")
    var image: String

    @Argument(help: "A second image, to compare with.")
    var other: String?

    func run() throws {
        if let other {
            try compare(with: other)
        } else {
            try explain()
        }
    }

    private func explain() throws {
        let explanation = try ImageExplanation(ofImageAt: ImageLocation.file(image))
        if output.json { return try EncodableOutput.print(explanation) }
        for part in explanation.contributions {
            print(Style.bold(part.name, on: 1) + (part.hash.isEmpty ? "" : " \(part.hash)"))
            print("    \(part.text)")
        }
        guard files else { return }
        for file in explanation.files {
            let link = file.target.map { " -> \($0)" } ?? ""
            print("\(file.mode) \(file.size) \(file.hash.isEmpty ? "-" : file.hash) \(file.path)\(link)")
        }
    }

    private func compare(with other: String) throws {
        let difference = try ImageDifference(from: ImageLocation.file(image), to: ImageLocation.file(other))
        if output.json {
            try EncodableOutput.print(difference)
        } else if difference.isSame {
            print("the two images are the same")
        } else {
            for change in difference.changes {
                print("\(change.part.rawValue)\(change.name.isEmpty ? "" : " \(change.name)"): \(change.text)")
            }
        }
        if !difference.isSame { throw ExitCode(1) }
    }
}
