// SPDX-License-Identifier: Apache-2.0
// Asking a policy. Every line of every rule is looked at, also after one failed, so that the answer explains itself whole.

internal import Attestation
internal import Crypto
internal import Encodings

extension Policy {
    public func evaluate(_ input: PolicyInput) -> Decision {
        let decisions = rules.map { rule in
            var lines = Lines()
            rule.check(input, &lines)
            return RuleDecision(name: rule.name, isMet: lines.all.allSatisfy(\.isMet), lines: lines.all)
        }
        let first = decisions.first(where: \.isMet)
        return Decision(isAllowed: first != nil, policy: name, rule: first?.name, rules: decisions)
    }
}

private struct Lines {
    var all: [LineDecision] = []

    mutating func add(_ line: Int, _ requirement: String, _ actual: String, _ isMet: Bool) {
        all.append(LineDecision(line: line, requirement: requirement, actual: actual, isMet: isMet))
    }

    /// A requirement that the policy states; nothing when it does not.
    mutating func add<Value>(_ stated: Stated<Value>?, _ requirement: (Value) -> String, _ actual: String, _ isMet: (Value) -> Bool) {
        guard let stated else { return }
        add(stated.line, requirement(stated.value), actual, isMet(stated.value))
    }

    /// What is refused unless an `insecure_` option lets it pass.
    mutating func refuse(_ isFound: Bool?, unless option: Stated<Bool>, _ what: String) {
        let actual = isFound.map { $0 ? "it is \(what)" : "it is not" } ?? "the evidence cannot be read"
        let requirement = option.value ? "may be \(what)" : "must not be \(what)"
        add(option.line, requirement, actual, option.value || isFound == false)
    }
}

extension Rule {
    fileprivate func check(_ input: PolicyInput, _ lines: inout Lines) {
        let result = input.result
        let failed = Set(result.reasons.map(\.check.rawValue)).sorted().joined(separator: ", ")
        let isValid = result.verdict == .valid
        lines.add(0, "every check of the evidence must hold", isValid ? "every check holds" : "these failed: \(failed)", isValid)
        checkProgram(input, result.claims, &lines)
        checkPlatform(input, &lines)
        checkConsent(input, &lines)
    }

    private func checkProgram(_ input: PolicyInput, _ claims: Claims?, _ lines: inout Lines) {
        let unknown = "the evidence does not say"
        lines.add(backends, { "backend must be \(oneOf($0.map(\.rawValue)))" }, claims.map { "it is \($0.tee.rawValue)" } ?? unknown) {
            wanted in claims.map { wanted.contains($0.tee) } ?? false
        }
        lines.add(signers, { "signer must be \(oneOf($0))" }, claims?.signer.map { "it is \($0)" } ?? unknown) { wanted in
            claims?.signer.map { signer in wanted.contains { Identity.isSame($0, signer) } } ?? false
        }
        lines.add(measurements, { "measurement must be \(oneOf($0))" }, claims.map { "it is \($0.measurement)" } ?? unknown) {
            wanted in claims.map { found in wanted.contains { Identity.isSame($0, found.measurement) } } ?? false
        }
        lines.add(productID, { "product must be \($0)" }, claims?.productID.map { "it is \($0)" } ?? unknown) { $0 == claims?.productID }
        lines.add(minimumVersion, { "version must be at least \($0)" }, claims?.securityVersion.map { "it is \($0)" } ?? unknown) {
            wanted in claims?.securityVersion.map { $0 >= wanted } ?? false
        }
        // Elsewhere the host fills the field, and no kernel of ours compares it yet.
        let launch = input.result.isSimulated ? input.launch : nil
        let unbound = input.launch == nil || launch != nil ? unknown : "this platform does not bind them: its host chose what the evidence says"
        lines.add(arguments, { "arguments must be \($0)" }, launch.map { "they are \($0.arguments)" } ?? unbound) {
            $0.map { Array($0.utf8) } == launch?.arguments.map { Array($0.utf8) }
        }
        lines.add(
            environment, { "environment must be \($0.isEmpty ? "empty" : sorted($0))" },
            launch.map { $0.environment.isEmpty ? "it is empty" : "it is \(sorted($0.environment))" } ?? unbound
        ) {
            bytes($0) == launch.map { bytes($0.environment) }
        }
        lines.refuse(claims?.isDebug, unless: allowsDebug, "debuggable by the host")
        lines.refuse(claims?.isMigratable, unless: allowsMigration, "migratable by another machine")
    }

