// SPDX-License-Identifier: Apache-2.0
// The real kernel and a launcher that asks for other than what was measured. The command's own checks are left out on purpose.
import Formats
import Foundation
import Image
import Launch
import Testing

@Suite(.serialized) struct LyingLauncherTests {
    private let workshop: Workshop
    private let kernel: String
    private let honest: EnclaveRequest

    init() throws {
        kernel = try TestPaths.realKernel()
        workshop = try Workshop(kernel: kernel)
        let path = try workshop.busyboxImage(passedThrough: "[]")
        honest = try EnclaveRequest(
            image: try ImageCheck.open(path, kernel: kernel), passing: ["GREETING=hi"], hasTerminal: false)
    }

    /// How the start of a resident enclave ends: its log's last line on failure, nil when it runs.
    private func refusal(of request: EnclaveRequest) throws -> String? {
        let registry = Registry(try StateDirectory(environment: ["CLOISTER_STATE": workshop.folder + "/state"]))
        do throws(LaunchError) {
            let entry = try ResidentStart.start(request, name: "liar", kernel: kernel, isQuiet: true, in: registry)
            _ = try ResidentStop.stop(entry, graceSeconds: 0, in: registry)
            return nil
        } catch {
            #expect(error.code == .unavailable && error.what.contains("code 125"), "\(error)")
            return error.what
        }
    }

    private func expect(_ words: String, _ lie: (inout EnclaveRequest) -> Void) throws {
        var request = honest
        lie(&request)
        let answer = try refusal(of: request) ?? "(it runs)"
        #expect(answer.contains(words))
    }

    @Test func honestLauncherIsServed() throws {
        #expect(try refusal(of: honest) == nil)
    }

    @Test func eachLieIsRefusedByTheKernel() throws {
        try expect("the program or its arguments") { $0.arguments = ["/bin/busybox", "sh"] }
        try expect("the variable LD_PRELOAD") { $0.environment.append("LD_PRELOAD=/x.so") }
        try expect("the variable COLOUR") { $0.environment.append("COLOUR=red") }
        try expect("the working directory") { $0.workingDirectory = "/tmp" }
        try expect("the user") { $0.userID = 1 }
        try expect("the group") { $0.groupID = 1 }
        try expect("the hostname") { $0.hostname = "other" }
        try expect("the limits") { $0.limits.processes = 7 }
        try expect("the mounts /tmp/x") {
            $0.mounts = [
                BootConfig.Mount(kind: .temporary, source: [], target: Array("/tmp/x".utf8), isReadOnly: false)
            ]
        }
    }

    private func expect(_ words: String, lyingAbout change: (inout CheckedImage) -> Void) throws {
        try expect(words) { request in
            guard case .image(var image) = request.root else { return }
            change(&image)
            request.root = .image(image)
        }
    }

    @Test func eachLieAboutTheIdentityIsRefusedByTheKernel() throws {
        try expect("its root is not what was measured", lyingAbout: { $0.rootHash = .zero })
        try expect("its measurement is not", lyingAbout: { $0.measurement[0] ^= 1 })
        try expect("its signer is not", lyingAbout: { $0.signer = .zero })
    }

    /// The file changes after the command has checked it.
    @Test func manifestThatIsExchangedIsRefusedByTheKernel() throws {
        guard case .image(let image) = honest.root else { return }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: image.path))
        let place = try #require(bytes.range(of: Data("blue".utf8)))
        bytes.replaceSubrange(place, with: Data("grey".utf8))
        try bytes.write(to: URL(fileURLWithPath: image.path))
        try expect("its manifest is not what was measured", { _ in })
    }

    @Test func logOfTheCallsIsRefusedByTheKernel() throws {
        var options = RunOptions(kernel: kernel)
        options.trace = 2
        #expect(try ForegroundRun.run(honest, options).end == .exited(125))
    }

    @Test func hostsLoopbackIsRefusedByTheKernel() throws {
        try expect("the caller may not choose the host's loopback") { $0.reachesHostLoopback = true }
    }

    @Test func execIsHeldToTheManifest() throws {
        #expect(try workshop.run(["start", "-q", "--name", "box", "tools.img"]).code == 0)
        let own = ["/bin/busybox", "echo", "from the entry point"]
        #expect(try workshop.run(["exec", "box", "--"] + own).output == "from the entry point\n")
        let shell = try workshop.run(["exec", "box", "--", "/bin/busybox", "sh"])
        #expect(shell.code == 125 && shell.errors.contains("the program or its arguments"), "\(shell.errors)")
        let variable = try workshop.run(["exec", "-e", "LD_PRELOAD=/x", "box", "--"] + own)
        #expect(variable.code == 125 && variable.errors.contains("LD_PRELOAD"), "\(variable.errors)")
        let folder = try workshop.run(["exec", "--cwd", "/tmp", "box", "--"] + own)
        #expect(folder.code == 125 && folder.errors.contains("the working directory"), "\(folder.errors)")
    }

    @Test func commandSaysItBeforeTheStart() throws {
        let log = try workshop.run(["run", "-q", "--trace", "tools.img"])
        #expect(log.code == 125 && log.errors.contains("insecure_trace"), "\(log.errors)")
        let other = try workshop.run(["run", "-q", "tools.img", "--", "/bin/busybox", "ls"])
        #expect(other.code == 125 && other.errors.contains("passed_through: [command]"), "\(other.errors)")
        #expect(log.errorLines.count == 1 && other.errorLines.count == 1)
    }
}
