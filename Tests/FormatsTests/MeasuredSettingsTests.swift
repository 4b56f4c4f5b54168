// SPDX-License-Identifier: Apache-2.0
// A launcher that lies, field by field, against what was measured.
import FuzzSupport
import Testing

@testable import Formats

@Suite struct MeasuredSettingsTests {
    /// As the image builder writes it.
    static let manifest = #"""
        {"packages":{"bash":"5.2","zlib1g":"1:1.2"},"settings":{"arguments":["/app/job.py","a \"b\"\n\u0001"],\#
        "entryPoint":"/usr/bin/python3","environment":{"passedThrough":["GREETING"],\#
        "trusted":{"COLOUR":"blue","PATH":"/bin"}},"groupID":7,"hostname":"enclave","insecureHostEnvironment":false,\#
        "insecureHostMounts":[{"isReadOnly":true,"source":"/data","target":"/in"}],"insecureTrace":false,\#
        "limits":{"descriptors":100,"memoryBytes":18446744073709551615,"processes":50},\#
        "mounts":[{"isReadOnly":false,"target":"/scratch"}],"name":"job","passedThrough":[],"productID":3,\#
        "securityVersion":65535,"userID":5,"workingDirectory":"/app"},"version":3}
        """#

    private static func settings(_ change: (inout MeasuredSettings) -> Void = { _ in }) throws -> MeasuredSettings {
        var settings = try MeasuredSettings(decoding: text(manifest))
        change(&settings)
        return settings
    }

    private static func mount(_ kind: BootConfig.Mount.Kind, _ source: String, _ target: String) -> BootConfig.Mount {
        BootConfig.Mount(kind: kind, source: text(source), target: text(target), isReadOnly: kind == .host)
    }

    /// What an honest launcher asks for.
    private static var honest: BootConfig {
        var config = BootConfig()
        config.arguments = [text("/usr/bin/python3"), text("/app/job.py"), text("a \"b\"\n\u{1}")]
        config.environment = [text("GREETING=hi"), text("COLOUR=blue")]
        config.workingDirectory = text("/app")
        config.userID = 5
        config.groupID = 7
        config.hostname = text("enclave")
        config.mounts = [mount(.temporary, "", "/scratch"), mount(.host, "/data", "/in")]
        config.limits = BootConfig.Limits(memoryBytes: .max, processes: 50, descriptors: 100)
        return config
    }

    @Test func shieldedPortsAreReadAndNothingElse() throws {
        func settings(_ shield: String) throws -> MeasuredSettings {
            try MeasuredSettings(decoding: text(Self.manifest.replacing(#""userID""#, with: #""shield":\#(shield),"userID""#)))
        }
        #expect(try settings(#"{"connect":[5432,1],"listen":[6379]}"#).shield == ShieldRules(listenPorts: [6379], connectPorts: [5432, 1]))
        #expect(try Self.settings().shield == nil)
        let many = (1...65).map(String.init).joined(separator: ",")
        for wrong in [
            #"{"listen":[6379]}"#, #"{"connect":[],"listen":[]}"#, #"{"connect":[0],"listen":[]}"#, #"{"connect":[65536],"listen":[]}"#,
            #"{"connect":[1,1],"listen":[]}"#, #"{"connect":[\#(many)],"listen":[]}"#, #"{"connect":["1"],"listen":[]}"#, "null", "[]",
        ] {
            #expect(throws: ImageError.self, "\(wrong)") { try settings(wrong) }
        }
    }

    @Test func honestRequestRunsWithEveryMeasuredVariable() throws {
        let config = try Self.settings().applied(to: Self.honest)
        #expect(config.environment == [text("GREETING=hi"), text("COLOUR=blue"), text("PATH=/bin")])
        var expected = Self.honest
        expected.environment = config.environment
        #expect(config == expected)
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let field: RunRefusal.Field
        let change: @Sendable (inout BootConfig) -> Void

        init(_ name: String, _ field: RunRefusal.Field, _ change: @escaping @Sendable (inout BootConfig) -> Void) {
            testDescription = name
            self.field = field
            self.change = change
        }
    }

    static let lies = [
        Lie("another program", .program) { $0.arguments[0] = text("/bin/sh") },
        Lie("another argument", .program) { $0.arguments[1] = text("/app/evil.py") },
        Lie("one argument more", .program) { $0.arguments.append(text("--debug")) },
        Lie("one argument less", .program) { $0.arguments.removeLast() },
        Lie("no program", .program) { $0.arguments = [] },
        Lie("a measured variable", .environment) { $0.environment[1] = text("COLOUR=red") },
        Lie("a measured variable, twice", .environment) { $0.environment.append(text("COLOUR=red")) },
        Lie("the loader's variable", .environment) { $0.environment.append(text("LD_PRELOAD=/x.so")) },
        Lie("a passed variable, twice", .environment) { $0.environment.append(text("GREETING=ho")) },
        Lie("TERM without a terminal", .environment) { $0.environment.append(text("TERM=xterm")) },
        Lie("TERM with a path", .environment) {
            $0.terminal = TerminalSize(rows: 1, columns: 1)
            $0.environment.append(text("TERM=../evil"))
        },
        Lie("another folder", .workingDirectory) { $0.workingDirectory = text("/") },
        Lie("another user", .user) { $0.userID = 0 },
        Lie("another group", .group) { $0.groupID = 0 },
        Lie("another hostname", .hostname) { $0.hostname = text("evil") },
        Lie("no mounts", .mounts) { $0.mounts = [] },
        Lie("the host mount left out", .mounts) { $0.mounts.removeLast() },
        Lie("another source", .mounts) { $0.mounts[1].source = text("/other") },
        Lie("another target", .mounts) { $0.mounts[0].target = text("/app") },
        Lie("a writable host mount", .mounts) { $0.mounts[1].isReadOnly = false },
        Lie("a read-only scratch", .mounts) { $0.mounts[0].isReadOnly = true },
        Lie("memory in the place of a host folder", .mounts) { $0.mounts[1] = mount(.temporary, "", "/in") },
        Lie("another order", .mounts) { $0.mounts.reverse() },
        Lie("memory over the program", .mounts) { $0.mounts.append(mount(.temporary, "", "/app")) },
        Lie("a host folder more", .mounts) { $0.mounts.append(mount(.host, "/etc", "/etc")) },
        Lie("no memory limit", .limits) { $0.limits.memoryBytes = 0 },
        Lie("more processes", .limits) { $0.limits.processes = 51 },
        Lie("more descriptors", .limits) { $0.limits.descriptors = 0 },
        Lie("a log of the calls", .trace) { $0.traceDescriptor = 5 },
        Lie("the host's loopback", .hostLoopback) { $0.insecureHostLoopback = true },
    ]

    @Test(arguments: lies) func lieIsRefusedByItsName(_ lie: Lie) throws {
        var config = Self.honest
        lie.change(&config)
        let settings = try Self.settings()
        let refusal = #expect(throws: RunRefusal.self) { try settings.applied(to: config) }
        #expect(refusal?.field == lie.field)
        // Host folders and more limits than measured are nobody's to choose, whatever is passed through.
        var open = settings
        open.choices = [.command, .arguments, .workingDirectory, .user]
        open.allowsTrace = true
        open.allowsHostLoopback = true
        let leftToTheCaller: [RunRefusal.Field] = [.program, .workingDirectory, .user, .group, .trace, .hostLoopback]
        let isLeftToTheCaller = leftToTheCaller.contains(lie.field)
        #expect((try? open.applied(to: config)) != nil ? isLeftToTheCaller : !isLeftToTheCaller)
    }

    @Test func residentEnclaveNeedsNoMainProgram() throws {
        var config = Self.honest
        config.arguments = []
        config.isResident = true
        #expect(try Self.settings().applied(to: config).arguments.isEmpty)
        // exec names one, always.
        #expect(throws: RunRefusal.self) { try Self.settings().checkProgram([]) }
    }

    @Test func furtherArgumentsFollowThoseOfTheManifest() throws {
        let settings = try Self.settings { $0.choices = .arguments }
        var config = Self.honest
        config.arguments.append(text("--input"))
        #expect(throws: Never.self) { try settings.applied(to: config) }
        config.arguments.swapAt(2, 3)
        #expect(throws: RunRefusal(.program)) { try settings.applied(to: config) }
    }

    @Test func withoutEntryPointTheCallerNamesTheProgram() throws {
        let settings = try Self.settings { $0.entryPoint = nil }
        #expect(throws: Never.self) { try settings.checkProgram([text("/bin/ls")]) }
    }

    @Test func passedMountsAreMemoryOnly() throws {
        let settings = try Self.settings { $0.choices = .mounts }
        var config = Self.honest
        config.mounts.append(Self.mount(.temporary, "", "/more"))
        #expect(throws: Never.self) { try settings.applied(to: config) }
        config.mounts.append(Self.mount(.host, "/etc", "/etc"))
        #expect(throws: RunRefusal(.mounts, text("/etc"))) { try settings.applied(to: config) }
    }

    @Test func terminalComesWithItsKind() throws {
        let settings = try Self.settings()
        let entries = [text("TERM=xterm-256color")]
        #expect(try settings.environment(from: entries, hasTerminal: true).first == entries[0])
        #expect(throws: RunRefusal.self) { try settings.environment(from: entries, hasTerminal: false) }
    }

    @Test func wholeEnvironmentStopsAtMeasuredVariables() throws {
        let settings = try Self.settings { $0.passesWholeEnvironment = true }
        #expect(try settings.environment(from: [text("ANY=1")], hasTerminal: false).contains(text("ANY=1")))
        #expect(throws: RunRefusal(.environment, text("PATH"))) {
            try settings.environment(from: [text("PATH=/evil")], hasTerminal: false)
        }
    }

    @Test func refusalSaysWhatAndWhere() {
        let refusal = RunRefusal(.environment, text("LD_PRELOAD"))
        #expect(
            String(decoding: refusal.text, as: UTF8.self)
                == "the caller may not choose the variable LD_PRELOAD; the image's manifest decides it (environment)")
    }

    // MARK: the manifest's text

    /// A rule that the kernel does not know, or reads otherwise, must not be passed over.
    @Test(arguments: [
        (#""version":3"#, #""version":2"#), (#""version":3"#, #""version":3,"version":3"#),
        (#""version":3"#, #""version":03"#), (#""version":3"#, #""version":-3"#), (#""version":3"#, #""version":3.0"#),
        (#""name":"job""#, #""name":"job","deny":[]"#), (#""userID":5,"#, ""), (#""userID":5"#, #""userID":4294967296"#),
        (#""userID":5"#, #""userID":5,"userID":0"#),
        (#""productID":3,"#, ""), (#""productID":3"#, #""productID":65536"#), ("65535", "-1"), ("18446744073709551615", "18446744073709551616"),
        (#""passedThrough":[],"#, #""passedThrough":["everything"],"#), ("false", "0"), (#""/app""#, "null"),
        (#""packages":{"#, #""packages": {"#), (#"\u0001"#, #"\u0000"#), (#"\u0001"#, #"\ud800"#), (#"\n"#, #"\q"#),
        (#""COLOUR":"#, #""":"#), (#""COLOUR":"#, #""A=B":"#),
        (#"{"isReadOnly":false,"target""#, #"{"isReadOnly":false,"source":"/etc","target""#),
    ]) func otherTextIsRefused(written: String, instead: String) throws {
        let parts = Self.manifest.split(separator: written, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        #expect(throws: ImageError.self) { try MeasuredSettings(decoding: text(parts[0] + instead + parts[1])) }
    }

    @Test func noPrefixAndNoSuffixIsAccepted() {
        let bytes = text(Self.manifest)
        for count in 0..<bytes.count {
            #expect(throws: ImageError.self) { try MeasuredSettings(decoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: ImageError.self) { try MeasuredSettings(decoding: bytes + [0]) }
    }

    @Test func fuzzedManifestsAreReadOrRefused() {
        var generator = SeededGenerator(seed: 11)
        let rounds = FuzzBudget.spend {
            let bytes = mutated(text(Self.manifest), with: &generator)
            _ = try? MeasuredSettings(decoding: bytes)
        }
        #expect(rounds > 0)
    }
}