    private func checkPlatform(_ input: PolicyInput, _ lines: inout Lines) {
        let result = input.result
        let claims = result.claims
        if claims?.tee == .sample {
            lines.refuse(true, unless: allowsSample, "unsigned sample evidence")
        } else {
            lines.refuse(claims == nil ? nil : result.isSimulated, unless: allowsSimulation, "simulated, without hardware behind it")
        }
        if result.isSimulated, claims?.tee != .sample {
            lines.add(simulationRoots, { "simulated root must be \(oneOf($0))" }, result.simulationRoot.map { "it is \($0)" } ?? "it is not known") {
                wanted in result.simulationRoot.map { wanted.contains($0) } ?? false
            }
        }
        if claims?.tee == .sgx || claims?.tee == .tdx { checkStatus(result, at: input.now, &lines) }
        if let snp = claims?.snp {
            lines.add(
                allowsUncheckedRevocation.line,
                allowsUncheckedRevocation.value ? "AMD's revocation list may be missing" : "AMD's revocation list must have been checked",
                snp.isRevocationChecked ? "it was" : "none was given for this chip: see cloister collateral which",
                snp.isRevocationChecked || allowsUncheckedRevocation.value)
            lines.add(vmpls.line, "VMPL must be \(oneOf(vmpls.value.map(String.init)))", "it is \(snp.vmpl)", vmpls.value.contains(snp.vmpl))
        }
        if let minimum = minimumTCB {
            // The running firmware may be rolled back to the committed one, and the guest began on the launch one.
            let levels = claims?.snp.map { [("reported", $0.reportedTCB), ("committed", $0.committedTCB), ("launch", $0.launchTCB)] }
            for (which, level) in levels ?? [] {
                let short = minimum.value.shortfalls(of: level)
                lines.add(
                    minimum.line, "\(which) TCB must be at least \(minimum.value)",
                    short.isEmpty ? "it is" : short.joined(separator: ", "), short.isEmpty)
            }
            if levels == nil { lines.add(minimum.line, "TCB must be at least \(minimum.value)", "the evidence is not of SEV-SNP", false) }
        }
        let chip = claims?.chip
        lines.add(chips, { "chip must be \(oneOf($0))" }, chip.map { "it is \($0)" } ?? "the evidence does not name its chip") {
            wanted in chip.map { wanted.contains($0) } ?? false
        }
    }

    private func checkStatus(_ result: VerificationResult, at now: Int64, _ lines: inout Lines) {
        let named = oneOf(statuses.value.map(\.rawValue))
        guard let status = result.status else {
            return lines.add(statuses.line, "TCB status must be \(named)", "it could not be found out", false)
        }
        let ids = Set(result.advisories.map(\.id)).sorted()
        lines.add(acceptedAdvisories, { "no advisory but \($0.isEmpty ? "none" : oneOf($0)) may apply" }, applying(ids)) { accepted in
            ids.allSatisfy { accepted.contains($0) }
        }
        let isNamed = statuses.value.contains(status)
        guard !isNamed, !grace.isEmpty, status != .revoked, status != .notSupported else {
            return lines.add(statuses.line, "TCB status must be \(named)", "it is \(status.rawValue)", isNamed)
        }
        // A part that no advisory speaks of is not excused by those of another.
        let isExplained = result.components.allSatisfy { part in
            statuses.value.contains(part.status) || result.advisories.contains { $0.component == part.component }
        }
        let isTolerated = !ids.isEmpty && isExplained && ids.allSatisfy { id in grace.contains { $0.value.covers(id, at: now) } }
        lines.add(
            statuses.line, "TCB status must be \(named), or each advisory within its grace period",
            "it is \(status.rawValue) with \(ids.isEmpty ? "no advisory named" : ids.joined(separator: ", "))"
                + (isExplained ? "" : "; no advisory says why \(unexplained(result))"), isTolerated)
        for id in ids where !isTolerated {
            let entry = grace.first { $0.value.advisory == id }
            let isCovered = entry?.value.covers(id, at: now) ?? false
            lines.add(
                entry?.line ?? statuses.line, "\(id) must be within a grace period",
                entry.map { isCovered ? "it is, until \($0.value.until.text)" : "it ended on \($0.value.until.text)" } ?? "it has none", isCovered)
        }
    }

