// SPDX-License-Identifier: Apache-2.0
// TCB info and QE identity as Intel's PCS writes them. They are read only after their signature has been verified.

internal import Foundation

/// Versions 2 (SGX only, no id) and 3.
struct TCBInfo: Sendable, Decodable {
    struct Level: Sendable, Decodable {
        let tcb: Components
        let tcbDate: String
        let tcbStatus: String
        let advisoryIDs: [String]?
    }

    struct Components: Sendable, Decodable {
        let sgx: [Int]
        let pceSVN: Int
        /// TDX only.
        let tdx: [Int]?

        private struct Component: Decodable { let svn: Int }

        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            pceSVN = try fields.decode(Int.self, forKey: Key(stringValue: "pcesvn"))
            if let components = try fields.decodeIfPresent([Component].self, forKey: Key(stringValue: "sgxtcbcomponents")) {
                sgx = components.map(\.svn)
            } else {
                sgx = try (1...16).map { index in
                    try fields.decode(Int.self, forKey: Key(stringValue: "sgxtcbcomp\(index < 10 ? "0" : "")\(index)svn"))
                }
            }
            tdx = try fields.decodeIfPresent([Component].self, forKey: Key(stringValue: "tdxtcbcomponents"))?.map(\.svn)
            guard sgx.count == 16, (tdx?.count ?? 16) == 16 else { throw Malformed("tcb_info", "a TCB level has not 16 components") }
        }
    }

    struct Module: Sendable, Decodable {
        let mrsigner: String
        let attributes: String
        let attributesMask: String
    }

    struct ModuleIdentity: Sendable, Decodable {
        let id: String
        let mrsigner: String
        let attributes: String
        let attributesMask: String
        let tcbLevels: [EnclaveLevel]
    }

    let id: String?
    let version: Int
    let issueDate: String
    let nextUpdate: String
    let fmspc: String
    let pceId: String
    let tcbEvaluationDataNumber: Int
    let tdxModule: Module?
    let tdxModuleIdentities: [ModuleIdentity]?
    let tcbLevels: [Level]
}

/// A level of an enclave or of the TDX module.
struct EnclaveLevel: Sendable, Decodable {
    struct TCB: Sendable, Decodable { let isvsvn: Int }

    let tcb: TCB
    let tcbDate: String
    let tcbStatus: String
    let advisoryIDs: [String]?
}

struct QEIdentity: Sendable, Decodable {
    let id: String
    let version: Int
    let issueDate: String
    let nextUpdate: String
    let tcbEvaluationDataNumber: Int
    let miscselect: String
    let miscselectMask: String
    let attributes: String
    let attributesMask: String
    let mrsigner: String
    let isvprodid: Int
    let tcbLevels: [EnclaveLevel]
}
