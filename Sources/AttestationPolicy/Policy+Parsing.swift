// SPDX-License-Identifier: Apache-2.0
// YAML to Policy. Every key is known or an error; every error names key and line.

internal import Attestation
internal import StrictYAML

private typealias Mapping = YAMLMapping<PolicyError>
private typealias Value = YAMLValue<PolicyError>

extension Policy {
    public static let maximumSize = 256 << 10
    static let maximumRules = 100
    static let keys = ["policy", "name", "stale_collateral_days", "rules"]

    public init(yaml text: String) throws(PolicyError) {
        try self.init(yaml: Array(text.utf8))
    }

    /// `isProgramStatedElsewhere`: a rule need not say whose program it accepts, since the caller does.
    public init(yaml bytes: [UInt8], isProgramStatedElsewhere: Bool = false) throws(PolicyError) {
        let document = try YAMLDocument.compose(
            bytes, maximumSize: Self.maximumSize, "the policy", failure: PolicyError.self)
        guard let root = document else { throw PolicyError("the policy is empty", line: nil) }
        let top = try Mapping(root, of: "the policy", known: Self.keys)
        let version = try top.required("policy")
        guard try version.number(as: Int.self) == Self.languageVersion else {
            throw version.failure("this version of the policy language is unknown; write 'policy: \(Self.languageVersion)'")
        }
        name = try top.value("name")?.string() ?? ""
        rules = []
        staleCollateralDays = 0
        if let days = top.value("stale_collateral_days") {
            staleCollateralDays = try days.number(as: Int.self)
            guard (0...365).contains(staleCollateralDays) else { throw days.failure("'stale_collateral_days' must be 0 to 365") }
        }
        _ = try top.required("rules")
        for (index, item) in try top.list("rules").enumerated() {
            guard index < Self.maximumRules else { throw item.failure("more than \(Self.maximumRules) rules") }
            rules.append(try Rule(item, index: index, needsProgram: !isProgramStatedElsewhere))
        }
        guard !rules.isEmpty else { throw PolicyError("the policy has no rule, so it accepts nothing", line: top.line) }
        let names = rules.map(\.name)
        if let twice = rules.first(where: { rule in names.count(where: { $0 == rule.name }) > 1 }) {
            throw PolicyError("two rules are called '\(twice.name)'", line: twice.line)
        }
    }
}

extension Rule {
    static let keys = [
        "name", "backends", "signers", "measurements", "product_id", "minimum_version", "arguments", "environment",
        "tcb", "chips", "vmpl", "simulation_roots", "valid", "approvals", "insecure_allow_any_program",
        "insecure_allow_debug", "insecure_allow_migration", "insecure_allow_simulation", "insecure_allow_sample",
        "insecure_allow_unchecked_revocation",
    ]

    fileprivate init(_ item: Value, index: Int, needsProgram: Bool) throws(PolicyError) {
        let mapping = try Mapping(item.node, of: "a rule", known: Self.keys)
        self.init(name: try mapping.value("name")?.string() ?? "rule \(index + 1)", line: item.line)
        try readProgram(mapping)
        try readPlatform(mapping)
        try readConsent(mapping)
        allowsAnyProgram = try mapping.flag("insecure_allow_any_program")
        allowsDebug = try mapping.flag("insecure_allow_debug")
        allowsMigration = try mapping.flag("insecure_allow_migration")
        allowsSimulation = try mapping.flag("insecure_allow_simulation")
        allowsSample = try mapping.flag("insecure_allow_sample")
        allowsUncheckedRevocation = try mapping.flag("insecure_allow_unchecked_revocation")
        if needsProgram, signers == nil, measurements == nil, !allowsAnyProgram.value {
            throw item.failure(
                "rule '\(name)' does not say whose program it accepts: give 'signers' or 'measurements' (or insecure_allow_any_program: true)")
        }
        if let roots = simulationRoots, !allowsSimulation.value {
            throw PolicyError("'simulation_roots' has no effect without insecure_allow_simulation: true", line: roots.line)
        }
    }

    private mutating func readProgram(_ mapping: Mapping) throws(PolicyError) {
        backends = try mapping.stated("backends") { item throws(PolicyError) in try item.choice(of: TEE.self) }
        signers = try mapping.stated("signers") { item throws(PolicyError) in try item.digest(lengths: [32, 48]) }
        measurements = try mapping.stated("measurements") { item throws(PolicyError) in try item.digest(lengths: [32, 48]) }
        arguments = try mapping.stated("arguments", mayBeEmpty: true) { item throws(PolicyError) in try item.string() }
        if let value = mapping.value("product_id") {
            productID = Stated(Int(try value.number(as: UInt16.self)), line: value.line)
        }
        if let value = mapping.value("minimum_version") {
            minimumVersion = Stated(Int(try value.number(as: UInt16.self)), line: value.line)
        }
        if let value = mapping.value("environment") {
            var variables: [String: String] = [:]
            for (key, text) in try Mapping(value.node, of: "environment", known: nil).entries {
                variables[try key.string()] = try text.string()
            }
            environment = Stated(variables, line: value.line)
        }
    }

