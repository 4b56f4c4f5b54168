// SPDX-License-Identifier: Apache-2.0
// `cloister deployment`, as approvers and verifiers use it; what members show is in Tests/Integration/deployment.
import Foundation
import Testing

@Suite struct DeploymentCommandTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop(kernel: TestPaths.standInKernel)
        for (name, kind) in [("ann", "ed25519"), ("bob", "p256"), ("eve", "ed25519"), ("mallory", "ed25519")] {
            #expect(try workshop.run(["keys", "new", "--kind", kind, "\(name).pem"]).code == 0)
        }
        try workshop.write(Self.description(version: 1), to: "deployment.yaml")
        // The authority of a broker, made by another tool.
        _ = try Workshop.spawn(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
                "/CN=shop", "-addext", "subjectAltName=URI:cloister://deployment/shop",
            ], input: nil, in: workshop, [:])
    }

    private static func description(version: Int, extra: String = "", link: String = "8443") -> String {
        """
        deployment: 1
        name: shop
        version: \(version)
        approvers:
          threshold: 2
          keys: {ann: ann.pub.pem, bob: bob.pub.pem, eve: eve.pem}
        \(extra)
        roles:
          web: {measurements: [\(String(repeating: "a0", count: 48))]}
          worker: {signers: [\(String(repeating: "5a", count: 32))], minimum_version: 4}
        links: [{from: web, to: worker, port: \(link)}]
        """
    }

    @discardableResult private func run(_ words: String, expect code: Int32 = 0) throws -> String {
        let result = try workshop.run(["deployment"] + words.split(separator: " ").map(String.init))
        #expect(result.code == code, "\(words): \(result.output)\(result.errors)")
        if code != 0, code != 1, code != 77 || result.output.isEmpty { #expect(result.errorLines.count == 1, "\(words): \(result.errors)") }
        return result.output + result.errors
    }

    /// One approved statement and one approved authority.
    private func approved() throws {
        try run("build --output shop.json")
        for name in ["ann", "bob"] { try run("sign shop.json --key \(name).pem") }
        let result = try workshop.run(["deployment", "authorize", "shop.json", "--certificate", "ca.pem", "--reason", "the first one"])
        #expect(result.code == 0, "\(result.errors)")
        for name in ["bob", "eve"] { try run("sign shop.json --key \(name).pem") }
    }

    @Test func twoOfThreeBringItIntoForce() throws {
        #expect(try run("check").contains("link          web -> worker:8443"))
        #expect(try run("build --output shop.json").contains("needs the approval of 2 of ann, bob, eve; approved by nobody"))
        #expect(try run("show shop.json").contains("in force      nothing yet"))
        #expect(try run("permits shop.json web worker 8443", expect: 77).contains("approved by nobody"))
        #expect(try run("sign shop.json --key ann.pem").contains("by ann, 1 of the 2 needed"))
        #expect(try run("sign shop.json --key mallory.pem", expect: 77).contains("this key is of none of ann, bob, eve"))
        #expect(try run("sign shop.json", expect: 64).contains("who signs is not said"))
        #expect(try run("sign shop.json --key bob.pem").contains("in force"))
        #expect(try run("permits shop.json web worker 8443").contains("permitted"))
        #expect(try run("permits shop.json worker web 8443", expect: 77).contains("not permitted"))
        #expect(try run("build --output shop.json", expect: 73).contains("a file of this name exists"))
    }

    @Test func copiesAreMergedAndUpgradesSayWhatChanges() throws {
        try approved()
        try workshop.write(Self.description(version: 2, link: "9443"), to: "deployment.yaml")
        let built = try run("build --after shop.json")
        #expect(built.contains("change   link: gone: web -> worker:8443") && built.contains("change   link: new: web -> worker:9443"))
        #expect(try run("build --after shop.json", expect: 77).contains("its last entry is not approved yet"))
        try run("build --after shop.json --replace-pending")
        try FileManager.default.copyItem(atPath: workshop.folder + "/shop.json", toPath: workshop.folder + "/copy.json")
        #expect(try run("sign shop.json --key ann.pem").contains("change        version: 1 -> 2"))
        try run("sign copy.json --key eve.pem")
        #expect(try run("merge shop.json copy.json").contains("by ann, eve, 2 of the 2 needed"))
        #expect(try run("permits shop.json web worker 9443").contains("permitted"))
        #expect(try run("diff shop.json", expect: 1).contains("version: 1 -> 2"))
        #expect(try run("diff shop.json deployment.yaml").contains("the two statements are the same"))
    }

    @Test func aRollbackMustBeCalledOne() throws {
        try approved()
        #expect(try run("build --after shop.json --output next.json", expect: 77).contains("version 1 does not come after version 1: a rollback"))
        try workshop.write(Self.description(version: 2).replacing("minimum_version: 4", with: "minimum_version: 3"), to: "deployment.yaml")
        #expect(try run("build --after shop.json --output next.json", expect: 77).contains("goes from 4 to 3"))
        try workshop.write(Self.description(version: 1, extra: "rollback: true"), to: "deployment.yaml")
        #expect(try run("build --after shop.json --output next.json").contains("rollback: new"))
        for name in ["ann", "eve"] { try run("sign next.json --key \(name).pem") }
        #expect(try run("show next.json").contains("a rollback"))
    }

    @Test func verificationNeedsTrust() throws {
        try approved()
        #expect(try run("verify shop.json", expect: 64).contains("whose deployment you trust is not said"))
        let valid = try run("verify shop.json --approver ann.pub.pem --approver bob.pub.pem")
        #expect(valid.contains("verdict       valid") && valid.contains("not shown     web, worker"))
        #expect(try run("verify shop.json --approver ann.pub.pem --approver eve.pub.pem", expect: 77).contains("approved by 1 of the keys"))
        try run("verify shop.json --approver ann.pub.pem --approver eve.pub.pem --threshold 1")
        #expect(try run("verify shop.json --digest \(String(repeating: "0", count: 64))", expect: 77).contains("no entry of the chain"))
        #expect(try run("verify shop.json --known shop.json --all-roles", expect: 77).contains("no member was shown for web, worker"))
        #expect(try run("verify shop.json --known shop.json --minimum-version 2", expect: 77).contains("at least 2 is wanted"))
        let json = try run("verify shop.json --known shop.json --json")
        #expect(json.contains(#""verdict":"valid""#) && json.contains(#""roles_without_member":["web","worker"]"#))
        try workshop.write("{}", to: "member.json")
        #expect(try run("verify shop.json --known shop.json --member member.json", expect: 77).contains("this is not what a member shows"))
    }

    @Test func aChangedFileIsRefused() throws {
        try approved()
        let path = workshop.folder + "/shop.json"
        var chain = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
        var entries = try #require(chain["entries"] as? [[String: Any]])
        let payload = try #require(entries[0]["payload"] as? String)
        let text = String(decoding: try #require(Data(base64Encoded: payload)), as: UTF8.self).replacing("8443", with: "8444")
        entries[0]["payload"] = Data(text.utf8).base64EncodedString()
        chain["entries"] = entries
        try JSONSerialization.data(withJSONObject: chain).write(to: URL(fileURLWithPath: path))
        #expect(try run("verify shop.json --approver ann.pub.pem", expect: 77).contains("the statement or the signature was changed"))
        #expect(try run("show shop.json", expect: 77).contains("the statement or the signature was changed"))
        try workshop.write("x", to: "shop.json")
        #expect(try run("show shop.json", expect: 65).contains("this is not a chain of statements"))
        #expect(try run("show none.json", expect: 66).contains("cannot be read"))
    }
}
