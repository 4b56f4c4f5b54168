// SPDX-License-Identifier: Apache-2.0
// The published language against the one that is read.
import Attestation
import Foundation
import Testing

@testable import AttestationPolicy

@Suite struct PolicyDocumentTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs")

    private func schema() throws -> [String: Any] {
        let data = try Data(contentsOf: Self.docs.appendingPathComponent("schemas/policy.schema.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func rule() throws -> [String: Any] {
        let definitions = try #require(try schema()["$defs"] as? [String: Any])
        let rule = try #require(definitions["rule"] as? [String: Any])
        return try #require(rule["properties"] as? [String: Any])
    }

    @Test func schemaHasEveryKeyOfARule() throws {
        #expect(Set(try rule().keys) == Set(Rule.keys))
    }

    @Test func schemaHasEveryKeyOfAPolicy() throws {
        let properties = try #require(try schema()["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(Policy.keys))
    }

    @Test func schemaNamesTheBackendsAndStatuses() throws {
        let backends = try #require((try rule()["backends"] as? [String: Any])?["items"] as? [String: Any])
        #expect(backends["enum"] as? [String] == TEE.allCases.map(\.rawValue))
        let tcb = try #require((try rule()["tcb"] as? [String: Any])?["properties"] as? [String: Any])
        let statuses = try #require((tcb["statuses"] as? [String: Any])?["items"] as? [String: Any])
        let expected = TCBStatus.allCases.filter { $0 != .revoked }.map(\.rawValue)
        #expect(Set(try #require(statuses["enum"] as? [String])) == Set(expected))
    }

    @Test func pageDescribesEveryKeyAndItsExampleIsValid() throws {
        let page = try String(contentsOf: Self.docs.appendingPathComponent("policy.md"), encoding: .utf8)
        let described = page.matches(of: /(?m)^\| `(\w+)` \|/).map { String($0.1) }
        #expect(Set(described) == Set(Rule.keys + ["statuses", "advisories", "grace", "minimum"]))
        let example = try #require(page.firstMatch(of: /```yaml\n([\s\S]*?)```/)).1
        let policy = try Policy(yaml: String(example))
        #expect(policy.rules.map(\.name) == ["production", "developers"])
    }
}
