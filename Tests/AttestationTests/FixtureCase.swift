// SPDX-License-Identifier: Apache-2.0
// The recorded evidence: cases.json, and the files that it names. It lies beside the repository and is never copied into it.

import Foundation
import RecordedEvidence
import Testing

@testable import Attestation

/// The recorded cases; nothing where they are absent.
enum Fixtures {
    static let folder = RecordedEvidence.folder

    static func bytes(_ name: String) throws -> [UInt8] { try RecordedEvidence.bytes(name) }

    static func collateral(_ name: String) throws -> Collateral {
        try JSONDecoder().decode(Collateral.self, from: Data(try bytes(name)))
    }

    static let cases: [FixtureCase] = {
        guard let data = try? RecordedEvidence.data("cases.json") else { return [] }
        do {
            return try JSONDecoder().decode(CaseFile.self, from: data).cases
        } catch {
            Issue.record("cases.json cannot be read: \(error)")
            return []
        }
    }()

    static func named(_ id: String) throws -> FixtureCase { try #require(cases.first { $0.id == id }, "no case \(id)") }
}

private struct CaseFile: Decodable { let cases: [FixtureCase] }

struct FixtureCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Facts: Decodable, Sendable {
        let sgx_debug: Bool?
        let mrenclave: String?
        let mrsigner: String?
        let isv_prod_id: Int?
        let isv_svn: Int?
        let report_data: String?
        let td_debug: Bool?
        let sept_ve_disable: Bool?
        let tee_tcb_svn: String?
        let tee_tcb_svn2: String?
        let mrtd: String?
        let mr_service_td_nonzero: Bool?
        let version: Int?
        let vmpl: Int?
        let policy: String?
        let key_flags: String?
        let measurement: String?
        let chip_id_zero: Bool?
        let fmspc: String?
    }

    struct Expectation: Decodable, Sendable {
        let tcb_status: String?
        let advisory_ids: [String]?
        let detail: [String: String]?
        let error: String?
        let result: String?
        let parse: String?
        let verify: String?
    }

    struct ChipCheck: Decodable, Sendable {
        struct TCB: Decodable, Sendable {
            let bl: Int
            let tee: Int
            let snp: Int
            let ucode: Int
        }
        let vek: String?
        let product: String?
        let reported_tcb: TCB?
        let chain: Bool?
        let report_signature: Bool?
        let tcb_match: Bool?
        let chip_id_match: Bool?
    }

    let id: String
    let tee: String?
    let version: Int?
    let quote: String?
    let report: String?
    let vek: String?
    let dir: String?
    let certificate: String?
    let collateral: String?
    let verify_at: Int64?
    let fmspc: String?
    let pck_ca: String?
    let facts: Facts?
    let expect: Expectation
    let check: ChipCheck?

    var testDescription: String { id }
}
