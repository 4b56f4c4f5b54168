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
        #expect(message { try KeyFile.create(bench.key, at: path) } == "\(path) already exists")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(message { _ = try KeyFile.loadSigningKey(from: path) }.contains("chmod 600"))
    }

    @Test(arguments: ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func whatIsNoKeyIsRefused(pem: String) {
        #expect(throws: ImageToolError.self) { try SigningKey(pem: pem) }
        #expect(throws: ImageToolError.self) { try VerifyingKey(pem: pem) }
    }
}
