// SPDX-License-Identifier: Apache-2.0
// Runs the built command as a user would, in a scratch folder of its own.
import Foundation
import Testing

struct CommandResult {
    let code: Int32
    let output: String
    let errors: String

    var errorLines: [Substring] { errors.split(separator: "\n") }
}

enum TestPaths {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The command that was built with these tests.
    static var command: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/cloister"
    }

    /// See Tests/LaunchTests/Fixtures: a stand-in that does what its first argument says.
    static var standInKernel: String { repository + "/Tests/LaunchTests/Fixtures/fake-kernel.py" }

    /// The real one, or a failure that says how to get it.
    static func realKernel() throws -> String {
        let path = ProcessInfo.processInfo.environment["CLOISTER_KERNEL"] ?? repository + "/bin/cloister-kernel"
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "the kernel is missing at \(path): build it with make kernel, or set CLOISTER_KERNEL")
        return path
    }
}

/// A folder that is removed with its user, and the command run in it.
final class Workshop {
    let folder: String
    private let kernel: String

    init(kernel: String) throws {
        self.kernel = kernel
        folder = NSTemporaryDirectory() + "cloister-cli-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        _ = try? run(["stop", "--all", "--now"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    func run(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws -> CommandResult {
        try Workshop.spawn(TestPaths.command, arguments, input: input, in: self, environment)
    }

    /// Runs any program with a time limit of one minute; output goes through files, so that no pipe can fill up.
    static func spawn(
        _ program: String, _ arguments: [String], input: String?, in workshop: Workshop, _ extra: [String: String]
    ) throws -> CommandResult {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["--foreground", "-s", "KILL", "60", program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: workshop.folder)
        var environment = ProcessInfo.processInfo.environment
        environment["CLOISTER_KERNEL"] = workshop.kernel
        environment["CLOISTER_STATE"] = workshop.folder + "/state"
        environment["HOME"] = workshop.folder
        environment.merge(extra) { $1 }
        process.environment = environment
        let name = workshop.folder + "/.run-\(UUID().uuidString)"
        for suffix in [".in", ".out", ".err"] {
            let text = suffix == ".in" ? input ?? "" : ""
            try text.write(toFile: name + suffix, atomically: false, encoding: .utf8)
        }
        process.standardInput = FileHandle(forReadingAtPath: name + ".in")
        process.standardOutput = FileHandle(forWritingAtPath: name + ".out")
        process.standardError = FileHandle(forWritingAtPath: name + ".err")
        try process.run()
        process.waitUntilExit()
        let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        func text(_ suffix: String) -> String {
            String(decoding: FileManager.default.contents(atPath: name + suffix) ?? Data(), as: UTF8.self)
        }
        return CommandResult(code: code, output: text(".out"), errors: text(".err"))
    }
}

extension Workshop {
    /// An image of busybox alone: nothing of the host but one static program.
    func busyboxImage(passedThrough: String = "[command]") throws -> String {
        try write(
            """
            name: tools
            entry_point: /bin/busybox
            args: [echo, from the entry point]
            working_directory: /
            files:
              - { from: /bin/busybox, to: /bin/busybox, mode: "0755" }
            environment:
              trusted: { COLOUR: blue }
              passed_through: [GREETING]
            passed_through: \(passedThrough)
            """, to: "cloister.yaml")
        #expect(try run(["keys", "new", "key.pem"]).code == 0)
        let built = try run(["build", "--key", "key.pem", "--output", "tools.img", "."])
        try #require(built.code == 0, "\(built.errors)")
        return folder + "/tools.img"
    }
}