    private func unexplained(_ result: VerificationResult) -> String {
        result.components.filter { part in
            !statuses.value.contains(part.status) && !result.advisories.contains { $0.component == part.component }
        }.map { "\($0.component.rawValue) is \($0.status.rawValue)" }.joined(separator: ", ")
    }

    private func checkConsent(_ input: PolicyInput, _ lines: inout Lines) {
        let time = "it is \(Instant.text(input.now))"
        lines.add(validFrom, { "not before \($0.text)" }, time) { input.now >= $0.seconds }
        lines.add(validUntil, { "before \($0.text)" }, time) { input.now < $0.seconds }
        guard let approvals else { return }
        let given = approvals.value.people.filter { input.approvals.contains($0) }
        lines.add(
            approvals.line, "\(approvals.value.required) of \(approvals.value.people.joined(separator: ", ")) must have approved",
            given.isEmpty ? "nobody has" : "\(given.joined(separator: ", ")) has", given.count >= approvals.value.required)
    }
}

private func oneOf(_ words: [String]) -> String {
    words.count == 1 ? words[0] : "one of " + words.joined(separator: ", ")
}

private func sorted(_ environment: [String: String]) -> String {
    environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
}

private func applying(_ ids: [String]) -> String {
    ids.isEmpty ? "none applies" : "these apply: \(ids.joined(separator: ", "))"
}

extension Grace {
    fileprivate func covers(_ id: String, at now: Int64) -> Bool { advisory == id && now < until.seconds }
}

extension MinimumTCB: CustomStringConvertible {
    public var description: String {
        parts.map { "\($0.name) \($0.least)" }.joined(separator: ", ")
    }

    private var parts: [(name: String, least: Int)] {
        [("bootloader", bootloader), ("tee", tee), ("snp", snp), ("microcode", microcode), ("fmc", fmc)]
            .compactMap { name, least in least.map { (name, $0) } }
    }

    /// The parts of `level` that are too old, in words.
    fileprivate func shortfalls(of level: AMDTCB) -> [String] {
        let found = ["bootloader": level.bootloader, "tee": level.tee, "snp": level.snp, "microcode": level.microcode, "fmc": level.fmc]
        return parts.compactMap { part in
            guard let version = found[part.name].flatMap({ $0 }) else { return "\(part.name) is not reported" }
            return version >= part.least ? nil : "\(part.name) is \(version)"
        }
    }
}

/// One identity has several widths: what is shorter than its field ends in zeros there, and SGX, whose fields are the shortest, has the
/// SHA-256 of a longer measurement (docs/design/evidence.md).
private enum Identity {
    static func isSame(_ wanted: String, _ found: String) -> Bool {
        let missing = found.utf8.count - wanted.utf8.count
        if missing == 0 { return wanted == found }
        if missing > 0 { return found == wanted + String(repeating: "0", count: missing) }
        guard found.utf8.count == 2 * SHA256.byteCount else { return false }
        return Hex.decode(wanted).map { Hex.encode(SHA256.hash(data: $0)) } == found
    }
}

extension Claims {
    /// The chip that made the evidence: AMD's chip id, or Intel's platform instance or PPID. nil when the evidence hides it.
    fileprivate var chip: String? {
        if let snp { return snp.isChipIDMasked ? nil : snp.chipID }
        return platform.map { $0.platformInstanceID ?? $0.ppid }
    }
}

/// To compare bytes: Swift's texts are equal when they look alike.
private func bytes(_ variables: [String: String]) -> [[UInt8]] {
    variables.map { Array("\($0.key)=\($0.value)".utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
}
