// SPDX-License-Identifier: Apache-2.0
// cloister verify
import ArgumentParser
internal import Encodings
import Image
import Launch

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check evidence of an enclave against its vendor's roots and your policy, or an image against its signature.",
        discussion: """
            Evidence is what cloister attest writes, or a bare SGX or TDX quote or SEV-SNP report. It is checked on this machine \
            alone, without a network. Of an image every block is checked.

            Ends with 0 when all is as signed and expected, with 77 when something differs or the policy refuses. Without a policy \
            nothing is said about whose program it is, nor about an outdated or debuggable platform.

            Example:
              cloister verify evidence.bin --policy prod.yaml --nonce 00ff
              cloister verify quote.bin --collateral collateral.json --at 1751624191 --json
              cloister verify python.img --signer 5f0c...
            """)

    @Option(help: ArgumentHelp("Policy that says what is acceptable (docs/policy.md).", valueName: "FILE"))
    var policy: String?

    @Option(help: ArgumentHelp("Collateral of the evidence: CRLs, TCB info, QE identity.", valueName: "FILE"))
    var collateral: String?

    @Option(
        name: .customLong("certificate"),
        help: ArgumentHelp("Certificate that the evidence does not carry: VCEK or VLEK, DER or PEM. May be repeated.", valueName: "FILE"))
    var certificates: [String] = []

    @Option(help: ArgumentHelp("Report data that the evidence must carry (hexadecimal).", valueName: "HEX"))
    var nonce: String?

    @Option(help: ArgumentHelp("Verify as of this moment, in Unix seconds or as 2026-02-18T10:42:15Z; else now.", valueName: "TIME"))
    var at: Moment?

    @Option(help: ArgumentHelp("Expected signer of an image (hexadecimal), or a key file.", valueName: "SIGNER"))
    var signer: String?

    @Option(help: ArgumentHelp("Expected measurement of an image (hexadecimal).", valueName: "MEASUREMENT"))
    var measurement: String?

    @Option(
        help: ArgumentHelp("Kernel to compare an image with; else the installed one, where there is one.", valueName: "FILE"))
    var kernel: String?

    @OptionGroup var output: JSONOption

    @Argument(help: "Evidence; or an image file, or a folder with a cloister.yaml and its built image.")
    var file: String

    func run() throws {
        let isImage = try ImageLocation.isImage(file)
        try checkOptions(isImage: isImage)
        try isImage ? verifyImage() : verifyEvidence()
    }

    /// An option that would have no effect is a mistake, and here perhaps a dangerous one.
    private func checkOptions(isImage: Bool) throws(LaunchError) {
        let ofEvidence = [
            ("--policy", policy != nil), ("--collateral", collateral != nil), ("--certificate", !certificates.isEmpty),
            ("--nonce", nonce != nil), ("--at", at != nil),
        ]
        let ofImages = [("--signer", signer != nil), ("--measurement", measurement != nil), ("--kernel", kernel != nil)]
        guard let misplaced = (isImage ? ofEvidence : ofImages).first(where: \.1)?.0 else { return }
        let what = isImage ? "an image" : "evidence"
        let next = isImage ? "give evidence, as cloister attest writes it" : "say in a --policy whose program you accept"
        throw LaunchError(.usage, "\(misplaced) does not apply to \(what)", at: file, next: next)
    }

    private func verifyEvidence() throws {
        let check = EvidenceCheck(
            evidence: file, policy: policy, collateral: collateral, certificates: certificates, reportData: nonce,
            now: at?.seconds ?? System.now())
        let outcome = try check.run()
        if output.json {
            try EncodableOutput.print(EvidenceJSON(outcome))
        } else {
            for line in EvidenceReport.lines(outcome) { print(line) }
            for warning in EvidenceReport.warnings(outcome) { Report.warning(warning) }
        }
        if !outcome.isGood { throw ExitCode(LaunchError.Code.refused.rawValue) }
    }

    private func verifyImage() throws {
        let kernelPath =
            try kernel.map { try KernelLocator.find(explicit: $0, environment: [:]) }
            ?? (try? KernelLocator.find(explicit: nil, environment: Style.environment))
        let verifier = ImageVerifier(
            image: try ImageLocation.file(file), kernel: kernelPath, signer: try expectedSigner(),
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

/// Seconds since 1970, or a time as it is printed.
struct Moment: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let seconds = Int64(argument) ?? CivilTime(iso: argument)?.unix else { return nil }
        self.seconds = seconds
    }
}
