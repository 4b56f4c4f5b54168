// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Testing

@testable import Formats

func text(_ value: String) -> [UInt8] { Array(value.utf8) }

func digest(_ byte: UInt8) throws -> Digest256 {
    try #require(Digest256([UInt8](repeating: byte, count: 32)))
}

func fullBootConfig() throws -> BootConfig {
    var config = BootConfig()
    config.arguments = [text("/bin/sh"), text("-c"), text(""), text("echo hi")]
    config.environment = [text("PATH=/bin"), text("EMPTY="), text("X=a=b")]
    config.workingDirectory = text("/root")
    config.userID = 1000
    config.groupID = 0xFFFF_FFFE
    config.hostname = text("enclave")
    config.image = BootConfig.ImageReference(
        descriptor: 5, rootHash: try digest(1), measurement: [UInt8](repeating: 2, count: 48), signer: try digest(3))
    config.mounts = [
        BootConfig.Mount(kind: .temporary, source: [], target: text("/tmp"), isReadOnly: false),
        BootConfig.Mount(kind: .host, source: text("/srv"), target: text("/data"), isReadOnly: true),
    ]
    config.limits = BootConfig.Limits(memoryBytes: 1 << 40, processes: 10, descriptors: 1024)
    config.terminal = TerminalSize(rows: 24, columns: 80)
    config.isResident = true
    config.traceDescriptor = 6
    config.statisticsDescriptor = 7
    config.platform = BootConfig.PlatformReference(descriptor: 8, kind: .snp)
    return config
}

@Suite struct BootConfigTests {
    @Test func everyFieldSurvivesARoundTrip() throws {
        let config = try fullBootConfig()
        #expect(try BootConfig(decoding: config.encoded()) == config)
    }

    @Test func theSmallestConfigurationSurvivesARoundTrip() throws {
        var config = BootConfig()
        config.arguments = [text("ls")]
        config.insecureHostRoot = true
        #expect(try BootConfig(decoding: config.encoded()) == config)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try fullBootConfig().encoded()
        for count in 0..<bytes.count {
            #expect(throws: FormatError.self) { try BootConfig(decoding: Array(bytes.prefix(count))) }
        }
    }

    @Test func trailingBytesAreRefused() throws {
        let bytes = try fullBootConfig().encoded()
        #expect(throws: FormatError(.trailingBytes, at: bytes.count)) { try BootConfig(decoding: bytes + [0]) }
    }

    @Test func rootMustComeFromExactlyOnePlace() throws {
        var config = try fullBootConfig()
        config.insecureHostRoot = true
        #expect(code(of: config) == .missingField)
        config.image = nil
        config.insecureHostRoot = false
        #expect(code(of: config) == .missingField)
    }

    @Test func somethingMustRunUnlessResident() throws {
        var config = try fullBootConfig()
        config.arguments = []
        #expect(code(of: config) == nil)
        config.isResident = false
        #expect(code(of: config) == .missingField)
    }

    @Test(arguments: [("NAME", FormatError.Code.malformedString), ("=x", .malformedString), ("A=\0", .malformedString)])
    func malformedEnvironmentIsRefused(entry: String, expected: FormatError.Code) throws {
        var config = try fullBootConfig()
        config.environment = [text(entry)]
        #expect(code(of: config) == expected)
    }

    @Test func valuesOutOfRangeAreRefused() throws {
        var config = try fullBootConfig()
        config.workingDirectory = text("relative")
        #expect(code(of: config) == .malformedString)
        config = try fullBootConfig()
        config.traceDescriptor = -1
        #expect(code(of: config) == .valueOutOfRange)
        config = try fullBootConfig()
        config.hostname = [UInt8](repeating: 0x61, count: 65)
        #expect(code(of: config) == .valueOutOfRange)
        config = try fullBootConfig()
        config.image?.measurement = [1]
        #expect(code(of: config) != nil)
        config = try fullBootConfig()
        config.mounts = Array(repeating: config.mounts[0], count: 257)
        #expect(code(of: config) == .valueOutOfRange)
    }

    @Test func unknownRepeatedAndUnorderedTagsAreRefused() {
        #expect(code(ofFields: [(99, [])]) == .unknownTag)
        #expect(code(ofFields: [(4, [0, 0, 0, 0]), (4, [0, 0, 0, 0])]) == .duplicateField)
        #expect(code(ofFields: [(5, [0, 0, 0, 0]), (4, [0, 0, 0, 0])]) == .tagOutOfOrder)
        #expect(code(ofFields: [(4, [0, 0, 0, 0, 0])]) == .trailingBytes)
    }

    @Test func damagedConfigurationsNeverTrapAndStayCanonical() throws {
        var generator = SeededGenerator(seed: 1)
        let valid = try fullBootConfig().encoded()
        let rounds = FuzzBudget.spend {
            let bytes = mutated(valid, with: &generator)
            // Whatever is accepted has exactly one encoding.
            if let config = try? BootConfig(decoding: bytes) { #expect(config.encoded() == bytes) }
        }
        #expect(rounds > 0)
    }

    private func code(of config: BootConfig) -> FormatError.Code? { code(ofBytes: config.encoded()) }

    private func code(ofFields fields: [(UInt16, [UInt8])]) -> FormatError.Code? {
        var body = ByteWriter()
        for (tag, value) in fields {
            body.u16(tag)
            body.string(value)
        }
        var message = ByteWriter()
        message.u32(BootConfig.magic)
        message.u16(BootConfig.version)
        message.u16(0)
        message.string(body.bytes)
        return code(ofBytes: message.bytes)
    }

    private func code(ofBytes bytes: [UInt8]) -> FormatError.Code? {
        do throws(FormatError) {
            _ = try BootConfig(decoding: bytes)
            return nil
        } catch {
            return error.code
        }
    }
}
