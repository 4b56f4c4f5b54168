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
        #expect(again.code == 73)
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
        for bad in ["00", "x", head + "00"] { #expect(try workshop.run(["broker", "audit", "verify", "--head", bad]).code == 64, "\(bad)") }
    }

    @Test func lookingMakesNoDatabase() throws {
        for words in [["operator", "list"], ["operator", "remove", "ann"], ["audit", "list"]] {
            let place = words[0] == "audit" ? ["nope.db"] : ["--database", "nope.db"]
            #expect(try workshop.run(["broker"] + words + place).code == 66)
            #expect(!FileManager.default.fileExists(atPath: workshop.folder + "/nope.db"))
        }
        _ = try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "ann.key"])
        #expect(try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "other.key"]).code == 73)
        #expect(try workshop.run(["broker", "operator", "remove", "bob"]).code == 66)
    }

    /// One line that says what is wrong, where, and what to try; nothing of Swift's own.
    @Test func whatDoesNotAnswerIsExplained() throws {
        _ = try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "ann.key"])
        for (url, code, words) in [
            ("http://127.0.0.1:1", 69, "nothing listens at http://127.0.0.1:1"), ("localhost:8080", 64, "https://broker.example:8080"),
            ("ftp://localhost", 64, "https://broker.example:8080"), ("", 64, "is no address of a broker"),
        ] {
            let result = try workshop.run(["broker", "status", "--key", "ann.key", "--url", url])
            #expect(result.code == code, "\(url)")
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(result.errorLines.count == 1)
        }
    }

    @Test func anEmptySecretIsMeant() throws {
        _ = try workshop.run(["broker", "operator", "new", "ann", "--role", "secrets", "ann.key"])
        let words = ["broker", "secret", "put", "a/b/c", "--key", "ann.key", "--url", "http://127.0.0.1:1"]
        let refused = try workshop.run(words, input: "")
        #expect(refused.code == 65)
        #expect(refused.errors.contains("--allow-empty"))
        #expect(try workshop.run(words + ["--allow-empty"], input: "").code == 69)
    }
}
