// SPDX-License-Identifier: Apache-2.0

import Formats
import Foundation
import Synchronization
import Testing

@testable import Image

@Suite struct ImageBuilderTests {
    @Test func filesArriveWithContentModeAndLinks() async throws {
        let bench = try Workbench()
        try bench.write("in/a.txt", String(repeating: "x", count: 10_000))
        try bench.write("in/run.sh", "#!/bin/sh\n")
        try bench.write("in/sub/b.txt", "b")
        try FileManager.default.setAttributes([.posixPermissions: 0o775], ofItemAtPath: bench.path("in/run.sh"))
        try FileManager.default.createSymbolicLink(atPath: bench.path("in/link"), withDestinationPath: "a.txt")
        try await bench.build(
            "files:\n  - {from: in, to: /app}\n  - {from: 'in/*.txt', to: /bin}\n  - {from: in/a.txt, to: /m, mode: '0400'}\n"
        )
        let image = try OpenedImage(path: bench.path("out.img"))
        #expect(try image.contents(of: "/app/a.txt") == [UInt8](repeating: 0x78, count: 10_000))
        let files = Dictionary(uniqueKeysWithValues: try image.explainedFiles().map { ($0.path, $0) })
        #expect(files["/app/run.sh"]?.mode == "-rwxr-xr-x")
        #expect(files["/app/sub/b.txt"]?.mode == "-rw-r--r--")
        #expect(files["/app/link"]?.target == "a.txt")
        #expect(files["/m"]?.mode == "-r--------")
        // `/bin` is a link to `usr/bin`: files land behind it.
        #expect(files["/usr/bin/a.txt"]?.size == 10_000)
    }

    /// What the builder writes, the kernel reads: every key, with characters that JSON escapes.
    @Test func kernelReadsTheManifestAsItWasWritten() async throws {
        let bench = try Workbench()
        try bench.write("app", "x")
        let yaml = """
            name: "a b ü"
            entry_point: /app
            args: ["tab\\t quote\\" back\\\\ line\\n cr\\r bell\\u0007 del\\u007f", "ü \\U0001F512 \\u2028", ""]
            working_directory: /tmp
            user: 4294967295
            group: 3
            hostname: box
            environment: { trusted: { PATH: "/x", "Ä": "" }, passed_through: [TERM, TZ] }
            files: { app: /app }
            mounts: [{ target: /m }, { target: /n, read_only: true }]
            limits: { memory: 2G, processes: 7, descriptors: 8 }
            insecure_host_mounts: [{ source: /srv, target: /data }, { source: /w, target: /w, read_only: false }]
            insecure_host_environment: true
            insecure_trace: true
            insecure_host_loopback: true
            passed_through: [command, arguments, working_directory, user, mounts]
            """
        try await bench.build(yaml)
        let image = try OpenedImage(path: bench.path("out.img"))
        let (read, written) = (image.settings, image.manifest.settings)
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        #expect(read.entryPoint.map(text) == written.entryPoint)
        #expect(read.arguments.map(text) == written.arguments && written.arguments.count == 3)
        #expect(written.arguments[0].utf8.contains(7) && written.arguments[1].unicodeScalars.contains("\u{1F512}"))
        #expect(text(read.workingDirectory) == "/tmp" && read.userID == .max && read.groupID == 3)
        #expect(text(read.hostname) == "box")
        let trusted = read.trusted.map { (text($0.name), text($0.value)) }.sorted { $0.0 < $1.0 }
        #expect(trusted.map(\.0) == ["PATH", "Ä"] && trusted.map(\.1) == ["/x", ""])
        #expect(read.passedVariables.map(text) == ["TERM", "TZ"] && read.passesWholeEnvironment)
        #expect(read.allowsTrace && read.allowsHostLoopback)
        #expect(read.mounts.map { text($0.target) } == ["/m", "/n", "/data", "/w"])
        #expect(read.mounts.map { text($0.source) } == ["", "", "/srv", "/w"])
        #expect(read.mounts.map(\.isReadOnly) == [false, true, true, false])
        #expect(read.mounts.map(\.kind) == [.temporary, .temporary, .host, .host])
        #expect(read.limits == BootConfig.Limits(memoryBytes: 2 << 30, processes: 7, descriptors: 8))
        #expect(read.choices == [.command, .arguments, .workingDirectory, .user, .mounts])
    }

    @Test func fileNameThatIsNotUTF8IsNamed() async throws {
        let bench = try Workbench()
        try bench.write("in/good", "x")
        try Command.run("bash", ["-c", "touch in/bad$'\\xff'name"], in: bench.folder)
        func failure() async throws -> ImageToolError? {
            do {
                try await bench.build("files: { in: /app }")
                return nil
            } catch {
                return error as? ImageToolError
            }
        }
        let error = try await failure()
        #expect(error?.message == "a file name is not UTF-8: 'bad\u{FFFD}name'" && error?.place?.hasSuffix("/in") == true)
        // A file that bears the replacement character itself does not hide the other.
        try bench.write("in/bad\u{FFFD}name", "y")
        #expect(try await failure() == error)
    }

