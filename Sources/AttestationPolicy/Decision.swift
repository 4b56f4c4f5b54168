// SPDX-License-Identifier: Apache-2.0
// What a policy said, line by line.

public struct Decision: Codable, Sendable, Equatable {
    public var isAllowed: Bool
    public var policy: String
    /// The rule that accepts; nil when none does.
    public var rule: String?
    /// Every rule, in the policy's order.
    public var rules: [RuleDecision]

    /// One sentence: which rule accepted, or what the rule that came nearest lacks.
    public var summary: String {
        if let rule { return "accepted by rule '\(rule)'" }
        guard let nearest = rules.min(by: { $0.failures.count < $1.failures.count }) else { return "refused: the policy has no rule" }
        let missing = nearest.failures.map { "\($0.requirement), but \($0.actual)" }.joined(separator: "; ")
        return rules.count == 1 ? "refused: \(missing)" : "refused by all \(rules.count) rules; the nearest is '\(nearest.name)': \(missing)"
    }
}

public struct RuleDecision: Codable, Sendable, Equatable {
    public var name: String
    public var isMet: Bool
    public var lines: [LineDecision]

    public var failures: [LineDecision] { lines.filter { !$0.isMet } }
}

/// One requirement and what was found.
public struct LineDecision: Codable, Sendable, Equatable {
    /// Line of the policy; 0 for a default that the policy does not change.
    public var line: Int
    public var requirement: String
    public var actual: String
    public var isMet: Bool
}
