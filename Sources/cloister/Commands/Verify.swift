// SPDX-License-Identifier: Apache-2.0
// cloister verify
import ArgumentParser
import Image
import Launch

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every block of an image against its signature, and name what differs.",
        discussion: """
            Ends with 0 when all is as signed and expected, with 77 when something differs.

            Example:
              cloister verify python.img --signer 5f0c...
            """)

    @Option(help: ArgumentHelp("Expected signer (hexadecimal), or a key file.", valueName: "SIGNER"))
    var signer: String?

    @Option(help: ArgumentHelp("Expected measurement (hexadecimal).", valueName: "MEASUREMENT"))
    var measurement: String?

    @Option(
        help: ArgumentHelp("Kernel to compare with; else the installed one, where there is one.", valueName: "FILE"))
    var kernel: String?

    @OptionGroup var output: JSONOption

    @Argument(help: "Image file, or a folder with a cloister.yaml and its built image.")
    var image: String

    func run() throws {
        let kernelPath =
            try kernel.map { try KernelLocator.find(explicit: $0, environment: [:]) }
            ?? (try? KernelLocator.find(explicit: nil, environment: Style.environment))
        let verifier = ImageVerifier(
            image: try ImageLocation.file(image), kernel: kernelPath, signer: try expectedSigner(),
            measurement: measurement)
        let report = try verifier.verify()
        output.json ? print(json(report, kernelPath)) : printLines(report, kernelPath)
        if !report.isGood { throw ExitCode(LaunchError.Code.refused.rawValue) }
    }

    private func expectedSigner() throws -> String? {
        guard let signer else { return nil }
        return System.exists(signer) ? try KeyFile.signer(at: signer) : signer
    }

    private func printLines(_ report: VerificationReport, _ kernelPath: String?) {
        if let identity = report.identity {
            print("measurement  \(identity.measurement)")
            print("signer       \(identity.signer)")
        }
        print("kernel       \(kernelPath ?? "not compared: none is installed")")
        for finding in report.findings { print(Style.red("differs", on: 1) + "      \(finding.text)") }
        if report.isGood { print(Style.green("good", on: 1) + "         \(report.checkedBlocks) blocks checked") }
    }

    private func json(_ report: VerificationReport, _ kernelPath: String?) -> JSON {
        .object(
            ("good", .bool(report.isGood)),
            ("measurement", report.identity.map { .string($0.measurement) } ?? .null),
            ("signer", report.identity.map { .string($0.signer) } ?? .null),
            ("kernel", kernelPath.map(JSON.string) ?? .null),
            ("checked_blocks", .integer(Int64(clamping: report.checkedBlocks))),
            (
                "findings",
                .array(report.findings.map { .object(("part", .string($0.name)), ("text", .string($0.text))) })
            ))
    }
}