    @Test func everyImageHasTheMinimumSet() async throws {
        let bench = try Workbench()
        try await bench.build("name: empty\n")
        let files = try OpenedImage(path: bench.path("out.img")).explainedFiles()
        let modes = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.mode) })
        for path in ["/dev", "/proc", "/etc/passwd", "/etc/group", "/etc/hosts", "/etc/nsswitch.conf", "/etc/hostname"] {
            #expect(modes[path] != nil, "\(path)")
        }
        #expect(modes["/tmp"] == "drwxrwxrwt")
        #expect(modes["/root"] == "drwx------")
        #expect(modes["/etc/resolv.conf"] == nil)
    }

    @Test func theSameInputsGiveTheSameBytesElsewhereAndLater() async throws {
        let first = try Workbench()
        _ = try await first.sampleImage()
        let second = try Workbench()
        try second.write("app/empty", "")
        try second.write("app/data.txt", String(repeating: "0123456789abcde\n", count: 1000))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1), .posixPermissions: 0o600],
            ofItemAtPath: second.path("app/data.txt"))
        let manifest = try Manifest(yaml: "name: sample\nfiles:\n  app: /app\n", baseDirectory: second.folder)
        var builder = ImageBuilder(
            manifest: manifest, kernel: second.path("kernel"), key: first.key, output: second.path("out.img"))
        builder.parallelism = 7
        _ = try await builder.build()
        #expect(try first.bytes("out.img") == second.bytes("out.img"))
    }

    @Test func equalContentsAreStoredOnce() async throws {
        let bench = try Workbench()
        let text = String(repeating: "y", count: 100_000)
        try bench.write("a", text)
        let one = try await bench.build("files: {a: /a}", output: "one.img")
        try bench.write("b", text)
        let two = try await bench.build("files: {a: /a, b: /b}", output: "two.img")
        #expect(one.imageBytes == two.imageBytes)
    }

    @Test func aSecondBuildReusesHashesAndLeavesAnEqualImageAlone() async throws {
        let bench = try Workbench()
        _ = try await bench.sampleImage()
        let again = try await bench.build("name: sample\nfiles:\n  app: /app\n")
        #expect(again.wasUpToDate)
        #expect(again.reusedFiles == 2)
        try bench.write("app/data.txt", String(repeating: "0123456789abcdE\n", count: 1000))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_600_000_001)], ofItemAtPath: bench.path("app/data.txt"))
        let changed = try await bench.build("name: sample\nfiles:\n  app: /app\n")
        #expect(!changed.wasUpToDate)
        #expect(changed.reusedFiles == 1)
        #expect(try bench.findings(bench.path("out.img"), kernel: bench.path("kernel")) == [])
    }

    @Test func anUnreadableCacheIsIgnored() async throws {
        let bench = try Workbench()
        try bench.write(".cloister-cache/hashes.v1.plist", "nonsense")
        #expect(try await bench.build("name: x").reusedFiles == 0)
    }

    @Test func failedBuildsLeaveNothingBehindAndKeepTheOldImage() async throws {
        let bench = try Workbench()
        try await bench.build("name: x")
        let before = try bench.bytes("out.img")
        await #expect(throws: ImageToolError.self) { try await bench.build("files: {missing: /a}") }
        await #expect(throws: ImageToolError.self) { try await bench.build("entry_point: /nowhere") }
        await #expect(throws: ImageToolError.self) { try await bench.build("name: x", output: "no/such\0/x.img") }
        #expect(try bench.bytes("out.img") == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder).filter { $0.contains(".part") }
        #expect(left.isEmpty)
    }

    @Test func whatAKilledBuildLeftIsRemoved() async throws {
        let bench = try Workbench()
        try bench.write("out.img.part-999999999", "half an image")
        try await bench.build("name: x")
        #expect(!FileManager.default.fileExists(atPath: bench.path("out.img.part-999999999")))
    }

    @Test func progressReachesItsTotal() async throws {
        let bench = try Workbench()
        try bench.write("a", "a")
        var builder = try bench.builder("files: {a: /a}")
        let last = Mutex<[BuildProgress.Phase: BuildProgress]>([:])
        builder.progress = { step in last.withLock { $0[step.phase] = step } }
        _ = try await builder.build()
        for phase in [BuildProgress.Phase.hashing, .writing] {
            let step = try #require(last.withLock { $0[phase] })
            #expect(step.completed == step.total && step.total > 0)
        }
    }
}
