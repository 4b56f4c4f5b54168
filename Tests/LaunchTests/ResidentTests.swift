// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import Testing

@testable import Launch

@Suite(.serialized) struct ResidentTests {
    private func start(_ name: String, _ registry: Registry, _ arguments: String...) throws -> EnclaveEntry {
        var request = EnclaveRequest(root: .insecureHost)
        request.arguments = arguments.map { ByteText($0) }
        return try ResidentStart.start(request, name: name, kernel: Fixture.kernel, isQuiet: true, in: registry)
    }

    @Test func startedEnclaveIsListedAndStops() throws {
        try Fixture.withRegistry { registry in
            let entry = try start("one", registry)
            #expect(try registry.running() == [entry])
            #expect(entry.insecureOptions == ["insecure_host_root"])
            #expect(entry.isQuiet)
            #expect(try ResidentStop.stop(entry, graceSeconds: 5, in: registry) == false)
            #expect(try registry.running().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: registry.state.folder("one")))
        }
    }

    @Test func enclaveThatDoesNotStopIsKilled() throws {
        try Fixture.withRegistry { registry in
            let entry = try start("deaf", registry, "stubborn")
            #expect(try ResidentStop.stop(entry, graceSeconds: 0, in: registry))
            #expect(!entry.isRunning)
        }
    }

    @Test func enclaveThatCannotBeRegisteredDoesNotStay() throws {
        try Fixture.withRegistry { registry in
            // The kernel leaves a directory where the entry is to be written.
            #expect(throws: LaunchError.self) { try start("lost", registry, "in-the-way") }
            #expect(!FileManager.default.fileExists(atPath: registry.state.folder("lost")))
            for number in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(number) != nil {
                let log = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/fd/1")
                #expect(log?.hasPrefix(registry.state.folder("lost")) != true, "process \(number) is still there")
            }
        }
    }

    @Test func nameInUseIsRefused() throws {
        try Fixture.withRegistry { registry in
            _ = try start("same", registry)
            #expect(throws: LaunchError.self) { try start("same", registry) }
        }
    }

    @Test func crashedEnclaveIsCleanedAway() throws {
        try Fixture.withRegistry { registry in
            let entry = try start("gone", registry)
            kill(entry.pid, SIGKILL)
            // A zombie, as this process's child is one, counts as ended.
            for _ in 0..<200 where entry.isRunning { usleep(10_000) }
            #expect(throws: LaunchError.self) { try registry.find("gone") }
            #expect(try registry.running().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: registry.state.folder("gone")))
        }
    }

    @Test func kernelThatEndsAtOnceSaysWhyAndLeavesNothing() throws {
        try Fixture.withRegistry { registry in
            let request = EnclaveRequest(root: .insecureHost)
            let error = #expect(throws: LaunchError.self) {
                try ResidentStart.start(
                    request, name: "broken", kernel: "/bin/false", isQuiet: false, in: registry)
            }
            #expect(error?.code == .unavailable)
            #expect(!FileManager.default.fileExists(atPath: registry.state.folder("broken")))
        }
    }

    @Test func programsRunThroughExec() throws {
        try Fixture.withRegistry { registry in
            let entry = try start("exec", registry)
            let run = { (words: [ByteText]) in try ExecClient.run(ExecOptions(arguments: words), in: entry, of: registry)
            }
            #expect(try run(["exit", "0"]) == .exited(0))
            #expect(try run(["exit", "42"]) == .exited(42))
            let error = #expect(throws: LaunchError.self) { try run(["nothing-like-this"]) }
            #expect(error?.code == .noProgram)
        }
    }

    @Test func processesAreListed() throws {
        try Fixture.withRegistry { registry in
            let rows = try ProcessQuery.list(in: try start("ps", registry), of: registry)
            #expect(rows.map(\.pid) == [1])
            #expect(rows.first?.command == Array("init".utf8))
        }
    }

    @Test(arguments: ["", "a/b", "..", ".hidden", "lock", "ä", "a b", String(repeating: "x", count: 65)])
    func namesThatAreNoPathComponentsAreRefused(name: String) {
        #expect(throws: LaunchError.self) { try StateDirectory.checkName(name) }
    }

    @Test func folderOpenToOthersIsRefused() throws {
        let path = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        #expect(throws: LaunchError.self) { try StateDirectory(environment: ["CLOISTER_STATE": path]) }
    }

    @Test func longStatePathsWork() throws {
        let base = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: base) }
        let path = base + "/" + String(repeating: "long/", count: 30)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let registry = Registry(try StateDirectory(environment: ["CLOISTER_STATE": path + "state"]))
        let entry = try start("far", registry)
        #expect(try ProcessQuery.list(in: entry, of: registry).count == 1)
        _ = try ResidentStop.stop(entry, graceSeconds: 0, in: registry)
    }
}
