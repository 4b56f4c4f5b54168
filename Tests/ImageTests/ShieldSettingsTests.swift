// SPDX-License-Identifier: Apache-2.0
// `shield:` in a manifest: what is measured, and what is refused with its line.

import Formats
import Foundation
import ShieldDescription
import Testing

@testable import Image

private let manifestText = """
    name: cache
    entry_point: /bin/app
    shield:
      policy: peers.yaml
      listen:
        - port: 6379
      connect:
        - {port: 5432, policy: db.yaml}
      certificate_lifetime: 60
    """

@Suite struct ShieldSettingsTests {
    private func parse(_ text: String, in folder: String = "/base") throws -> Manifest { try Manifest(yaml: text, baseDirectory: folder) }

    @Test func portsAreMeasuredAsTheKernelReadsThem() throws {
        let manifest = try parse(manifestText)
        #expect(manifest.settings.shield == ShieldPorts(listen: [6379], connect: [5432]))
        let bytes = try ImageManifest(settings: manifest.measuredSettings, packages: [:]).encoded()
        #expect(try MeasuredSettings(decoding: bytes).shield == ShieldRules(listenPorts: [6379], connectPorts: [5432]))
        #expect(try parse("entry_point: /bin/app").settings.shield == nil)
    }

    @Test(arguments: ["/", "/.cloister", "/.cloister/x"]) func hostMountsOverTheShieldAreRefused(_ target: String) throws {
        let mount = "\ninsecure_host_mounts:\n  - {source: /srv, target: \(target)}"
        let error = #expect(throws: ImageToolError.self) { try parse(manifestText + mount) }
        #expect(error.map { "\($0)" }?.contains("would cover what was measured under /.cloister") == true, "\(String(describing: error))")
    }

    @Test func otherHostMountsStandBesideTheShield() throws {
        #expect(try parse(manifestText + "\ninsecure_host_mounts:\n  - {source: /srv, target: /data}").settings.shield != nil)
    }

    @Test func eachPortHasItsPolicyInTheImage() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/shield-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let policies = ["peers.yaml", "db.yaml"].map { "policy: 1\nname: \($0)\nrules: [{signers: [\(String(repeating: "ab", count: 32))]}]\n" }
        for (name, text) in zip(["peers.yaml", "db.yaml"], policies) {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        let shield = try #require(try parse(manifestText, in: folder).shield)
        let description = try shield.description(relativeTo: folder)
        #expect(description.listen == [ShieldDescription.Port(port: 6379, policy: policies[0])])
        #expect(description.connect == [ShieldDescription.Port(port: 5432, policy: policies[1])])
        #expect(description.certificateSeconds == 60)
        #expect(try ShieldDescription(decoding: try description.encoded()) == description)
        for broken in ["", "[]", "{}", #"{"version":2,"listen":[],"connect":[],"collateral":[],"certificateSeconds":60}"#] {
            #expect(throws: ShieldDescription.Problem.self) { try ShieldDescription(decoding: Array(broken.utf8)) }
        }
        try "policy: 1\nrules: [{signer: x}]\n".write(toFile: folder + "/db.yaml", atomically: true, encoding: .utf8)
        let wrong = #expect(throws: ImageToolError.self) { try shield.description(relativeTo: folder) }
        #expect(wrong?.place?.contains("db.yaml line 2") == true, "\(String(describing: wrong))")
        try FileManager.default.removeItem(atPath: folder + "/peers.yaml")
        #expect(throws: ImageToolError.self) { try shield.description(relativeTo: folder) }
    }

    @Test(arguments: [
        ("  certificate_lifetime: 60", "  certificate_lifetme: 60", "did you mean 'certificate_lifetime'", 9),
        ("certificate_lifetime: 60", "certificate_lifetime: 9", "from 10 to 86400", 9),
        ("port: 6379", "port: 0", "0 is not a port", 6), ("port: 6379", "port: 65536", "port", 6), ("port: 6379", "prt: 6379", "port", 6),
        ("    - port: 6379", "    - port: 6379\n    - port: 6379", "twice", 7), ("  policy: peers.yaml\n", "", "no 'policy'", 5),
    ])
    func mistakesAreNamedWithTheirLine(old: String, new: String, words: String, line: Int) throws {
        #expect(manifestText.contains(old))
        let error = #expect(throws: ImageToolError.self) { try parse(manifestText.replacing(old, with: new)) }
        #expect(error?.message.contains(words) == true && error?.line == line, "\(String(describing: error))")
    }

    @Test func aShieldWithoutPortsIsRefused() {
        let error = #expect(throws: ImageToolError.self) { try parse("entry_point: /bin/app\nshield: {policy: p.yaml}") }
        #expect(error?.message.contains("names no port") == true && error?.line == 2)
    }
}
