// SPDX-License-Identifier: Apache-2.0
// What a verifier needs beside a quote: TCB info, identity of the quoting enclave and revocation lists, all signed under the
// machine's root, in the JSON form in which such sets are passed around.
internal import Crypto
internal import Encodings
internal import Foundation

package struct IntelCollateral: Codable, Equatable, Sendable {
    package var pckCRLIssuerChain: String
    /// Hexadecimal DER.
    package var rootCACRL: String
    package var pckCRL: String
    package var tcbInfoIssuerChain: String
    /// The text that is signed.
    package var tcbInfo: String
    package var tcbInfoSignature: String
    package var qeIdentityIssuerChain: String
    package var qeIdentity: String
    package var qeIdentitySignature: String

    enum CodingKeys: String, CodingKey {
        case pckCRLIssuerChain = "pck_crl_issuer_chain"
        case rootCACRL = "root_ca_crl"
        case pckCRL = "pck_crl"
        case tcbInfoIssuerChain = "tcb_info_issuer_chain"
        case tcbInfo = "tcb_info"
        case tcbInfoSignature = "tcb_info_signature"
        case qeIdentityIssuerChain = "qe_identity_issuer_chain"
        case qeIdentity = "qe_identity"
        case qeIdentitySignature = "qe_identity_signature"
    }

    package var json: [UInt8] {
        get throws(PlatformError) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do { return Array(try encoder.encode(self)) } catch {
                throw PlatformError(.internalFailure, "collateral could not be encoded")
            }
        }
    }
}

struct IntelCollateralMaker {
    let keys: IntelKeys
    let tcb: PlatformTCB
    let scenario: Scenario
    let isTDX: Bool
    let created: Int64
    let root: [UInt8]
    let now: Int64

    static let validity: Int64 = 30 * 86_400

    private var issued: Int64 {
        switch scenario.collateralAge {
        case .current: now - 3600
        case .expired: now - Self.validity - 86_400
        case .future: now + 86_400
        }
    }
    private var nextUpdate: Int64 { issued + Self.validity }

    func make() throws(PlatformError) -> IntelCollateral {
        let platformCA = try keys.makePlatformCA(created: created)
        let signing = try keys.makeTCBSigning(created: created)
        let identity = keys.identity
        let pckCRL = try CertificateBuilder.revocationList(
            scenario.isPCKRevoked ? [identity.serial("PCK Certificate")] : [], issuer: identity.name("PCK Platform CA"),
            issuerKey: IntelKeys.identifier(keys.platformCA.publicKey), signer: try IntelKeys.signer(keys.platformCA),
            thisUpdate: issued, nextUpdate: nextUpdate)
        let rootCRL = try CertificateBuilder.revocationList(
            scenario.isIntermediateRevoked ? [identity.serial("PCK Platform CA")] : [], issuer: identity.rootName,
            issuerKey: IntelKeys.identifier(keys.root.publicKey), signer: try IntelKeys.signer(keys.root), thisUpdate: issued,
            nextUpdate: nextUpdate)
        let info = tcbInfo
        let enclave = quotingEnclaveIdentity
        return IntelCollateral(
            pckCRLIssuerChain: PEM.chain([platformCA, root]), rootCACRL: Hex.encode(rootCRL), pckCRL: Hex.encode(pckCRL),
            tcbInfoIssuerChain: PEM.chain([signing, root]), tcbInfo: info,
            tcbInfoSignature: Hex.encode(try IntelKeys.signature(keys.tcbSigning, Array(info.utf8))),
            qeIdentityIssuerChain: PEM.chain([signing, root]), qeIdentity: enclave,
            qeIdentitySignature: Hex.encode(try IntelKeys.signature(keys.tcbSigning, Array(enclave.utf8))))
    }

    // MARK: texts, in the order of members that Intel uses

    private var dates: String {
        #""issueDate":"\#(CivilTime.iso(issued))","nextUpdate":"\#(CivilTime.iso(nextUpdate))""#
    }

    private var tcbInfo: String {
        var fmspc = PlatformTCB.fmspc
        if scenario.isOtherFamily { fmspc[5] ^= 1 }
        let module = #""mrsigner":"\#(String(repeating: "0", count: 96))","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF""#
        let modules =
            isTDX ? #""tdxModule":{\#(module)},"tdxModuleIdentities":[{"id":"TDX_01",\#(module),"tcbLevels":[\#(moduleLevels)]}],"# : ""
        return
            #"{"id":"\#(isTDX ? "TDX" : "SGX")","version":3,\#(dates),"fmspc":"\#(Hex.encode(fmspc).uppercased())","pceId":"\#(Hex.encode(PlatformTCB.pceID))","#
            + #""tcbType":0,"tcbEvaluationDataNumber":17,\#(modules)"tcbLevels":[\#(levels)]}"#
    }

