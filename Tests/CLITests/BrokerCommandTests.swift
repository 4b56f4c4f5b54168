// SPDX-License-Identifier: Apache-2.0
// `cloister broker` becomes the cloister-broker beside it.
import Foundation
import Testing

@Suite struct BrokerCommandTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
    }

    @Test func wordsAndExitCodesArePassedOn() throws {
        let made = try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "ann.key"])
        #expect(made.code == 0, "\(made.errors)")
        let listed = try workshop.run(["broker", "operator", "list", "--json"])
        #expect(listed.output.contains("\"name\" : \"ann\""))
        let help = try workshop.run(["broker", "--help"])
        #expect(help.output.contains("USAGE: cloister-broker"))
        let wrong = try workshop.run(["broker", "frob"])
        #expect(wrong.code == 64)
        #expect(wrong.errorLines.count == 1)
        #expect(wrong.errors.hasPrefix("cloister-broker: error:"))
    }

    @Test func filesAreTheOwnersAlone() throws {
        _ = try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "ann.key"])
        for file in ["ann.key", "broker.db"] {
            let mode = try FileManager.default.attributesOfItem(atPath: workshop.folder + "/" + file)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
        }
        let again = try workshop.run(["broker", "operator", "new", "bob", "--role", "secrets", "ann.key"])
        #expect(again.code == 73)
    }

    @Test func anInterruptedCeremonyLeavesNoUnknownKey() throws {
        let made = try workshop.run(["broker", "master-key", "new", "--threshold", "2", "--shares", "3", "shares"])
        #expect(made.code == 0, "\(made.errors)")
        for index in 1...3 { #expect(FileManager.default.fileExists(atPath: workshop.folder + "/shares/share-\(index)")) }
        let again = try workshop.run(["broker", "master-key", "new", "--threshold", "1", "--shares", "1", "more"])
        #expect(again.code == 77)
        #expect(!FileManager.default.fileExists(atPath: workshop.folder + "/more"))
        for words in ["--threshold 3 --shares 2 x", "--threshold 0 --shares 2 x", "--shares 2 x", "--insecure-key-file k x"] {
            #expect(
                try workshop.run(["broker", "master-key", "new", "--database", "y.db"] + words.split(separator: " ").map(String.init)).code == 64)
        }
    }

    @Test func theAuditLogIsVerifiedOffline() throws {
        for name in ["ann", "bob"] { _ = try workshop.run(["broker", "operator", "new", name, "--role", "auditor", name + ".key"]) }
        let intact = try workshop.run(["broker", "audit", "verify"])
        #expect(intact.output.hasPrefix("intact: 2 entries, head "))
        let head = String(intact.output.split(separator: " ").last ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try workshop.run(["broker", "audit", "verify", "--head", head]).code == 0)
        #expect(try workshop.run(["broker", "audit", "list"]).output.split(separator: "\n").count == 2)
        _ = try Workshop.spawn("/usr/bin/sqlite3", ["broker.db", "DELETE FROM audit WHERE sequence = 2"], input: nil, in: workshop, [:])
        let cut = try workshop.run(["broker", "audit", "verify", "--head", head, "--json"])
        #expect(cut.code == 65)
        #expect(cut.output.contains("\"isIntact\" : false"))
        #expect(try workshop.run(["broker", "audit", "verify", "none.db"]).code == 66)
    }
}
