// SPDX-License-Identifier: Apache-2.0
// What a verification found: facts, never an opinion. Whether they are good enough is for a policy to say.

/// `valid` when every check held; the TCB status is a fact beside it and does not change the verdict.
public enum Verdict: String, Codable, Sendable {
    case valid
    case invalid
}

public struct VerificationResult: Codable, Sendable, Equatable {
    public var verdict: Verdict
    /// Status of Intel's TCB; nil for SEV-SNP, and when it could not be found out.
    public var status: TCBStatus?
    /// Published weaknesses that Intel names for the matched levels.
    public var advisories: [Advisory]
    /// Where the status comes from: platform, TDX module, quoting enclave.
    public var components: [ComponentStatus]
    /// Every check that failed, in the order in which they are made.
    public var reasons: [Reason]
    /// What the evidence says of itself; present whenever it could be read, also when the verdict is `invalid`.
    public var claims: Claims?
    /// The evidence is of a simulated platform (or unsigned): no hardware stands behind it.
    public var isSimulated: Bool
    /// SHA-256 of the simulated root's certificate (DER, hexadecimal); nil for hardware, and for what nobody signs.
    public var simulationRoot: String?

    public init(
        verdict: Verdict, status: TCBStatus? = nil, advisories: [Advisory] = [], components: [ComponentStatus] = [],
        reasons: [Reason] = [], claims: Claims? = nil, isSimulated: Bool = false, simulationRoot: String? = nil
    ) {
        self.verdict = verdict
        self.status = status
        self.advisories = advisories
        self.components = components
        self.reasons = reasons
        self.claims = claims
        self.isSimulated = isSimulated
        self.simulationRoot = simulationRoot
    }
}

extension VerificationResult {
    init(
        verdict: Verdict, status: TCBStatus? = nil, advisories: [Advisory] = [], components: [ComponentStatus] = [], reasons: [Reason],
        claims: Claims?, simulatedRoot: X509Certificate?
    ) {
        self.init(
            verdict: verdict, status: status, advisories: advisories, components: components, reasons: reasons, claims: claims,
            isSimulated: simulatedRoot != nil, simulationRoot: simulatedRoot?.fingerprint)
    }
}

/// One check that failed.
public struct Reason: Codable, Sendable, Equatable {
    public var check: Check
    /// The part of the evidence or collateral at fault.
    public var field: String
    /// What is wrong, in plain words.
    public var message: String
    /// What to do about it.
    public var remedy: String

    public init(_ check: Check, field: String, _ message: String, remedy: String? = nil) {
        self.check = check
        self.field = field
        self.message = message
        self.remedy = remedy ?? check.remedy
    }
}
