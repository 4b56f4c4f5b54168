// SPDX-License-Identifier: Apache-2.0
// The second message of a round: POST /kbs/v0/attest.

package struct AttestationRequest: Sendable, Equatable, Encodable {
    package struct InitData: Sendable, Equatable, Encodable {
        package var format: String
        package var body: String

        package init(format: String, body: String) {
            self.format = format
            self.body = body
        }
    }

    package struct Evidence: Sendable, Equatable, Encodable {
        package var primary: JSONValue
        /// JSON text about further devices, or empty.
        package var additional: String

        private enum CodingKeys: String, CodingKey {
            case primary = "primary_evidence"
            case additional = "additional_evidence"
        }

        package init(primary: JSONValue, additional: String) {
            self.primary = primary
            self.additional = additional
        }
    }

    package var initData: InitData?
    package var runtimeData: RuntimeData
    package var evidence: Evidence

    private enum CodingKeys: String, CodingKey {
        case initData = "init-data"
        case runtimeData = "runtime-data"
        case evidence = "tee-evidence"
    }

    package init(initData: InitData?, runtimeData: RuntimeData, evidence: Evidence) {
        self.initData = initData
        self.runtimeData = runtimeData
        self.evidence = evidence
    }
}

/// The answer to it.
package struct AttestationResponse: Sendable, Equatable, Codable {
    package var token: String

    package init(token: String) {
        self.token = token
    }
}
