// SPDX-License-Identifier: Apache-2.0
// `secrets:` in a manifest: what is measured, and what is refused with its line.

import Foundation
import Testing

@testable import Image

private let manifestText = """
    name: app
    entry_point: /bin/app
    args: [serve]
    user: 1000
    mounts:
      - target: /ro
        read_only: true
    insecure_host_mounts:
      - source: /srv
        target: /data
    secrets:
      broker: https://kbs.example
      broker_ca: ca.pem
      files:
        /secrets/db: team/key/db
      environment:
        TOKEN: kbs:///team/key/token
    """

@Suite struct SecretSettingsTests {
    private func parse(_ text: String) throws -> Manifest { try Manifest(yaml: text, baseDirectory: "/base") }

    private func failure(replacing old: String, with new: String) -> ImageToolError? {
        #expect(manifestText.contains(old))
        do {
            _ = try parse(manifestText.replacing(old, with: new))
            return nil
        } catch {
            return error as? ImageToolError
        }
    }

    @Test func theAgentIsMeasuredInFrontOfTheProgram() throws {
        let manifest = try parse(manifestText)
        let secrets = try #require(manifest.secrets)
        #expect(secrets.files == ["/secrets/db": "team/key/db"])
        #expect(secrets.environment == ["TOKEN": "team/key/token"])
        #expect(secrets.broker == "https://kbs.example")
        let measured = manifest.measuredSettings
        #expect(measured.entryPoint == "/.cloister/agent")
        #expect(measured.arguments == ["/bin/app", "serve"])
        #expect(measured.environment.passedThrough == ["CLOISTER_BROKER"])
        #expect(measured.userID == 1000)
        // Without an authority the host has no say about the broker.
        let fixed = try parse(manifestText.replacing("  broker_ca: ca.pem\n", with: ""))
        #expect(fixed.measuredSettings.environment.passedThrough.isEmpty)
        // Without secrets nothing changes.
        let plain = try parse("entry_point: /bin/app")
        #expect(plain.measuredSettings == plain.settings)
    }

    @Test func mistakesAreNamedWithTheirLine() {
        func check(_ old: String, _ new: String, _ words: String, line: Int) {
            let error = failure(replacing: old, with: new)
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
            #expect(error?.line == line, "\(String(describing: error))")
        }
        check("  broker:", "  brokr:", "did you mean 'broker'", line: 12)
        check("https://kbs.example", "http://kbs.example", "https://HOST", line: 12)
        check("team/key/db", "team/key", "repository/type/tag", line: 15)
        check("team/key/db", "team/key/..", "repository/type/tag", line: 15)
        check("/secrets/db", "secrets/db", "absolute path", line: 15)
        check("/secrets/db", "/run/../db", "'..'", line: 15)
        check("/secrets/db", "/data/db", "insecure_host_mounts", line: 15)
        check("/secrets/db", "//data//db", "insecure_host_mounts", line: 15)
        check("/secrets/db", "/ro/db", "read-only", line: 15)
        check("/secrets/db", "/run/db", "/run is root's", line: 15)
        check("/secrets/db", "/.cloister/agent", "cannot be put", line: 15)
        check("/secrets/db", "/proc/db", "cannot be put", line: 15)
        check("TOKEN:", "CLOISTER_BROKER:", "another value", line: 17)
        check("TOKEN:", "PATH:", "another value", line: 17)
        check("TOKEN:", "A=B:", "not the name", line: 17)
        check("  environment:\n", "  volumes:\n", "sealed volumes", line: 17)
    }

    @Test func whatWouldMakeSecretsPointlessIsRefused() {
        #expect(failure(replacing: "entry_point: /bin/app\n", with: "")?.message.contains("entry_point") == true)
        #expect(failure(replacing: "user: 1000\n", with: "passed_through: [command]\n")?.message.contains("exclude each other") == true)
        #expect(
            failure(replacing: "  broker: https://kbs.example\n  broker_ca: ca.pem\n", with: "")?.message.contains("broker_ca") == true)
        let none = "  files:\n    /secrets/db: team/key/db\n  environment:\n    TOKEN: kbs:///team/key/token"
        #expect(failure(replacing: none, with: "  files: {}")?.message.contains("names no secret") == true)
    }

    @Test func theImageHoldsAgentAndDescription() async throws {
        let bench = try Workbench()
        try bench.write("app", "x")
        try bench.write("agent", "pretended agent")
        try bench.write("ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
        let yaml = """
            entry_point: /bin/app
            user: 7
            files: { app: /bin/app }
            secrets:
              broker_ca: ca.pem
              files: { /secrets/db: team/key/db }
              environment: { TOKEN: team/key/token }
            """
        var builder = try bench.builder(yaml)
        await #expect(throws: ImageToolError.self) { try await builder.build() }
        builder.agent = bench.path("agent")
        _ = try await builder.build()
        let facts = try ImageInspection(ofImageAt: bench.path("out.img"))
        #expect(facts.settings.entryPoint == "/.cloister/agent")
        #expect(facts.secrets?.files == ["/secrets/db": "team/key/db"])
        let explanation = try ImageExplanation(ofImageAt: bench.path("out.img"))
        let lines = explanation.contributions.map { "\($0.name) \($0.text)" }
        #expect(lines.contains("secrets.files./secrets/db secret team/key/db"))
        #expect(lines.contains("secrets.environment.TOKEN secret team/key/token"))
        #expect(lines.contains("secrets.broker named at the start"))
        #expect(lines.contains { $0.hasPrefix("secrets.broker_ca SHA-256 ") })
        let files = Dictionary(uniqueKeysWithValues: explanation.files.map { ($0.path, $0.mode) })
        #expect(files["/.cloister/agent"] == "-rwxr-xr-x")
        // The program's user, who is not root, must be able to write there.
        #expect(files["/secrets"] == "drwxrwxrwt")
        let image = try OpenedImage(path: bench.path("out.img"))
        #expect(try image.contents(of: "/.cloister/agent") == Array("pretended agent".utf8))

        // Another authority is another identity.
        let before = image.identity.measurement
        try bench.write("ca.pem", "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n")
        _ = try await builder.build()
        #expect(try OpenedImage(path: bench.path("out.img")).identity.measurement != before)
        // A key in place of a certificate would be published with the image.
        try bench.write("ca.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n")
        await #expect(throws: ImageToolError.self) { try await builder.build() }
    }
}
