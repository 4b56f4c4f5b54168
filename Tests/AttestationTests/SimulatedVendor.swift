// SPDX-License-Identifier: Apache-2.0
// A made-up vendor below a simulated root: for every case that exists nowhere recorded. Its knobs are the tests' subject.

import Crypto
import Encodings
import Foundation

@testable import Attestation

struct SimulatedVendor: Sendable {
    static let start: Int64 = 1_700_000_000
    static let end: Int64 = 1_900_000_000
    static let now: Int64 = 1_800_000_000
    static let fmspc: [UInt8] = [0xC1, 0x01, 0x57, 0xE2, 0, 0]

    var root: TestAuthority
    var authority: TestAuthority
    var signing: TestAuthority
    var pck: TestAuthority
    /// SVNs of the platform.
    var components = [UInt8](repeating: 5, count: 16)
    var pceSVN = 13

    static func key256() -> TestKey { .p256(P256.Signing.PrivateKey()) }
    static func key384() -> TestKey { .p384(P384.Signing.PrivateKey()) }

    init(mark: String = "Cloister simulation", pckShape: TestAuthority.Shape? = nil) throws {
        root = try TestAuthority.root("\(mark) root", Self.key256())
        authority = try root.issue("\(mark) PCK CA", Self.key256(), TestAuthority.Shape(serial: 2, isAuthority: true, pathLength: 0))
        signing = try root.issue("\(mark) TCB signing", Self.key256(), TestAuthority.Shape(serial: 3))
        var shape = pckShape ?? TestAuthority.Shape(serial: 4)
        shape.extensions.append(
            TestAuthority.Extension(identifier: "1.2.840.113741.1.13.1", value: Self.platformExtension(components, pceSVN)))
        pck = try authority.issue("\(mark) PCK", Self.key256(), shape)
    }

    var roots: TrustedRoots { get throws { try TrustedRoots(simulated: [root.certificate]) } }

    private static func platformExtension(_ components: [UInt8], _ pceSVN: Int) -> [UInt8] {
        let base = "1.2.840.113741.1.13.1"
        var svns = components.enumerated().flatMap { index, svn in
            DERWriter.sequence(DERWriter.object("\(base).2.\(index + 1)"), DERWriter.integer(Int(svn)))
        }
        svns += DERWriter.sequence(DERWriter.object("\(base).2.17"), DERWriter.integer(pceSVN))
        svns += DERWriter.sequence(DERWriter.object("\(base).2.18"), DERWriter.octets(components))
        return DERWriter.sequence(
            DERWriter.sequence(DERWriter.object("\(base).1"), DERWriter.octets([UInt8](repeating: 1, count: 16))),
            DERWriter.sequence(DERWriter.object("\(base).2"), DERWriter.item(0x30, svns)),
            DERWriter.sequence(DERWriter.object("\(base).3"), DERWriter.octets([0, 0])),
            DERWriter.sequence(DERWriter.object("\(base).4"), DERWriter.octets(fmspc)))
    }

    // MARK: Collateral

    struct Level {
        var sgx = 5
        var pceSVN = 13
        var tdx = 5
        var status = "UpToDate"
        var advisories: [String] = []
    }

    struct Module {
        var id = "TDX_01"
        var levels: [(svn: Int, status: String)] = [(5, "UpToDate")]
    }

    struct Knobs {
        var levels = [Level()]
        var modules = [Module()]
        var enclaveLevels: [(svn: Int, status: String)] = [(4, "UpToDate")]
        var isTDX = true
        var revoked: [Int] = []
        var revokedByRoot: [Int] = []
        var issueDate = "2026-12-01T00:00:00Z"
        var nextUpdate = "2027-12-01T00:00:00Z"
    }

    func collateral(_ knobs: Knobs = Knobs()) throws -> Collateral {
        var result = Collateral()
        result.pckCRLIssuerChain = DERWriter.pem([authority.certificate, root.certificate])
        result.rootCACRL = Hex.encode(try root.revocationList(serials: knobs.revokedByRoot))
        result.pckCRL = Hex.encode(try authority.revocationList(serials: knobs.revoked))
        let chain = DERWriter.pem([signing.certificate, root.certificate])
        (result.tcbInfoIssuerChain, result.qeIdentityIssuerChain) = (chain, chain)
        let info = try text(tcbInfo(knobs)), identity = try text(qeIdentity(knobs))
        (result.tcbInfo, result.qeIdentity) = (info, identity)
        result.tcbInfoSignature = Hex.encode(try signing.key.sign(raw: Array(info.utf8)))
        result.qeIdentitySignature = Hex.encode(try signing.key.sign(raw: Array(identity.utf8)))
        return result
    }

