// SPDX-License-Identifier: Apache-2.0
// What differs from a healthy machine: the cases that a verifier must tell apart and that real machines rarely show.

package struct Scenario: Equatable, Sendable {
    /// The level that the collateral gives to this machine, in Intel's words.
    package enum TCBLevel: String, CaseIterable, Sendable {
        case upToDate = "UpToDate"
        case swHardeningNeeded = "SWHardeningNeeded"
        case configurationNeeded = "ConfigurationNeeded"
        case configurationAndSWHardeningNeeded = "ConfigurationAndSWHardeningNeeded"
        case outOfDate = "OutOfDate"
        case outOfDateConfigurationNeeded = "OutOfDateConfigurationNeeded"
        case revoked = "Revoked"
        /// The machine is older than every level.
        case notSupported = "TCB_NOT_SUPPORTED"

        /// A newer level exists than the machine's.
        var isBehind: Bool {
            switch self {
            case .outOfDate, .outOfDateConfigurationNeeded, .revoked, .notSupported: true
            default: false
            }
        }
    }

    package enum AttestationKey: Equatable, Sendable {
        case p256
        case p384
    }

    /// When the collateral is valid, seen from the time of the evidence.
    package enum CollateralAge: Equatable, Sendable {
        case current
        case expired
        case future
    }

    package var level = TCBLevel.upToDate
    /// The level of the quoting enclave.
    package var quotingEnclaveLevel = TCBLevel.upToDate
    /// The TDX module was updated under the running domain (TD 1.5 only).
    package var isRelaunchAdvised = false
    package var isPCKRevoked = false
    package var isIntermediateRevoked = false
    package var attestationKey = AttestationKey.p256
    package var collateralAge = CollateralAge.current
    /// The collateral is of another family of machines.
    package var isOtherFamily = false
    /// SNP: the certificate is of another chip.
    package var isOtherChip = false
    /// SNP: the certificate states other versions than the report.
    package var isOtherTCB = false

    package init() {}
}
