// SPDX-License-Identifier: Apache-2.0
// Reports in AMD's format, with the certificates that belong to them.
internal import Encodings
internal import Foundation

/// A report and what a verifier needs for it.
package struct SNPEvidence: Equatable, Sendable {
    package var report: [UInt8]
    /// As a host hands it to a guest: VCEK or VLEK, ASK or ASVK, ARK.
    package var certificateTable: [UInt8]
    package var collateral: AMDCollateral
    /// DER; what a verifier must be given to accept it.
    package var root: [UInt8]
}

/// What AMD's key distribution service would give.
package struct AMDCollateral: Codable, Equatable, Sendable {
    /// PEM.
    package var certificates: String
    /// Hexadecimal DER.
    package var revocationLists: [String]

    enum CodingKeys: String, CodingKey {
        case certificates = "amd_certificates"
        case revocationLists = "amd_crls"
    }

    package var json: [UInt8] {
        get throws(PlatformError) {
            do { return Array(try JSONEncoder().encode(self)) } catch {
                throw PlatformError(.internalFailure, "collateral could not be encoded")
            }
        }
    }
}

extension SimulatedPlatform {
    package func amdRootCertificatePEM() throws(PlatformError) -> String { PEM.text(try amdKeys().rootCertificate) }

    /// The first report of a machine takes seconds: its RSA keys are made.
    package func report(
        _ shape: SNPReportShape, _ statement: EnclaveStatement, now: Int64, _ scenario: Scenario = Scenario()
    ) throws(PlatformError) -> SNPEvidence {
        let keys = try amdKeys()
        let tcb = AMDPlatformTCB()
        var stated = tcb
        if scenario.isOtherTCB { stated.snp += 1 }
        var chipID = SNPReport.chipID(keys.identity, shape.product)
        if scenario.isOtherChip { chipID[0] ^= 1 }
        let leaf = try keys.makeChip(shape, stated, chipID: chipID)
        let authority = try keys.makeAuthority(shape.signer)
        let revoked = scenario.isIntermediateRevoked ? [keys.identity.serial(shape.signer.authorityRole)] : []
        let shift: Int64 =
            switch scenario.collateralAge {
            case .current: 0
            case .expired: -IntelCollateralMaker.validity - 86_400
            case .future: 86_400
            }
        let list = try keys.makeRevocationList(revoked, now: now + shift)
        return SNPEvidence(
            report: try SNPReport(shape: shape, statement: statement, tcb: tcb, keys: keys).encoded(),
            certificateTable: CertificateTable.make(
                leaf: leaf, signer: shape.signer, authority: authority, root: keys.rootCertificate),
            collateral: AMDCollateral(
                certificates: PEM.chain([leaf, authority, keys.rootCertificate]), revocationLists: [Hex.encode(list)]),
            root: keys.rootCertificate)
    }
}
