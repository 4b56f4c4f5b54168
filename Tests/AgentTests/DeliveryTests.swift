// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import cloister_agent

@Suite struct DeliveryTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/cloister-delivery-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func names(_ folder: String) throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() }

    @Test func filesAreTheOwnersToReadOnly() throws {
        try inFolder { folder in
            let paths = [folder + "/a", folder + "/deep/er/b"]
            try Delivery.write([paths[0]: [1, 2, 3], paths[1]: []])
            for path in paths {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect((attributes[.posixPermissions] as? NSNumber)?.uint16Value == 0o400)
            }
            #expect(FileManager.default.contents(atPath: paths[0]) == Data([1, 2, 3]))
            // Another start in the same enclave takes their place.
            try Delivery.write([paths[0]: [4]])
            #expect(FileManager.default.contents(atPath: paths[0]) == Data([4]))
            #expect(try names(folder) == ["a", "deep", "deep/er", "deep/er/b"])
        }
    }

    @Test func oneThatCannotBeWrittenLeavesNone() throws {
        try inFolder { folder in
            try Files.create(folder + "/file", [])
            // A file where a folder is needed, and a folder where a file is.
            #expect(throws: AgentFailure.self) { try Delivery.write([folder + "/a": [1], folder + "/file/b": [2]]) }
            #expect(try names(folder) == ["file"])
            try FileManager.default.createDirectory(atPath: folder + "/z", withIntermediateDirectories: false)
            do throws(AgentFailure) {
                try Delivery.write([folder + "/a": [1], folder + "/z": [2]])
                Issue.record("a folder was replaced")
            } catch {
                #expect(error.code == .cannotCreate)
                #expect(error.message.contains("/z"))
            }
            #expect(try names(folder) == ["file", "z"])
        }
    }

    @Test func aLinkIsNotFollowed() throws {
        try inFolder { folder in
            try FileManager.default.createSymbolicLink(atPath: folder + "/a", withDestinationPath: folder + "/target")
            try Delivery.write([folder + "/a": [1]])
            #expect(try names(folder) == ["a"])
            #expect(throws: SystemError.self) { try Files.create(folder + "/a", [2]) }
        }
    }
}
