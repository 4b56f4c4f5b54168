// SPDX-License-Identifier: Apache-2.0
// What a token says of the evidence it stands for. The claims lie under the environment's name, as in the reference server's tokens;
// the whole verification is beside them, for policies.
package import Attestation
package import AttestationPolicy
package import KeyBrokerProtocol

package struct AnnotatedEvidence: Sendable, Equatable {
    package var tee: TEEName
    /// What the reference server says of `sample`; nil: the verification's claims.
    package var claims: JSONValue?
    package var verification: VerificationResult
    /// Hexadecimal.
    package var reportData: String
    package var initData: String
    package var runtime: RuntimeData
    package var simulationRoot: String?
    /// What the enclave was started with, where the evidence is bound to it.
    package var launch: LaunchFacts?
}

extension AnnotatedEvidence: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let reportData = Key(stringValue: "report_data")
        static let initData = Key(stringValue: "init_data")
        static let runtime = Key(stringValue: "runtime_data_claims")
        static let verification = Key(stringValue: "cloister_verification")
        static let simulationRoot = Key(stringValue: "cloister_simulation_root")
        static let launch = Key(stringValue: "cloister_launch")
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        if let claims {
            try members.encode(claims, forKey: Key(stringValue: tee.rawValue))
        } else {
            try members.encode(verification.claims, forKey: Key(stringValue: tee.rawValue))
        }
        try members.encode(reportData, forKey: .reportData)
        try members.encode(initData, forKey: .initData)
        try members.encode(runtime, forKey: .runtime)
        try members.encode(verification, forKey: .verification)
        try members.encodeIfPresent(simulationRoot, forKey: .simulationRoot)
        try members.encodeIfPresent(launch, forKey: .launch)
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        guard let tee = members.allKeys.lazy.compactMap({ TEEName(rawValue: $0.stringValue) }).first else {
            throw DecodingError.dataCorrupted(.init(codingPath: members.codingPath, debugDescription: "no environment is named"))
        }
        self.tee = tee
        claims = tee == .sample ? try members.decode(JSONValue.self, forKey: Key(stringValue: tee.rawValue)) : nil
        verification = try members.decode(VerificationResult.self, forKey: .verification)
        reportData = try members.decode(String.self, forKey: .reportData)
        initData = try members.decode(String.self, forKey: .initData)
        runtime = try members.decode(RuntimeData.self, forKey: .runtime)
        simulationRoot = try members.decodeIfPresent(String.self, forKey: .simulationRoot)
        launch = try members.decodeIfPresent(LaunchFacts.self, forKey: .launch)
    }
}
