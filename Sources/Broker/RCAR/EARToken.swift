// SPDX-License-Identifier: Apache-2.0
// The attestation result that a client gets: an EAT Attestation Result as the reference server writes it.
import Attestation
package import JWTKit

package struct EARToken: JWTPayload, Equatable {
    package static let profile = "tag:github.com,2024:confidential-containers/Trustee"

    package struct VerifierID: Codable, Equatable, Sendable {
        package var developer: String
        package var build: String
    }

    package struct Submodule: Codable, Equatable, Sendable {
        package var status: String
        package var trustworthiness: Trustworthiness
        package var policyID: String
        package var evidence: AnnotatedEvidence

        private enum CodingKeys: String, CodingKey {
            case status = "ear.status"
            case trustworthiness = "ear.trustworthiness-vector"
            case policyID = "ear.appraisal-policy-id"
            case evidence = "ear.veraison.annotated-evidence"
        }
    }

    package struct Submodules: Codable, Equatable, Sendable {
        package var cpu0: Submodule
    }

    package var profile: String
    package var issuer: String
    package var issued: Int64
    package var expires: Int64
    package var verifier: VerifierID
    package var submodules: Submodules

    private enum CodingKeys: String, CodingKey {
        case profile = "eat_profile"
        case issuer = "iss"
        case issued = "iat"
        case expires = "exp"
        case verifier = "ear.verifier-id"
        case submodules = "submods"
    }

    /// Times are checked where the clock is.
    package func verify(using algorithm: some JWTAlgorithm) async throws {}

    package var evidence: AnnotatedEvidence { submodules.cpu0.evidence }
}

/// The AR4SI vector: 2 is affirming, 32 to 95 a warning, 96 and more contraindicated, 0 says nothing.
package struct Trustworthiness: Codable, Equatable, Sendable {
    package var instanceIdentity = 0
    package var configuration = 0
    package var executables = 0
    package var fileSystem = 0
    package var hardware = 0
    package var runtimeOpaque = 0
    package var storageOpaque = 0
    package var sourcedData = 0

    private enum CodingKeys: String, CodingKey {
        case instanceIdentity = "instance-identity"
        case configuration
        case executables
        case fileSystem = "file-system"
        case hardware
        case runtimeOpaque = "runtime-opaque"
        case storageOpaque = "storage-opaque"
        case sourcedData = "sourced-data"
    }

    /// What hardware says good of itself is 2; what is unknown warns; what nothing vouches for is contraindicated.
    package init(_ appraisal: Appraisal, knownMeasurements: Set<String>) {
        hardware =
            if appraisal.isHardware {
                switch appraisal.result.status {
                // Whether AMD has revoked the chip's key is not known without a list.
                case nil, .upToDate: appraisal.result.claims?.snp.map(\.isRevocationChecked) == false ? 32 : 2
                case .revoked, .outOfDate, .outOfDateConfigurationNeeded, .notSupported: 96
                default: 32
                }
            } else {
                97
            }
        executables = appraisal.result.claims.map { knownMeasurements.contains($0.measurement) } == true ? 3 : 33
        configuration = appraisal.result.claims?.isDebug == false ? 2 : 96
    }

    /// The worst of the members, as a word.
    package var status: String {
        let all = [
            instanceIdentity, configuration, executables, fileSystem, hardware, runtimeOpaque, storageOpaque, sourcedData,
        ].filter { $0 != 0 }
        guard let worst = all.max() else { return "none" }
        return worst >= 96 ? "contraindicated" : worst >= 32 ? "warning" : "affirming"
    }
}
