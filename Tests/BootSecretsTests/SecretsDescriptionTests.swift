// SPDX-License-Identifier: Apache-2.0

import BootSecrets
import Foundation
import FuzzSupport
import KeyBrokerProtocol
import Testing

private func example() throws -> SecretsDescription {
    SecretsDescription(
        broker: BrokerAddress("https://kbs.example:8443"), authority: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
        files: ["/run/secrets/db": try #require(ResourcePath("team/key/db"))],
        environment: ["TOKEN": try #require(ResourcePath("team/key/token"))])
}

@Suite struct SecretsDescriptionTests {
    private func problem(_ json: String) -> String {
        do {
            _ = try SecretsDescription(decoding: Array(json.utf8))
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let description = try example()
        let bytes = try description.encoded()
        #expect(try SecretsDescription(decoding: bytes) == description)
        #expect(try description.encoded() == bytes)
        var least = description
        (least.broker, least.authority, least.environment) = (nil, nil, [:])
        #expect(try SecretsDescription(decoding: try least.encoded()) == least)
        #expect(!least.leavesBrokerToCaller && description.leavesBrokerToCaller)
    }

    @Test func whatIsNotKnownIsRefused() {
        let rest = #""files":{},"environment":{}"#
        #expect(problem(#"{"version":1,\#(rest)}"#) == "none")
        #expect(problem(#"{"version":2,\#(rest)}"#).contains("version"))
        #expect(problem(#"{\#(rest)}"#).contains("version"))
        #expect(problem("[]").contains("not a JSON object"))
        #expect(problem(#"{"version":1,"hooks":1,\#(rest)}"#).contains("'hooks' is not known"))
        #expect(problem(#"{"version":1,"volumes":{},\#(rest)}"#).contains("sealed volumes"))
        #expect(problem(#"{"version":1,"broker":"http://a",\#(rest)}"#).contains("https://HOST"))
        #expect(problem(#"{"version":1,"broker_ca":7,\#(rest)}"#).contains("broker_ca"))
        #expect(problem(#"{"version":1,"files":{"/a":"x/y"},"environment":{}}"#).contains("'/a'"))
        #expect(problem(#"{"version":1,"files":{"a":"x/y/z"},"environment":{}}"#).contains("not absolute"))
        #expect(problem(#"{"version":1,"files":{"/a\u0000b":"x/y/z"},"environment":{}}"#).contains("files"))
        #expect(problem(#"{"version":1,"files":{},"environment":{"A=B":"x/y/z"}}"#).contains("'A=B'"))
        #expect(problem(#"{"version":1,"files":{}}"#).contains("environment"))
    }

    /// Damage gives a description or a problem, and what it gives is written and read again.
    @Test func damageIsRefusedOrHarmless() throws {
        var generator = SeededGenerator(seed: 0x5EC2E7)
        let whole = try example().encoded()
        let rounds = try FuzzBudget.spend { () throws in
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(index..<min(bytes.count, index + 5))
                default: bytes.insert(contentsOf: bytes.suffix(3), at: index)
                }
            }
            guard let read = try? SecretsDescription(decoding: bytes) else { return }
            let again = try SecretsDescription(decoding: try read.encoded())
            #expect(again == read)
        }
        #expect(rounds > 100)
    }
}
