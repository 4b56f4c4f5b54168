// SPDX-License-Identifier: Apache-2.0
// The master key in a PKCS #11 token: SoftHSM, with tokens in a folder of the test's own.
import Foundation
import Testing

@testable import BrokerStore

@Suite(.serialized) struct TokenTests {
    /// SoftHSM with the token `broker`, whose PIN is 123456; nil, and a recorded issue, where it is not installed.
    private struct SoftHSM {
        static let module = "/usr/lib/softhsm/libsofthsm2.so"
        let folder: TemporaryFolder
        var key = KeyToken(module: Self.module, token: "broker", key: "master")

        static func make() throws -> SoftHSM? {
            guard FileManager.default.fileExists(atPath: module) else {
                Issue.record("SoftHSM is not installed as \(module); make deps installs it")
                return nil
            }
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.path + "/tokens", withIntermediateDirectories: true)
            try Data("directories.tokendir = \(folder.path)/tokens\nlog.level = ERROR\n".utf8).write(to: URL(filePath: folder.path + "/conf"))
            // The module reads it when it is begun; one test at a time does that.
            unsafe setenv("SOFTHSM2_CONF", folder.path + "/conf", 1)
            let made = SoftHSM(folder: folder)
            try made.add("broker")
            return made
        }

        func add(_ token: String) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/softhsm2-util")
            process.arguments = ["--init-token", "--free", "--label", token, "--so-pin", "654321", "--pin", "123456"]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
    }

    private let pin = Array("123456".utf8)

    private func record(_ master: MasterKey, _ wrapped: [UInt8]) -> MasterKeyRecord {
        MasterKeyRecord(id: master.idText, threshold: 0, shares: 0, created: 0, wrapped: wrapped)
    }

    /// The words of the refusal; none of them is the PIN.
    private func refusal(_ body: () throws -> Void) -> String {
        let problem = #expect(throws: BrokerStoreError.self, performing: body)
        guard case .token(let words)? = problem else {
            Issue.record("\(String(describing: problem))")
            return ""
        }
        #expect(!words.contains("123456"))
        return words
    }

    @Test func aTokenWrapsAndUnwraps() throws {
        guard let token = try SoftHSM.make() else { return }
        let master = MasterKey()
        let first = try token.key.wrap(master, pin: pin)
        #expect(first.isNewKey)
        #expect(first.wrapped.count == 40)
        #expect(try token.key.unwrap(record(master, first.wrapped), pin: pin).bytes == master.bytes)
        // The token's key is there now.
        let other = MasterKey()
        let second = try token.key.wrap(other, pin: pin)
        #expect(!second.isNewKey)
        #expect(try token.key.unwrap(record(other, second.wrapped), pin: pin).bytes == other.bytes)
        #expect(try token.key.unwrap(record(master, first.wrapped), pin: pin).bytes == master.bytes)
        #expect(refusal { _ = try token.key.unwrap(record(master, second.wrapped), pin: pin) }.contains("another master key"))
    }

    @Test func theTokensKeyDoesNotLeaveIt() throws {
        guard let token = try SoftHSM.make() else { return }
        _ = try token.key.wrap(MasterKey(), pin: pin)
        let session = try TokenSession(module: SoftHSM.module, token: "broker", key: "master", pin: pin, isChanging: false)
        let wrapping = try session.wrappingKey()
        // CKR_ATTRIBUTE_SENSITIVE
        let expected = TokenSession.Problem.failed(.init(call: "C_GetAttributeValue", code: 0x11))
        #expect(throws: expected) { try session.value(of: wrapping, size: 32) }
    }

    @Test func whatIsWrongIsNamed() throws {
        guard let token = try SoftHSM.make() else { return }
        let master = MasterKey()
        let wrapped = try token.key.wrap(master, pin: pin).wrapped
        #expect(refusal { _ = try token.key.unwrap(record(master, wrapped), pin: Array("999999".utf8)) }.contains("the PIN is wrong"))
        #expect(refusal { _ = try token.key.unwrap(record(master, wrapped), pin: []) } != "")
        var other = token.key
        other.token = "elsewhere"
        #expect(refusal { _ = try other.unwrap(record(master, wrapped), pin: pin) }.contains("no token 'elsewhere'"))
        other = token.key
        other.key = "another"
        #expect(refusal { _ = try other.unwrap(record(master, wrapped), pin: pin) }.contains("no AES key 'another'"))
        other.module = "/nowhere/module.so"
        #expect(refusal { _ = try other.unwrap(record(master, wrapped), pin: pin) }.contains("/nowhere/module.so"))
        other.module = "libc.so.6"
        #expect(refusal { _ = try other.unwrap(record(master, wrapped), pin: pin) }.contains("is no PKCS #11 module"))
        #expect(refusal { _ = try token.key.unwrap(record(master, []), pin: pin) }.contains("has shares"))
        for position in wrapped.indices {
            var damaged = wrapped
            damaged[position] ^= 1
            #expect(refusal { _ = try token.key.unwrap(record(master, damaged), pin: pin) } != "")
        }
        for length in [1, 8, 9, 16, 39] {
            #expect(refusal { _ = try token.key.unwrap(record(master, Array(wrapped.prefix(length))), pin: pin) } != "")
        }
        #expect(refusal { _ = try token.key.unwrap(record(master, wrapped + [0]), pin: pin) } != "")
        // The token still works after all of it.
        #expect(try token.key.unwrap(record(master, wrapped), pin: pin).bytes == master.bytes)
        try token.add("broker")
        #expect(refusal { _ = try token.key.unwrap(record(master, wrapped), pin: pin) }.contains("several tokens"))
    }

    @Test func manyAtOnceTakeTurns() async throws {
        guard let token = try SoftHSM.make() else { return }
        let master = MasterKey()
        let record = record(master, try token.key.wrap(master, pin: pin).wrapped)
        let (key, pin) = (token.key, pin)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<20 { group.addTask { try key.unwrap(record, pin: pin).bytes } }
            for try await bytes in group { #expect(bytes == master.bytes) }
        }
    }
}
