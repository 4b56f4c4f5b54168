// SPDX-License-Identifier: Apache-2.0
// TCB info and QE identity in the shape in which they are compared: bytes, statuses, levels from new to old.

internal import Encodings

/// A status with the date and the advisories of its level.
struct LevelFinding: Sendable, Equatable {
    let status: TCBStatus
    let date: String
    let advisories: [String]
}

struct PreparedEnclaveLevel: Sendable {
    let securityVersion: Int
    let finding: LevelFinding

    /// Newest first, so that the first that is not newer than the report is the one that applies.
    static func prepare(_ levels: [EnclaveLevel], _ field: String) throws(Malformed) -> [PreparedEnclaveLevel] {
        var result: [PreparedEnclaveLevel] = []
        for level in levels {
            let finding = try LevelFinding(level.tcbStatus, level.tcbDate, level.advisoryIDs, field)
            result.append(PreparedEnclaveLevel(securityVersion: level.tcb.isvsvn, finding: finding))
        }
        return result.sorted { $0.securityVersion > $1.securityVersion }
    }
}

extension LevelFinding {
    init(_ status: String, _ date: String, _ advisories: [String]?, _ field: String) throws(Malformed) {
        guard let status = TCBStatus(rawValue: status) else { throw Malformed(field, "the status \(status) is not known") }
        self.init(status: status, date: date, advisories: advisories ?? [])
    }
}

struct PreparedTCBInfo: Sendable {
    struct Level: Sendable {
        let sgx: [Int]
        let pceSVN: Int
        let tdx: [Int]
        let finding: LevelFinding

        /// The order in which Intel's levels are tried.
        fileprivate var order: [Int] { sgx + [pceSVN] + tdx }
    }

    struct Module: Sendable {
        let mrSigner: [UInt8]
        let attributes: [UInt8]
        let mask: [UInt8]
        let levels: [PreparedEnclaveLevel]
    }

    let isTDX: Bool
    let fmspc: [UInt8]
    let pceID: [UInt8]
    let window: ClosedRange<Int64>
    let levels: [Level]
    let module: Module?
    /// By the major version of the module, which is tee_tcb_svn[1].
    let moduleIdentities: [UInt8: Module]

    private static let field = "tcb_info"

    init(_ info: TCBInfo) throws(Malformed) {
        switch (info.version, info.id) {
        case (2, nil), (2, "SGX"), (3, "SGX"): isTDX = false
        case (3, "TDX"): isTDX = true
        default: throw Malformed(Self.field, "version \(info.version) with id \(info.id ?? "none") is not known")
        }
        fmspc = try Self.bytes(info.fmspc, 6, "fmspc")
        pceID = try Self.bytes(info.pceId, 2, "pceId")
        window = try validityWindow(info.issueDate, info.nextUpdate, Self.field)
        var levels: [Level] = []
        for level in info.tcbLevels {
            if isTDX && level.tcb.tdx == nil { throw Malformed(Self.field, "a level has no TDX components") }
            levels.append(
                Level(
                    sgx: level.tcb.sgx, pceSVN: level.tcb.pceSVN, tdx: level.tcb.tdx ?? [],
                    finding: try LevelFinding(level.tcbStatus, level.tcbDate, level.advisoryIDs, Self.field)))
        }
        self.levels = levels.sorted { $1.order.lexicographicallyPrecedes($0.order) }
        module = try info.tdxModule.map { module throws(Malformed) in
            try Self.module(module.mrsigner, module.attributes, module.attributesMask, [])
        }
        var identities: [UInt8: Module] = [:]
        for identity in info.tdxModuleIdentities ?? [] {
            let id = identity.id.uppercased()
            guard id.hasPrefix("TDX_"), let version = UInt8(id.dropFirst(4), radix: 16) else {
                throw Malformed(Self.field, "the module identity \(identity.id) is not known")
            }
            identities[version] = try Self.module(identity.mrsigner, identity.attributes, identity.attributesMask, identity.tcbLevels)
        }
        moduleIdentities = identities
    }

    private static func module(
        _ signer: String, _ attributes: String, _ mask: String, _ levels: [EnclaveLevel]
    ) throws(Malformed) -> Module {
        Module(
            mrSigner: try bytes(signer, 48, "tdxModule.mrsigner"), attributes: try bytes(attributes, 8, "tdxModule.attributes"),
            mask: try bytes(mask, 8, "tdxModule.attributesMask"), levels: try PreparedEnclaveLevel.prepare(levels, field))
    }

    private static func bytes(_ text: String, _ count: Int, _ field: String) throws(Malformed) -> [UInt8] {
        guard let value = Hex.decode(text), value.count == count else {
            throw Malformed("tcb_info.\(field)", "\(count) bytes in hexadecimal are expected")
        }
        return value
    }
}

struct PreparedQEIdentity: Sendable {
    let isTDX: Bool
    let window: ClosedRange<Int64>
    let miscSelect: UInt32
    let miscSelectMask: UInt32
    let attributes: [UInt8]
    let attributesMask: [UInt8]
    let mrSigner: [UInt8]
    let productID: Int
    let levels: [PreparedEnclaveLevel]

    private static let field = "qe_identity"

    init(_ identity: QEIdentity) throws(Malformed) {
        switch (identity.version, identity.id) {
        case (2, "QE"): isTDX = false
        case (2, "TD_QE"): isTDX = true
        default: throw Malformed(Self.field, "version \(identity.version) with id \(identity.id) is not known")
        }
        window = try validityWindow(identity.issueDate, identity.nextUpdate, Self.field)
        miscSelect = UInt32(truncatingIfNeeded: littleEndianValue(of: try Self.bytes(identity.miscselect, 4, "miscselect")[...]))
        miscSelectMask = UInt32(truncatingIfNeeded: littleEndianValue(of: try Self.bytes(identity.miscselectMask, 4, "miscselectMask")[...]))
        attributes = try Self.bytes(identity.attributes, 16, "attributes")
        attributesMask = try Self.bytes(identity.attributesMask, 16, "attributesMask")
        mrSigner = try Self.bytes(identity.mrsigner, 32, "mrsigner")
        productID = identity.isvprodid
        levels = try PreparedEnclaveLevel.prepare(identity.tcbLevels, Self.field)
    }

    private static func bytes(_ text: String, _ count: Int, _ field: String) throws(Malformed) -> [UInt8] {
        guard let value = Hex.decode(text), value.count == count else {
            throw Malformed("qe_identity.\(field)", "\(count) bytes in hexadecimal are expected")
        }
        return value
    }
}

func validityWindow(_ start: String, _ end: String, _ field: String) throws(Malformed) -> ClosedRange<Int64> {
    guard let start = CivilTime(iso: start)?.unix, let end = CivilTime(iso: end)?.unix, start <= end else {
        throw Malformed(field, "issueDate and nextUpdate are not a span of time")
    }
    return start...end
}
