// SPDX-License-Identifier: Apache-2.0
// Where the root comes from, how it is confined, and which kernel serves it: shared by run and start.
import ArgumentParser
import Formats
import Launch

struct RootOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Image to run.", valueName: "FILE"))
    var image: String?

    @Argument(help: "Image file, or a folder with a cloister.yaml and its built image.")
    var source: String?

    @Flag(help: "Use the host's own files as root, unverified: for a quick try.")
    var insecureHostRoot = false

    @Flag(help: "With --insecure-host-root: let programs reach the host's own services at 127.0.0.1 and ::1.")
    var insecureHostLoopback = false

    @Option(help: ArgumentHelp("Run as this user and group, by number.", valueName: "UID[:GID]"))
    var user: String?

    @Option(
        name: .customLong("mount"),
        help: ArgumentHelp("Mount a host folder, or memory with tmpfs:DST.", valueName: "SRC:DST[:ro]"))
    var mounts: [String] = []

    @Option(help: ArgumentHelp("Where the image's secrets come from: https://HOST:PORT.", valueName: "URL"))
    var broker: String?

    @Option(help: ArgumentHelp("Kernel to start.", visibility: .hidden))
    var kernel: String?

    func kernelPath() throws(LaunchError) -> String {
        try KernelLocator.find(explicit: kernel, environment: Style.environment)
    }

    /// The request for what these options and `command` name.
    func request(
        command: [String], program: ProgramOptions, terminal: Bool, kernel: String
    ) throws(LaunchError) -> EnclaveRequest {
        // In front, so that -e TERM=... has the last word.
        var entries =
            (terminal ? [ByteText("TERM=\(Style.environment["TERM"] ?? "xterm")")] : []) + (try program.environmentEntries())
        var request: EnclaveRequest
        switch (insecureHostRoot, image ?? source) {
        case (true, nil):
            if let broker {
                throw LaunchError(.usage, "secrets are for images", at: "--broker \(broker)", next: "leave --broker out, or name an image")
            }
            request = EnclaveRequest(root: .insecureHost)
            request.environment = Self.hostRootEnvironment + entries
            request.reachesHostLoopback = insecureHostLoopback
        case (false, let path?):
            if insecureHostLoopback {
                throw LaunchError(
                    .usage, "an image decides this itself", at: "--insecure-host-loopback",
                    next: "write insecure_host_loopback: true into its manifest")
            }
            let checked = try ImageCheck.open(path, kernel: kernel)
            if let broker { entries.append(try checked.brokerEntry(broker)) }
            request = try EnclaveRequest(image: checked, passing: entries, hasTerminal: terminal)
        case (true, _?):
            throw LaunchError(
                .usage, "an image and --insecure-host-root exclude each other", at: "on the command line",
                next: "name one root")
        case (false, nil):
            throw LaunchError(
                .usage, "no root is named", at: "on the command line",
                next: "name an image, or --insecure-host-root for a quick try on the host's own files")
        }
        if image != nil, let source {
            throw LaunchError(
                .usage, "'\(source)' is not expected", at: "beside --image",
                next: "write the program after --, as in: cloister run --image FILE -- \(source)")
        }
        if !command.isEmpty { request.arguments = request.program(RawWords.program(command)) }
        if let cwd = try program.workingDirectory() { request.workingDirectory = cwd }
        if let user { (request.userID, request.groupID) = try Self.userAndGroup(user) }
        for text in mounts { request.mounts.append(try MountArgument.parse(text)) }
        return request
    }

    static let hostRootEnvironment: [ByteText] = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
    ]

    static func userAndGroup(_ text: String) throws(LaunchError) -> (UInt32, UInt32) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
        if let user = parts[0] {
            if parts.count == 1 { return (user, user) }
            if parts.count == 2, let group = parts[1] { return (user, group) }
        }
        throw LaunchError(
            .usage, "not a user", at: "--user \(text)", next: "give numbers, as 1000 or 1000:1000")
    }
}

/// The value of --mount.
enum MountArgument {
    static func parse(_ text: String) throws(LaunchError) -> BootConfig.Mount {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var isReadOnly = false
        if let last = parts.last, parts.count > 2 || (parts.first == "tmpfs" && parts.count > 1),
            last == "ro" || last == "rw"
        {
            isReadOnly = last == "ro"
            parts.removeLast()
        }
        guard parts.count == 2, parts[1].hasPrefix("/"), parts[0] == "tmpfs" || parts[0].hasPrefix("/") else {
            throw LaunchError(
                .usage, "not a mount", at: "--mount \(text)", next: "write /SRC:/DST, /SRC:/DST:ro or tmpfs:/DST")
        }
        let isTemporary = parts[0] == "tmpfs"
        if !isTemporary, !System.isDirectory(parts[0]) {
            throw LaunchError(.notFound, "no such folder on the host", at: "--mount \(text)", next: "create it first")
        }
        return BootConfig.Mount(
            kind: isTemporary ? .temporary : .host, source: isTemporary ? [] : Array(parts[0].utf8),
            target: Array(parts[1].utf8), isReadOnly: isReadOnly)
    }
}