    private static let currentDate = "2026-02-11T00:00:00Z"
    private static let oldDate = "2024-03-13T00:00:00Z"
    private static let advisories = #","advisoryIDs":["CLOISTER-SIM-00001"]"#

    /// The module's level follows the machine's only where a relaunch is advised: there module and level are behind.
    private var moduleLevels: String {
        guard scenario.isRelaunchAdvised else {
            return #"{"tcb":{"isvsvn":\#(tcb.tdxComponents[0])},"tcbDate":"\#(Self.currentDate)","tcbStatus":"UpToDate"}"#
        }
        let newer = #"{"tcb":{"isvsvn":\#(tcb.loadedTDXComponents[0])},"tcbDate":"\#(Self.currentDate)","tcbStatus":"UpToDate"}"#
        return newer
            + #",{"tcb":{"isvsvn":\#(tcb.tdxComponents[0])},"tcbDate":"\#(Self.oldDate)","tcbStatus":"OutOfDate"\#(Self.advisories)}"#
    }

    private var levels: String {
        if scenario.isRelaunchAdvised {
            let newest = level(tcb.components, tcb.pceSVN, tcb.loadedTDXComponents, .upToDate, Self.currentDate)
            return newest + "," + level(tcb.components, tcb.pceSVN, tcb.tdxComponents, .outOfDate, Self.oldDate)
        }
        guard scenario.level.isBehind else { return level(tcb.components, tcb.pceSVN, tcb.tdxComponents, scenario.level, Self.currentDate) }
        var newer = tcb.components
        newer[0] += 1
        let newest = level(newer, tcb.pceSVN, tcb.tdxComponents, .upToDate, Self.currentDate)
        if scenario.level == .notSupported { return newest }
        return newest + "," + level(tcb.components, tcb.pceSVN, tcb.tdxComponents, scenario.level, Self.oldDate)
    }

    private func level(_ sgx: [UInt8], _ pce: UInt16, _ tdx: [UInt8], _ status: Scenario.TCBLevel, _ date: String) -> String {
        // The module's version, second of the components, is matched by its identity.
        var tdx = tdx
        tdx[1] = 0
        let tdxPart = isTDX ? #","tdxtcbcomponents":[\#(Self.components(tdx))]"# : ""
        let advisories = status == .upToDate ? "" : Self.advisories
        return #"{"tcb":{"sgxtcbcomponents":[\#(Self.components(sgx))],"pcesvn":\#(pce)\#(tdxPart)},"tcbDate":"\#(date)","#
            + #""tcbStatus":"\#(status.rawValue)"\#(advisories)}"#
    }

    private static func components(_ versions: [UInt8]) -> String { versions.map { #"{"svn":\#($0)}"# }.joined(separator: ",") }

    private var quotingEnclaveIdentity: String {
        let isBehind = scenario.quotingEnclaveLevel.isBehind
        let own = tcb.quotingEnclaveSVN
        var levels = isBehind ? [#"{"tcb":{"isvsvn":\#(own + 1)},"tcbDate":"\#(Self.currentDate)","tcbStatus":"UpToDate"}"#] : []
        if scenario.quotingEnclaveLevel != .notSupported {
            let status = scenario.quotingEnclaveLevel
            levels.append(
                #"{"tcb":{"isvsvn":\#(own)},"tcbDate":"\#(isBehind ? Self.oldDate : Self.currentDate)","tcbStatus":"\#(status.rawValue)"\#(status == .upToDate ? "" : Self.advisories)}"#
            )
        }
        return
            #"{"id":"\#(isTDX ? "TD_QE" : "QE")","version":2,\#(dates),"tcbEvaluationDataNumber":17,"miscselect":"00000000","miscselectMask":"FFFFFFFF","#
            + #""attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","#
            + #""mrsigner":"\#(Hex.encode(QuotingEnclave.signer).uppercased())","isvprodid":\#(QuotingEnclave.productID(isTDX: isTDX)),"tcbLevels":[\#(levels.joined(separator: ","))]}"#
    }
}
