// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzSupport
import Image
import Testing

@testable import Deployment

/// Files that a description names, without a disk.
struct NamedFiles: DeploymentFiles {
    var keys: [String: SigningKey] = ["ann.pem": SigningKey(generating: .ed25519), "bob.pem": SigningKey(generating: .p256)]
    var texts: [String: String] = ["strict.yaml": "policy: 1\nrules: [{tcb: {statuses: [UpToDate]}}]\n"]

    func identity(ofImage path: String) throws(DeploymentError) -> (measurement: String, signer: String) {
        guard path == "web.img" else { throw DeploymentError(.file, "image \(path): there is none") }
        return (String(repeating: "a0", count: 48), String(repeating: "5a", count: 32))
    }

    func text(_ path: String) throws(DeploymentError) -> String {
        guard let text = texts[path] else { throw DeploymentError(.file, "\(path) cannot be read") }
        return text
    }

    func publicKey(_ path: String) throws(DeploymentError) -> [UInt8] {
        guard let key = keys[path] else { throw DeploymentError(.file, "key \(path): there is none") }
        return key.publicKey.der
    }
}

@Suite struct DescriptionTests {
    static let whole = """
        deployment: 1
        name: shop
        version: 3
        approvers:
          threshold: 2
          keys:
            ann: ann.pem
            bob: bob.pem
        certificate_minutes: 30
        policy: strict.yaml
        broker: {image: web.img, minimum_version: 2}
        roles:
          web:
            image: web.img
            names: [shop.example]
            count: 3
          worker:
            signers: [\(String(repeating: "5a", count: 32))]
            product_id: 7
            minimum_version: 4
            secrets: [shop/key/worker]
        links:
          - {from: web, to: worker, port: 8443}

        """

    @Test func everyKeyReachesTheStatement() throws {
        let statement = try DeploymentDescription(yaml: Array(Self.whole.utf8)).statement(previous: nil, files: NamedFiles())
        #expect(statement.name == "shop" && statement.version == 3 && statement.certificateMinutes == 30)
        #expect(statement.approvers.threshold == 2 && statement.approvers.keys.map(\.name) == ["ann", "bob"])
        #expect(statement.broker?.program.minimumVersion == 2 && statement.broker?.policy?.isEmpty == false)
        let web = try #require(statement.roles["web"])
        #expect(web.program.measurements == [String(repeating: "a0", count: 48)])
        #expect(web.program.signers == [String(repeating: "5a", count: 32)])
        #expect(web.count == 3 && web.names == ["shop.example"] && web.policy?.hasPrefix("policy: 1") == true)
        let worker = try #require(statement.roles["worker"])
        #expect(worker.program.productID == 7 && worker.program.minimumVersion == 4 && worker.secrets == ["shop/key/worker"])
        #expect(statement.permits(client: "web", server: "worker", port: 8443))
        #expect(!statement.permits(client: "worker", server: "web", port: 8443))
        #expect(!statement.permits(client: "web", server: "worker", port: 8444))
    }

    @Test(arguments: [
        ("", "the deployment is empty"),
        ("deployment: 2", "line 1: this version of the language is unknown; write 'deployment: 1'"),
        ("deployment: 1\nnam: x", "line 2: unknown key 'nam' in the deployment; did you mean 'name'?"),
        ("deployment: 1\nname: Shop", "line 2: 'Shop': a name has 1 to 63 of a-z 0-9 -"),
        ("deployment: 1\nname: shop\nversion: 0", "line 3: 'version' must be a whole number from 1"),
        ("deployment: 1\nname: shop\nversion: 1\napprovers: {threshold: 2, keys: {ann: a}}", "line 4: 'threshold' must be 1 to 1"),
        ("deployment: 1\nname: shop\nversion: 1\napprovers: {threshold: 1, keys: {ann: a}}", "the deployment lacks the key 'roles'"),
    ])
    func mistakesAreNamedWithTheirLine(yaml: String, message: String) {
        #expect(DeploymentError.message { _ = try DeploymentDescription(yaml: Array(yaml.utf8)) }.contains(message))
    }

