// SPDX-License-Identifier: Apache-2.0
// Where a simulated machine is kept: private, whole, and one for all who come at the same time.

import Crypto
import Foundation
import Testing

@testable import SimulatedPlatform

/// A folder that is gone afterwards.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloister-platform-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder + "/data/cloister/platform")
}

let testTime: Int64 = 1_780_000_000

@Suite("Where the simulated machine is kept")
struct PlatformStoreTests {
    @Test func `the folder and the file are the user's alone`() async throws {
        try await withFolder { folder in
            _ = try SimulatedPlatform(folder: folder, now: testTime)
            let manager = FileManager.default
            #expect(try manager.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
            #expect(try manager.attributesOfItem(atPath: folder + "/machine.json")[.posixPermissions] as? Int == 0o600)
            #expect(try manager.contentsOfDirectory(atPath: folder) == ["machine.json"], "a draft is left")
        }
    }

    @Test func `the machine stays the same`() async throws {
        try await withFolder { folder in
            let first = try SimulatedPlatform(folder: folder, now: testTime)
            let second = try SimulatedPlatform(folder: folder, now: testTime + 1000)
            #expect(first.id == second.id)
            #expect(first.rootCertificate == second.rootCertificate)
        }
    }

    @Test func `two machines differ`() async throws {
        let ids = try await withFolder { folder in
            try [folder + "1", folder + "2"].map { try SimulatedPlatform(folder: $0, now: testTime).id }
        }
        #expect(ids[0] != ids[1])
    }

    @Test func `all who come at once get the same machine`() async throws {
        try await withFolder { folder in
            let roots = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<16 { group.addTask { try SimulatedPlatform(folder: folder, now: testTime).rootCertificate } }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(roots.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["machine.json"])
        }
    }

    @Test func `an open folder or file is refused`() async throws {
        try await withFolder { folder in
            _ = try SimulatedPlatform(folder: folder, now: testTime)
            let manager = FileManager.default
            try manager.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/machine.json")
            #expect(throws: PlatformError.self) { try SimulatedPlatform(folder: folder, now: testTime) }
            try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/machine.json")
            try manager.setAttributes([.posixPermissions: 0o750], ofItemAtPath: folder)
            #expect(throws: PlatformError.self) { try SimulatedPlatform(folder: folder, now: testTime) }
        }
    }

    @Test(arguments: ["", "{}", #"{"version":2}"#, #"{"version":1,"secret":"00","created":1,"root":""}"#])
    func `a damaged file is refused and kept`(content: String) async throws {
        try await withFolder { folder in
            _ = try PlatformFiles(folder: folder).create("machine.json", Array(content.utf8))
            let error = #expect(throws: PlatformError.self) { try SimulatedPlatform(folder: folder, now: testTime) }
            #expect(error?.code == .damaged)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/machine.json")) == Data(content.utf8))
        }
    }

    @Test func `the folder follows the XDG rules`() throws {
        #expect(try SimulatedPlatform.defaultFolder(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]) == "/d/cloister/platform")
        #expect(try SimulatedPlatform.defaultFolder(environment: ["XDG_DATA_HOME": "d", "HOME": "/h"]) == "/h/.local/share/cloister/platform")
        #expect(throws: PlatformError.self) { try SimulatedPlatform.defaultFolder(environment: [:]) }
    }
}