    private mutating func readPlatform(_ mapping: Mapping) throws(PolicyError) {
        chips = try mapping.stated("chips") { item throws(PolicyError) in try item.digest(lengths: [8, 16, 64]) }
        simulationRoots = try mapping.stated("simulation_roots") { item throws(PolicyError) in try item.digest(lengths: [32]) }
        let levels = try mapping.stated("vmpl") { item throws(PolicyError) in
            let level = Int(try item.number(as: UInt8.self))
            guard level <= 3 else { throw item.failure("a VMPL is 0 to 3") }
            return level
        }
        vmpls = levels ?? vmpls
        guard let node = mapping.value("tcb") else { return }
        let tcb = try Mapping(node.node, of: "tcb", known: ["statuses", "advisories", "grace", "minimum"])
        let named = try tcb.stated("statuses") { item throws(PolicyError) in
            let status = try item.choice(of: TCBStatus.self)
            guard status != .revoked else { throw item.failure("a revoked platform cannot be accepted") }
            return status
        }
        statuses = named ?? statuses
        acceptedAdvisories = try tcb.stated("advisories", mayBeEmpty: true) { item throws(PolicyError) in try item.advisory() }
        for item in try tcb.list("grace") {
            let grace = try Mapping(item.node, of: "a grace period", known: ["advisory", "until"])
            let entry = Grace(advisory: try grace.required("advisory").advisory(), until: try grace.required("until").instant())
            self.grace.append(Stated(entry, line: item.line))
        }
        if let value = tcb.value("minimum") {
            let parts = try Mapping(value.node, of: "minimum", known: ["bootloader", "tee", "snp", "microcode", "fmc"])
            func part(_ key: String) throws(PolicyError) -> Int? {
                guard let number = try parts.value(key)?.number(as: UInt8.self) else { return nil }
                return Int(number)
            }
            let minimum = MinimumTCB(
                bootloader: try part("bootloader"), tee: try part("tee"), snp: try part("snp"),
                microcode: try part("microcode"), fmc: try part("fmc"))
            minimumTCB = Stated(minimum, line: value.line)
        }
    }

    private mutating func readConsent(_ mapping: Mapping) throws(PolicyError) {
        if let node = mapping.value("valid") {
            let valid = try Mapping(node.node, of: "valid", known: ["from", "until"])
            if let value = valid.value("from") { validFrom = Stated(try value.instant(), line: value.line) }
            if let value = valid.value("until") { validUntil = Stated(try value.instant(), line: value.line) }
            if let from = validFrom, let until = validUntil, from.value.seconds >= until.value.seconds {
                throw node.failure("'from' is not before 'until'")
            }
        }
        if let node = mapping.value("approvals") {
            let parts = try Mapping(node.node, of: "approvals", known: ["required", "of"])
            let required = try parts.required("required")
            guard let people = try parts.stated("of", { item throws(PolicyError) in try item.string() }) else {
                throw node.failure("approvals lacks the key 'of'")
            }
            let count = Int(try required.number(as: UInt16.self))
            guard Set(people.value).count == people.value.count else { throw node.failure("somebody is named twice in 'of'") }
            guard (1...people.value.count).contains(count) else {
                throw required.failure("'required' must be 1 to \(people.value.count), the number of people in 'of'")
            }
            approvals = Stated(Approvals(required: count, people: people.value), line: node.line)
        }
    }
}

extension YAMLMapping<PolicyError> {
    fileprivate func flag(_ key: String) throws(PolicyError) -> Stated<Bool> {
        guard let value = value(key) else { return Stated(false) }
        return Stated(try value.boolean(), line: value.line)
    }

    /// A list with its line; nil when the key is absent. An empty list would accept nothing without saying so: an error.
    fileprivate func stated<Element: Sendable & Equatable>(
        _ key: String, mayBeEmpty: Bool = false, _ read: (Value) throws(PolicyError) -> Element
    ) throws(PolicyError) -> Stated<[Element]>? {
        guard let value = value(key) else { return nil }
        var elements: [Element] = []
        for item in try list(key) { elements.append(try read(item)) }
        guard mayBeEmpty || !elements.isEmpty else { throw value.failure("'\(key)' is empty: nothing would be accepted") }
        return Stated(elements, line: value.line)
    }
}

extension YAMLValue<PolicyError> {
    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) throws(PolicyError) -> Choice
    where Choice.RawValue == String {
        let text = try string()
        if let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let hint = nearestName(to: text, among: words).map { "; did you mean '\($0)'?" } ?? ""
        throw failure("'\(text)' is not one of \(words.joined(separator: ", "))\(hint)")
    }

    /// Lower-case hexadecimal of `lengths` bytes.
    fileprivate func digest(lengths: [Int]) throws(PolicyError) -> String {
        let text = try string().lowercased()
        let isHexadecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHexadecimal, lengths.contains(where: { text.utf8.count == 2 * $0 }) else {
            let digits = lengths.map { "\(2 * $0)" }.joined(separator: " or ")
            throw failure("\(name) must be \(digits) hexadecimal digits")
        }
        return text
    }

    /// As Intel names its advisories: `INTEL-SA-00960`. Another name would never match.
    fileprivate func advisory() throws(PolicyError) -> String {
        let text = try string()
        let digits = text.utf8.dropFirst("INTEL-SA-".utf8.count)
        guard text.hasPrefix("INTEL-SA-"), digits.count >= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw failure("'\(text)' is not an advisory of Intel, such as INTEL-SA-00960")
        }
        return text
    }

    /// `2026-12-31` (its first moment, UTC) or `2026-12-31T18:00:00Z`.
    fileprivate func instant() throws(PolicyError) -> Instant {
        let text = try string()
        guard let instant = Instant.parse(text) else {
            throw failure("'\(name)' must be a date like 2026-12-31 or a time like 2026-12-31T18:00:00Z")
        }
        return instant
    }
}
