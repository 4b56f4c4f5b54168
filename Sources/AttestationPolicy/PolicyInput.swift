// SPDX-License-Identifier: Apache-2.0
// What a policy is asked about.

public import Attestation

public struct PolicyInput: Sendable {
    public var result: VerificationResult
    /// Unix seconds.
    public var now: Int64
    /// What the enclave was started with, when that was bound to the evidence.
    public var launch: LaunchFacts?
    /// Who has approved.
    public var approvals: Set<String>

    public init(_ result: VerificationResult, now: Int64, launch: LaunchFacts? = nil, approvals: Set<String> = []) {
        self.result = result
        self.now = now
        self.launch = launch
        self.approvals = approvals
    }
}
