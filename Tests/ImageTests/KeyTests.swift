// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Image

@Suite struct KeyTests {
    @Test(arguments: SigningKey.Kind.allCases) func keysSurviveARoundTripThroughPEM(kind: SigningKey.Kind) throws {
        let key = SigningKey(generating: kind)
        let again = try SigningKey(pem: key.pem)
        #expect(again.kind == kind)
        #expect(again.publicKey == key.publicKey)
        #expect(try VerifyingKey(pem: key.publicKey.pem) == key.publicKey)
        let signature = try again.sign([1, 2, 3])
        #expect(signature.count == 64)
        #expect(key.publicKey.isValid(signature, for: [1, 2, 3]))
        #expect(!key.publicKey.isValid(signature, for: [1, 2, 4]))
    }

    @Test(arguments: SigningKey.Kind.allCases) func opensslReadsOurKeysAndAgreesOnTheSigner(kind: SigningKey.Kind)
        throws
    {
        let bench = try Workbench(kind: kind)
        try KeyFile.create(bench.key, at: bench.path("k.pem"))
        try Command.run(
            "openssl", ["pkey", "-in", "k.pem", "-pubout", "-outform", "DER", "-out", "k.der"], in: bench.folder)
        #expect(try bench.bytes("k.der") == bench.key.publicKey.der)
    }

    @Test(arguments: ["ed25519", "EC"]) func weReadKeysThatOpensslMade(algorithm: String) throws {
        let bench = try Workbench()
        let options = algorithm == "EC" ? ["-pkeyopt", "ec_paramgen_curve:P-256"] : []
        try Command.run("openssl", ["genpkey", "-algorithm", algorithm, "-out", "k.pem"] + options, in: bench.folder)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.path("k.pem"))
        #expect(try KeyFile.loadSigningKey(from: bench.path("k.pem")).sign([1]).count == 64)
    }

    @Test func privateKeysAreForTheirOwnerOnly() throws {
        let bench = try Workbench()
        let path = bench.path("k.pem")
        try KeyFile.create(bench.key, at: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try KeyFile.loadVerifyingKey(from: bench.path("k.pub.pem")) == bench.key.publicKey)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let open = #expect(throws: ImageToolError.self) { try KeyFile.loadSigningKey(from: path) }
        #expect(open?.code == .key && open?.next == "run chmod 600 \(path)")
    }

    @Test func neitherHalfOfAKeyIsOverwritten() throws {
        let bench = try Workbench()
        let path = bench.path("k.pem")
        try bench.write("k-2.pub.pem", "mine")
        try KeyFile.create(bench.key, at: path)
        let old = try bench.bytes("k.pem")
        let again = #expect(throws: ImageToolError.self) { try KeyFile.create(bench.key, at: path) }
        #expect(again?.code == .exists && again?.place == "key \(path)")
        #expect(again?.next?.contains(bench.path("k-3.pem")) == true)
        #expect(try bench.bytes("k.pem") == old)
        // The public half in the way: nothing half done.
        let other = #expect(throws: ImageToolError.self) { try KeyFile.create(bench.key, at: bench.path("k-2.pem")) }
        #expect(other?.code == .exists && other?.place == "key \(bench.path("k-2.pub.pem"))")
        #expect(!FileManager.default.fileExists(atPath: bench.path("k-2.pem")))
        #expect(try bench.bytes("k-2.pub.pem") == Array("mine".utf8))
    }

    @Test func keyThatCannotBeWrittenLeavesNothing() throws {
        let bench = try Workbench()
        let error = #expect(throws: ImageToolError.self) {
            try KeyFile.create(bench.key, at: bench.path("missing/k.pem"))
        }
        #expect(error?.code == .output)
        try KeyFile.create(bench.key, at: bench.path("k.pem"))
        let half = #expect(throws: ImageToolError.self) { try KeyFile.loadSigningKey(from: bench.path("k.pub.pem")) }
        #expect(half?.message == "a public key, which cannot sign")
        #expect(throws: ImageToolError.self) { try KeyFile.loadSigningKey(from: bench.path("missing/k.pem")) }
    }

    @Test(arguments: ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func whatIsNoKeyIsRefused(pem: String) {
        #expect(throws: ImageToolError.self) { try SigningKey(pem: pem) }
        #expect(throws: ImageToolError.self) { try VerifyingKey(pem: pem) }
    }
}