    @Test(arguments: [
        ("    image: web.img", "    imag: web.img", "line 14: unknown key 'imag' in role 'web'; did you mean 'image'?"),
        ("    image: web.img\n    names", "    names", "line 14: role 'web' does not say whose program it is"),
        ("    image: web.img", "    image: web.img\n    signers: [\(String(repeating: "5a", count: 32))]", "names an image, which says"),
        ("    image: web.img", "    image: wev.img", "line 14: image wev.img: there is none"),
        ("ann: ann.pem", "ann: none.pem", "line 7: key none.pem: there is none"),
        ("bob: bob.pem", "bob: ann.pem", "bob and ann have the same key"),
        ("to: worker", "to: wroker", "line 23: there is no role 'wroker'; did you mean 'worker'?"),
        ("port: 8443", "port: 65536", "line 23: 'port' must be a whole number from 1 to 65535"),
        ("count: 3", "count: 1001", "line 16: 'count' must be"),
        ("secrets: [shop/key/worker]", "secrets: [shop/key]", "line 21: a secret is named repository/type/tag"),
        ("names: [shop.example]", "names: [-x]", "line 15: '-x' is not a host name"),
        ("product_id: 7", "product_id: 65536", "line 19: 'product_id' must be"),
        ("policy: strict.yaml", "policy: none.yaml", "line 10: none.yaml cannot be read"),
        ("{image: web.img, minimum_version: 2}", "{image: web.img, count: 2}", "line 11: unknown key 'count' in 'broker'"),
    ])
    func mistakesOfRolesAreNamedWithTheirLine(right: String, wrong: String, message: String) {
        let yaml = Self.whole.replacing(right, with: wrong)
        let found = DeploymentError.message {
            _ = try DeploymentDescription(yaml: Array(yaml.utf8)).statement(previous: nil, files: NamedFiles())
        }
        #expect(found.contains(message), "\(found)")
    }

    @Test func policiesWithApprovalsAreRefused() {
        var files = NamedFiles()
        for key in ["approvals: {required: 1, of: [ann]}"] {
            files.texts["strict.yaml"] = "policy: 1\nrules: [{\(key)}]"
            let found = DeploymentError.message {
                _ = try DeploymentDescription(yaml: Array(Self.whole.utf8)).statement(previous: nil, files: files)
            }
            #expect(found.contains("those of a deployment are its signatures"), "\(found)")
        }
    }

    @Test func fuzzedDescriptionsAreReadOrRefused() {
        var generator = SeededGenerator(seed: 0xDE9107)
        var refused = 0
        let rounds = FuzzBudget.spend {
            if (try? DeploymentDescription(yaml: mutated(Array(Self.whole.utf8), with: &generator))) == nil { refused += 1 }
        }
        #expect(rounds > 0 && refused > 0)
    }
}

@Suite struct DeploymentDocumentTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs")

    @Test func schemaHasEveryKey() throws {
        let data = try Data(contentsOf: Self.docs.appendingPathComponent("schemas/deployment.schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        func keys(_ object: Any?) -> Set<String> { Set(((object as? [String: Any])?["properties"] as? [String: Any] ?? [:]).keys) }
        #expect(keys(schema) == Set(DeploymentDescription.keys))
        let definitions = try #require(schema["$defs"] as? [String: Any])
        #expect(keys(definitions["role"]) == Set(DeploymentDescription.roleKeys))
        #expect(keys(definitions["broker"]) == Set(DeploymentDescription.brokerKeys))
        #expect(keys(definitions["link"]) == Set(DeploymentDescription.linkKeys))
        #expect(keys((schema["properties"] as? [String: Any])?["approvers"]) == Set(DeploymentDescription.approverKeys))
    }

    @Test func pageDescribesEveryKeyAndItsExampleCanBeRead() throws {
        let page = try String(contentsOf: Self.docs.appendingPathComponent("deployment.md"), encoding: .utf8)
        for key in DeploymentDescription.keys + DeploymentDescription.roleKeys where key != "deployment" {
            #expect(page.contains("| `\(key)` |"), "\(key)")
        }
        let example = try #require(page.firstMatch(of: /```yaml\n([\s\S]*?)```/)).1
        let description = try DeploymentDescription(yaml: Array(example.utf8))
        #expect(description.roles.map(\.name) == ["web", "worker", "database"])
    }
}
