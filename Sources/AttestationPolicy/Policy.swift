// SPDX-License-Identifier: Apache-2.0
// What its owner accepts. A policy is a list of rules; evidence is accepted when one rule holds in every line. What a rule does not
// say has a strict default. The language is described in docs/policy.md.

public import Attestation

public struct Policy: Sendable, Equatable {
    /// Version of the language.
    public static let languageVersion = 1

    public var name: String
    /// For how many days after its end collateral may still be used, where fresh one cannot be had.
    public var staleCollateralDays: Int
    public var rules: [Rule]

    public init(name: String, staleCollateralDays: Int = 0, rules: [Rule]) {
        self.name = name
        self.staleCollateralDays = staleCollateralDays
        self.rules = rules
    }

    /// Whether a rule lets simulated platforms in: only then may a verifier add their roots to the vendors'.
    public var admitsSimulation: Bool { rules.contains { $0.allowsSimulation.value } }
    public var admitsSample: Bool { rules.contains { $0.allowsSample.value } }

    /// SHA-256 fingerprints of the simulated roots that are accepted; nil for any.
    public var simulationRoots: [String]? {
        let admitting = rules.filter { $0.allowsSimulation.value }
        guard !admitting.isEmpty, admitting.allSatisfy({ $0.simulationRoots != nil }) else { return nil }
        return admitting.flatMap { $0.simulationRoots?.value ?? [] }
    }
}

/// A value and where the policy says it; line 0 for a default.
public struct Stated<Value: Sendable & Equatable>: Sendable, Equatable {
    public var value: Value
    public var line: Int

    public init(_ value: Value, line: Int = 0) {
        self.value = value
        self.line = line
    }
}

public struct Rule: Sendable, Equatable {
    public var name: String
    public var line: Int

    // MARK: whose program, and which
    public var backends: Stated<[TEE]>?
    public var signers: Stated<[String]>?
    public var measurements: Stated<[String]>?
    public var productID: Stated<Int>?
    public var minimumVersion: Stated<Int>?
    public var arguments: Stated<[String]>?
    public var environment: Stated<[String: String]>?
    public var allowsAnyProgram = Stated(false)

    // MARK: on which machine
    public var statuses = Stated<[TCBStatus]>([.upToDate])
    public var acceptedAdvisories: Stated<[String]>?
    public var grace: [Stated<Grace>] = []
    public var minimumTCB: Stated<MinimumTCB>?
    public var chips: Stated<[String]>?
    public var vmpls = Stated<[Int]>([0])
    public var simulationRoots: Stated<[String]>?

    // MARK: when, and with whose consent
    public var validFrom: Stated<Instant>?
    public var validUntil: Stated<Instant>?
    public var approvals: Stated<Approvals>?

    // MARK: what weakens
    public var allowsDebug = Stated(false)
    public var allowsMigration = Stated(false)
    public var allowsSimulation = Stated(false)
    public var allowsSample = Stated(false)
    public var allowsUncheckedRevocation = Stated(false)

    public init(name: String, line: Int) {
        self.name = name
        self.line = line
    }

    /// The `insecure_` options that are set.
    public var insecureOptions: [String] {
        [
            ("insecure_allow_any_program", allowsAnyProgram), ("insecure_allow_debug", allowsDebug),
            ("insecure_allow_migration", allowsMigration), ("insecure_allow_simulation", allowsSimulation),
            ("insecure_allow_sample", allowsSample), ("insecure_allow_unchecked_revocation", allowsUncheckedRevocation),
        ].filter { $0.1.value }.map(\.0)
    }
}

/// One published weakness that is tolerated until a date.
public struct Grace: Sendable, Equatable {
    public var advisory: String
    public var until: Instant
}

/// The least security versions of an AMD platform, part by part; nil parts are not looked at.
public struct MinimumTCB: Sendable, Equatable {
    public var bootloader: Int?
    public var tee: Int?
    public var snp: Int?
    public var microcode: Int?
    public var fmc: Int?
}

/// `required` of the people named must have approved.
public struct Approvals: Sendable, Equatable {
    public var required: Int
    public var people: [String]
}

/// A moment: Unix seconds, and how the policy writes it (RFC 3339).
public struct Instant: Sendable, Equatable {
    public var seconds: Int64
    public var text: String
}
