// SPDX-License-Identifier: Apache-2.0
// cloister build
import ArgumentParser
import Image
import Launch

struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build a measured and signed image from a cloister.yaml.",
        discussion: """
            The same inputs give the same measurement on any machine. Unchanged files are not hashed again.

            Example:
              cloister build --key key.pem --output python.img cloister.yaml
            """)

    @Option(help: ArgumentHelp("Signing key; else CLOISTER_KEY, else ~/.config/cloister/key.pem.", valueName: "FILE"))
    var key: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Image to write; else NAME.img beside the manifest.", valueName: "FILE")
    )
    var output: String?

    @Option(help: ArgumentHelp("Parallel hashing jobs.", valueName: "N"))
    var jobs: Int?

    @Flag(help: "Take packages from this machine only.")
    var offline = false

    @Option(help: ArgumentHelp("Kernel the image is for.", visibility: .hidden))
    var kernel: String?

    @OptionGroup var format: JSONOption

    @Argument(help: "Manifest, or the folder of a cloister.yaml.")
    var manifest = "."

    func validate() throws {
        if let jobs, jobs < 1 || jobs > 1024 { throw ValidationError("--jobs is a number from 1 to 1024") }
    }

    func run() throws {
        let kernelPath = try KernelLocator.find(explicit: kernel, environment: Style.environment)
        let settings = try Manifest.load(from: manifest)
        let signingKey = try KeyFile.loadSigningKey(from: try keyPath())
        let folder = System.isDirectory(manifest) ? manifest : Self.parent(of: manifest)
        let target =
            output ?? ImageLocation.defaultOutput(manifestName: settings.settings.name, folder: folder)
        var builder = ImageBuilder(manifest: settings, kernel: kernelPath, key: signingKey, output: target)
        builder.mayDownload = !offline
        if settings.shield != nil { builder.shield = try ShieldLocator.find(environment: Style.environment) }
        if settings.secrets != nil { builder.agent = try AgentLocator.find(environment: Style.environment) }
        if let jobs { builder.parallelism = jobs }
        let line = ProgressLine()
        builder.progress = { line.show($0) }
        let ready = builder
        defer { line.clear() }
        let result = try Blocking.run { try await ready.build() }
        line.clear()
        for warning in result.warnings { Report.warning(warning) }
        for option in settings.settings.insecureOptions { Report.warning("\(option) is part of this image") }
        report(result)
    }

    private func keyPath() throws(LaunchError) -> String {
        if let path = key ?? Style.environment["CLOISTER_KEY"] { return path }
        let home = Style.environment["HOME"] ?? ""
        let standard = home.isEmpty ? nil : home + "/.config/cloister/key.pem"
        if let standard, System.exists(standard) { return standard }
        throw LaunchError(
            .notFound, "no signing key", at: "neither --key nor CLOISTER_KEY" + (standard.map { " nor \($0)" } ?? ""),
            next: "make one with cloister keys new key.pem and give --key key.pem")
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func report(_ result: BuildResult) {
        if format.json {
            let json = JSON.object(
                ("output", .string(result.output)), ("measurement", .string(result.identity.measurement)),
                ("signer", .string(result.identity.signer)), ("files", .integer(Int64(result.fileCount))),
                ("reused_files", .integer(Int64(result.reusedFiles))),
                ("packages", .integer(Int64(result.packageCount))),
                ("image_bytes", .integer(Int64(clamping: result.imageBytes))),
                ("up_to_date", .bool(result.wasUpToDate)), ("warnings", .strings(result.warnings)))
            return print(json)
        }
        let state = result.wasUpToDate ? " (up to date)" : ""
        print("image        \(result.output)\(state)")
        print("measurement  \(result.identity.measurement)")
        print("signer       \(result.identity.signer)")
        print(
            "contents     \(result.fileCount) names, \(result.packageCount) packages, "
                + "\(result.imageBytes >> 20) MiB, \(result.reusedFiles) files reused")
    }
}
