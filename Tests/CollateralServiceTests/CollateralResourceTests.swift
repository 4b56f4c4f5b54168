// SPDX-License-Identifier: Apache-2.0
import Attestation
import Encodings
import Foundation
import FuzzSupport
import Testing

@testable import CollateralService

@Suite struct CollateralResourceTests {
    private static let chip = String(repeating: "0a", count: 64)

    @Test(arguments: [
        ("/sgx/certification/v4/tcb?fmspc=00A067110000", CollateralResource.tcbInfo(.sgx, fmspc: "00a067110000")),
        ("/tdx/certification/v4/tcb?fmspc=B0C06F000000", .tcbInfo(.tdx, fmspc: "b0c06f000000")),
        ("/tdx/certification/v4/qe/identity", .qeIdentity(.tdx)),
        ("/sgx/certification/v4/pckcrl?ca=processor&encoding=der", .pckCRL(authority: "processor")),
        ("/sgx/certification/v4/rootcacrl", .rootCRL),
        ("/vcek/v1/Milan/cert_chain", .amdChain(kind: "vcek", product: "Milan")),
        ("/vlek/v1/Genoa/crl", .amdCRL(kind: "vlek", product: "Genoa")),
        (
            "/vcek/v1/Milan/\(chip)?blSPL=03&teeSPL=00&snpSPL=08&ucodeSPL=115",
            .chipCertificate(product: "Milan", chip: chip, tcb: ["blSPL": 3, "teeSPL": 0, "snpSPL": 8, "ucodeSPL": 115])
        ),
    ])
    func vendorsPathsAreReadAndWritten(path: String, resource: CollateralResource) throws {
        let (plain, parameters) = Self.split(path)
        #expect(CollateralResource(path: plain, parameters: parameters) == resource)
        #expect(resource.path == path)
    }

    @Test(arguments: [
        "/", "/sgx/certification/v3/tcb?fmspc=00A067110000", "/sgx/certification/v4/tcb", "/sgx/certification/v4/tcb?fmspc=../../etc/x",
        "/tdx/certification/v4/rootcacrl", "/sgx/certification/v4/pckcrl?ca=root", "/vcek/v1/Rome/crl", "/vcek/v1/../crl", "/vlek/v1/Milan/\(chip)",
        "/vcek/v1/Turin/\(chip)", "/vcek/v1/Milan/\(chip)?blSPL=300", "/vcek/v1/Milan/\(chip)?blSPL=-1",
    ])
    func otherPathsAreNone(path: String) {
        let (plain, parameters) = Self.split(path)
        #expect(CollateralResource(path: plain, parameters: parameters) == nil)
    }

    private static func split(_ path: String) -> (String, [String: String]) {
        let parts = path.split(separator: "?", maxSplits: 1)
        var parameters: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
            if sides.count == 2 { parameters[sides[0]] = sides[1] }
        }
        return (String(parts[0]), parameters)
    }

    @Test func revocationListsAreReadInEveryEncoding() throws {
        let der: [UInt8] = [0x30, 0x82, 0x00, 0x50] + [UInt8](repeating: 7, count: 80)
        let hex = Hex.encode(der)
        #expect(IntelDocuments.revocationList(der) == hex)
        #expect(IntelDocuments.revocationList(Array((hex.uppercased() + "\n").utf8)) == hex)
        let pem = "-----BEGIN X509 CRL-----\n\(Data(der).base64EncodedString())\n-----END X509 CRL-----\n"
        #expect(IntelDocuments.revocationList(Array(pem.utf8)) == hex)
        #expect(IntelDocuments.revocationList(Array("no list".utf8)) == nil)
        #expect(IntelDocuments.revocationList([]) == nil)
    }

    @Test func signedTextsAreCutOutUnchanged() throws {
        let signature = String(repeating: "0f", count: 64)
        let parts = try #require(
            IntelDocuments.parts(Array("{\"tcbInfo\":{\"b\": 1, \"a\":\",\\\"signature\\\":\"},\"signature\":\"\(signature)\"}\n".utf8), "tcbInfo"))
        #expect(parts.text == "{\"b\": 1, \"a\":\",\\\"signature\\\":\"}")
        #expect(parts.signature == signature)
        for broken in ["", "{}", "{\"tcbInfo\":{}}", "{\"tcbInfo\":{},\"signature\":\"00\"}", "{\"other\":{},\"signature\":\"\(signature)\"}"] {
            #expect(IntelDocuments.parts(Array(broken.utf8), "tcbInfo") == nil)
        }
    }

    @Test func fuzzedAnswersAreReadOrRefused() {
        var generator = SeededGenerator(seed: 0x9C5)
        let signature = String(repeating: "0f", count: 64)
        let text = Array("{\"tcbInfo\":{\"id\":\"TDX\"},\"signature\":\"\(signature)\"}".utf8)
        var refused = 0
        let rounds = FuzzBudget.spend {
            let body = mutated(text, with: &generator)
            if IntelDocuments.parts(body, "tcbInfo") == nil { refused += 1 }
            _ = IntelDocuments.revocationList(body)
        }
        #expect(rounds > 0 && refused > 0)
    }
}
