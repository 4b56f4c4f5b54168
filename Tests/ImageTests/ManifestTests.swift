// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Testing

@testable import Image

private let full = """
    name: report
    entry_point: /usr/bin/python3
    args: [-c, "print(1)"]
    working_directory: /app
    user: 1000
    group: 100
    hostname: box-1
    environment:
      trusted:
        LANG: C.UTF-8
        COUNT: 3
      passed_through: [TERM, TZ]
    files:
      - from: data/*.csv
        to: /app/
        mode: "0640"
    packages: [python3, bash]
    essential: false
    documentation: true
    python_bytecode: true
    mounts:
      - target: /tmp
      - target: /var/cache
        read_only: true
    limits:
      memory: 2G
      processes: 100
      descriptors: 1024
    insecure_host_mounts:
      - source: /srv
        target: /data
    insecure_host_environment: false
    insecure_trace: true
    insecure_host_loopback: true
    passed_through: [working_directory, user]
    """

@Suite struct ManifestTests {
    private func parse(_ yaml: String) throws -> Manifest { try Manifest(yaml: yaml, baseDirectory: "/base") }

    @Test func everyKeyIsUnderstood() throws {
        let manifest = try parse(full)
        let settings = manifest.settings
        #expect(settings.entryPoint == "/usr/bin/python3")
        #expect(settings.arguments == ["-c", "print(1)"])
        #expect(settings.userID == 1000 && settings.groupID == 100)
        #expect(settings.environment.trusted["COUNT"] == "3")
        #expect(settings.environment.trusted["PATH"] == EnvironmentSettings.defaultPath)
        #expect(settings.environment.passedThrough == ["TERM", "TZ"])
        #expect(manifest.files == [FileRule(source: "data/*.csv", target: "/app/", mode: 0o640, line: 14)])
        #expect(manifest.packages == ["python3", "bash"])
        #expect(!manifest.includesEssential)
        #expect(manifest.includesDocumentation && manifest.includesPythonBytecode)
        #expect(settings.mounts.map(\.isReadOnly) == [false, true])
        #expect(settings.limits.memoryBytes == 2 << 30)
        #expect(settings.insecureTrace && settings.passedThrough == ["working_directory", "user"])
        #expect(settings.insecureHostMounts == [HostMount(source: "/srv", target: "/data", isReadOnly: true)])
        #expect(settings.insecureOptions == ["insecure_host_mounts", "insecure_trace", "insecure_host_loopback"])
    }

    @Test(arguments: [
        (
            "name: x\nentrypoint: /bin/sh",
            "line 2: unknown key 'entrypoint' in the manifest; did you mean 'entry_point'?"
        ),
        ("pakages: [bash]", "line 1: unknown key 'pakages' in the manifest; did you mean 'packages'?"),
        (
            "environment:\n  passthrough: [A]",
            "line 2: unknown key 'passthrough' in environment; did you mean 'passed_through'?"
        ),
        ("limits:\n  mem: 1G", "line 2: unknown key 'mem' in limits; did you mean 'memory'?"),
        (
            "mounts:\n  - target: /a\n    readonly: true",
            "line 3: unknown key 'readonly' in a mount; did you mean 'read_only'?"
        ),
        (
            "Insecure-Host-Mounts: []",
            "line 1: unknown key 'Insecure-Host-Mounts' in the manifest; did you mean 'insecure_host_mounts'?"
        ),
        ("qqqqqqqqqqqqqqqqq: 1", "line 1: unknown key 'qqqqqqqqqqqqqqqqq' in the manifest"),
    ])
    func unknownKeysAreNamedWithTheirLineAndTheNearestKey(yaml: String, expected: String) {
        #expect(message { _ = try parse(yaml) } == expected)
    }

    @Test(arguments: [
        ("name: a\nname: b", "key written twice"),
        ("name: ../../etc/x", "'name' must be a file name"), ("name: .hidden", "'name' must be a file name"),
        ("passed_through: [comand]", "did you mean 'command'?"),
        ("passed_through: command", "'passed_through' must be a list"),
        ("entry_point: bin/sh", "'entry_point' must be an absolute path"),
        ("entry_point: /a/../b", "must not contain"),
        ("args: ls", "'args' must be a list"),
        ("user: -1", "'user' must be a whole number"),
        ("documentation: maybe", "'documentation' must be true or false"),
        ("limits: {memory: 1X}", "'memory' must be a size"),
        ("limits: {memory: 99999999999T}", "'memory' must be a size"),
        ("packages: [--root=x]", "is not the name of a Debian package"),
        ("packages: [Bash/..]", "is not the name of a Debian package"),
        ("files: [{from: a}]", "a file lacks the key 'to'"),
        ("files: [{from: a, to: /a, mode: 999}]", "'mode' must be an octal mode"),
        ("environment: {trusted: {A: 1}, passed_through: [A]}", "A is both trusted and passed through"),
        ("hostname: 'a b'", "'hostname' must be"),
        ("- a", "the manifest must be a map"),
        ("", "the manifest is empty"),
        ("a: [", "not valid YAML"),
    ])
    func wrongValuesAreRefusedInWords(yaml: String, expected: String) {
        let text = message { _ = try parse(yaml) }
        #expect(text.contains(expected), "\(text)")
    }

    @Test func filesMayBeAMap() throws {
        let manifest = try parse("files:\n  job.py: /app/job.py\n")
        #expect(manifest.files == [FileRule(source: "job.py", target: "/app/job.py", line: 2)])
    }

    @Test func trustedValuesWinOverTheCallers() throws {
        let settings = try parse(full).settings
        let entries = settings.environmentEntries(from: ["LANG": "evil", "TERM": "xterm", "LD_PRELOAD": "evil.so"])
        #expect(entries == ["COUNT=3", "LANG=C.UTF-8", "PATH=\(EnvironmentSettings.defaultPath)", "TERM=xterm"])
    }

    @Test func storedManifestsSurviveARoundTripAndAreCanonical() throws {
        let manifest = ImageManifest(settings: try parse(full).settings, packages: ["b": "2", "a": "1"])
        let bytes = try manifest.encoded()
        #expect(try ImageManifest(decoding: bytes) == manifest)
        #expect(try ImageManifest(settings: manifest.settings, packages: ["a": "1", "b": "2"]).encoded() == bytes)
    }

    @Test func damagedManifestsGiveErrorsNeverTraps() {
        var generator = SeededGenerator(seed: 11)
        let rounds = FuzzBudget.spend {
            let bytes = mutated(Array(full.utf8), with: &generator)
            _ = try? parse(String(decoding: bytes, as: UTF8.self))
            _ = try? ImageManifest(decoding: bytes)
        }
        #expect(rounds > 0)
    }

    @Test func deeplyNestedManifestsAreRefused() {
        #expect(throws: ImageToolError.self) { try parse(String(repeating: "[", count: 100_000)) }
        #expect(throws: ImageToolError.self) { try parse(String(repeating: "- ", count: 100_000)) }
        #expect(throws: ImageToolError.self) { try parse("a: " + String(repeating: "{a: ", count: 5_000)) }
    }
}