    private func text(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    private func tcbInfo(_ knobs: Knobs) -> [String: Any] {
        let zero = String(repeating: "0", count: 96)
        var object: [String: Any] = [
            "id": knobs.isTDX ? "TDX" : "SGX", "version": 3, "issueDate": knobs.issueDate, "nextUpdate": knobs.nextUpdate,
            "fmspc": Hex.encode(Self.fmspc), "pceId": "0000", "tcbType": 0, "tcbEvaluationDataNumber": 1,
        ]
        object["tcbLevels"] = knobs.levels.map { level in
            var tcb: [String: Any] = ["sgxtcbcomponents": [[String: Int]](repeating: ["svn": level.sgx], count: 16), "pcesvn": level.pceSVN]
            if knobs.isTDX { tcb["tdxtcbcomponents"] = [[String: Int]](repeating: ["svn": level.tdx], count: 16) }
            return ["tcb": tcb, "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": level.status, "advisoryIDs": level.advisories] as [String: Any]
        }
        if knobs.isTDX {
            object["tdxModule"] = ["mrsigner": zero, "attributes": "0000000000000000", "attributesMask": "FFFFFFFFFFFFFFFF"]
            object["tdxModuleIdentities"] = knobs.modules.map { module in
                [
                    "id": module.id, "mrsigner": zero, "attributes": "0000000000000000", "attributesMask": "FFFFFFFFFFFFFFFF",
                    "tcbLevels": levels(module.levels),
                ] as [String: Any]
            }
        }
        return object
    }

    private func qeIdentity(_ knobs: Knobs) -> [String: Any] {
        [
            "id": knobs.isTDX ? "TD_QE" : "QE", "version": 2, "issueDate": knobs.issueDate, "nextUpdate": knobs.nextUpdate,
            "tcbEvaluationDataNumber": 1, "miscselect": "00000000", "miscselectMask": "FFFFFFFF",
            "attributes": String(repeating: "0", count: 32), "attributesMask": String(repeating: "F", count: 32),
            "mrsigner": String(repeating: "5A", count: 32), "isvprodid": 2, "tcbLevels": levels(knobs.enclaveLevels),
        ]
    }

    private func levels(_ levels: [(svn: Int, status: String)]) -> [[String: Any]] {
        levels.map { ["tcb": ["isvsvn": $0.svn], "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": $0.status] }
    }

    // MARK: Quotes

    struct QuoteShape {
        var version: UInt16 = 4
        /// 1 SGX, 2 TD 1.0, 3 TD 1.5.
        var bodyType: UInt16 = 2
        var key: TestKey = SimulatedVendor.key256()
        var teeTCBSVN: [UInt8] = [5, 1] + [UInt8](repeating: 5, count: 14)
        var teeTCBSVN2: [UInt8] = [5, 1] + [UInt8](repeating: 5, count: 14)
        var tdAttributes: [UInt8] = [0, 0, 0, 0x10, 0, 0, 0, 0]
        var sgxAttributes: UInt8 = 5
        var mrSignerSEAM: UInt8 = 0
        var seamAttributes: UInt8 = 0
        var enclaveSVN: UInt8 = 4
        var enclaveSigner: UInt8 = 0x5A
        var rtmrs = [[UInt8]](repeating: [UInt8](repeating: 0, count: 48), count: 4)
        /// After the quote.
        var trailing: [UInt8] = []
        /// Spaces after the certificate chain.
        var chainPadding = 0
    }

    func quote(_ shape: QuoteShape = QuoteShape()) throws -> [UInt8] {
        let isP384 = if case .p384 = shape.key { true } else { false }
        var header = little(shape.version) + little(UInt16(isP384 ? 3 : 2)) + (shape.bodyType == 1 ? [0, 0, 0, 0] : [0x81, 0, 0, 0])
        header += [0, 0, 0, 0] + QuoteHeader.intelVendor + [UInt8](repeating: 0, count: 20)
        let body = shape.bodyType == 1 ? sgxBody(shape) : tdBody(shape)
        var signed = header
        if shape.version == 5 { signed += little(shape.bodyType) + little(UInt32(body.count)) }
        signed += body

        let authentication = [UInt8](0..<32)
        var report = [UInt8](repeating: 0, count: 384)
        report.replaceSubrange(128..<160, with: [UInt8](repeating: shape.enclaveSigner, count: 32))
        report[256] = 2
        report[258] = shape.enclaveSVN
        report.replaceSubrange(320..<352, with: Array(SHA256.hash(data: shape.key.raw + authentication)))
        let chain =
            Array(DERWriter.pem([pck.certificate, authority.certificate, root.certificate]).utf8)
            + [UInt8](repeating: 0x20, count: shape.chainPadding)
        let inner =
            report + (try pck.key.sign(raw: report)) + little(UInt16(authentication.count)) + authentication + little(UInt16(5))
            + little(UInt32(chain.count)) + chain
        var data = try shape.key.sign(raw: signed) + shape.key.raw
        data += shape.version == 3 ? inner : little(UInt16(6)) + little(UInt32(inner.count)) + inner
        return signed + little(UInt32(data.count)) + data + shape.trailing
    }

    private func sgxBody(_ shape: QuoteShape) -> [UInt8] {
        var body = [UInt8](repeating: 0x11, count: 384)
        body.replaceSubrange(48..<64, with: [shape.sgxAttributes] + [UInt8](repeating: 0, count: 15))
        return body
    }

    private func tdBody(_ shape: QuoteShape) -> [UInt8] {
        var body = shape.teeTCBSVN + [UInt8](repeating: 0x22, count: 48) + [UInt8](repeating: shape.mrSignerSEAM, count: 48)
        body += [shape.seamAttributes] + [UInt8](repeating: 0, count: 7) + shape.tdAttributes + [UInt8](repeating: 7, count: 8)
        body += [UInt8](repeating: 0x33, count: 48) + [UInt8](repeating: 0, count: 144) + shape.rtmrs.flatMap { $0 }
        body += [UInt8](repeating: 0x44, count: 64)
        if shape.bodyType == 3 { body += shape.teeTCBSVN2 + [UInt8](repeating: 0, count: 48) }
        return body
    }
}

func little(_ value: some FixedWidthInteger) -> [UInt8] { (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
