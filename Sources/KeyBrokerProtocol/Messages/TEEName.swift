// SPDX-License-Identifier: Apache-2.0

/// The names of trusted execution environments on the wire.
package enum TEEName: String, Sendable, CaseIterable {
    case azureSNP = "az-snp-vtpm"
    case azureTDX = "az-tdx-vtpm"
    case nvidia
    case sev
    case sgx
    case snp
    case tdx
    case cca
    case csv
    case se
    case hygonDCU = "hygondcu"
    case tpm
    case sample
    case sampleDevice = "sampledevice"
}
