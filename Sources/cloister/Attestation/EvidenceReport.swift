// SPDX-License-Identifier: Apache-2.0
// A verdict for people: what the evidence is, what failed and what to do, and what the policy says line by line.
import Attestation
import AttestationPolicy

enum EvidenceReport {
    static func lines(_ outcome: EvidenceCheck.Outcome) -> [String] {
        let result = outcome.result
        var rows: [(String, String)] = [("verdict", verdict(result))]
        if let claims = result.claims { rows += facts(claims, result) }
        if let launch = outcome.launch, result.verdict == .valid {
            rows.append(("arguments", launch.arguments.map { $0.debugDescription }.joined(separator: " ")))
            rows += launch.environment.sorted { $0.key < $1.key }.map { ("variable", "\($0.key)=\($0.value.debugDescription)") }
        }
        rows += status(result)
        var told: Set<String> = []
        for reason in result.reasons where told.insert("\(reason.check) \(reason.message) \(reason.field)").inserted {
            rows.append((Style.red("failed", on: 1), "\(reason.check.rawValue): \(reason.message) (\(reason.field))"))
            rows.append(("", "next: \(reason.remedy)"))
        }
        if let isFresh = outcome.isFresh {
            rows.append(("nonce", isFresh ? "is in the evidence" : Style.red("is not in the evidence: it was made for another request", on: 1)))
        }
        if outcome.isCollateralStale {
            rows.append((Style.yellow("stale", on: 1), "the collateral has expired; the policy tolerates that for now"))
        }
        if let decision = outcome.decision { rows += explanation(decision) }
        rows.append(("result", outcome.isGood ? Style.green("accepted", on: 1) : Style.red("refused: \(refusal(outcome))", on: 1)))
        return rows.map { name, value in pad(name) + value }
    }

    private static func refusal(_ outcome: EvidenceCheck.Outcome) -> String {
        if outcome.result.verdict != .valid { return "the evidence is not valid" }
        if outcome.isFresh == false { return "the nonce is not in the evidence" }
        return "the policy does not allow it"
    }

    /// What was not asked, and could have been.
    static func warnings(_ outcome: EvidenceCheck.Outcome) -> [String] {
        guard outcome.isGood else { return [] }
        var warnings: [String] = []
        if outcome.decision == nil {
            warnings.append("no policy was given: that evidence is valid does not say whose program it is of")
            let status = outcome.result.status.map { $0 == .upToDate ? nil : "the status \($0.rawValue)" } ?? nil
            let open = [status, outcome.result.claims?.isDebug == true ? "debug" : nil].compactMap(\.self)
            if !open.isEmpty { warnings.append("\(open.joined(separator: " and ")) was not judged: only a policy refuses for that") }
        }
        if outcome.isFresh == nil { warnings.append("no nonce was asked for: the evidence may be an old one that somebody kept") }
        return warnings
    }

    private static func verdict(_ result: VerificationResult) -> String {
        result.verdict == .valid ? Style.green("valid", on: 1) : Style.red("invalid", on: 1)
    }

    private static func facts(_ claims: Claims, _ result: VerificationResult) -> [(String, String)] {
        var rows = [("tee", "\(claims.tee.rawValue), version \(claims.version)")]
        if result.isSimulated { rows.append((Style.yellow("simulated", on: 1), "no hardware stands behind this evidence")) }
        rows.append(("measurement", claims.measurement))
        rows.append(("signer", claims.signer ?? "none"))
        if let product = claims.productID { rows.append(("product", "\(product)")) }
        if let version = claims.securityVersion { rows.append(("version", "\(version)")) }
        rows.append(("report data", claims.reportData))
        if claims.isDebug { rows.append((Style.yellow("debug", on: 1), "the host may read the enclave's memory")) }
        if claims.isMigratable { rows.append((Style.yellow("migration", on: 1), "the enclave may be moved to another machine")) }
        if let platform = claims.platform { rows.append(("fmspc", platform.fmspc)) }
        if let snp = claims.snp {
            rows.append(("product name", snp.product ?? "unknown"))
            rows.append(("vmpl", "\(snp.vmpl)"))
            rows.append(("chip", snp.isChipIDMasked ? "masked" : snp.chipID))
        }
        return rows
    }

    private static func status(_ result: VerificationResult) -> [(String, String)] {
        guard let status = result.status else { return [] }
        let text = status == .upToDate ? status.rawValue : Style.yellow(status.rawValue, on: 1)
        var rows = [("status", "\(text): \(status.meaning)")]
        rows += result.components.map { ("", "\($0.component.rawValue) \($0.status.rawValue), level of \($0.tcbDate)") }
        rows += result.advisories.map { ("advisory", "\($0.id) (\($0.component.rawValue), level of \($0.tcbDate))") }
        return rows
    }

    static func explanation(_ decision: Decision) -> [(String, String)] {
        let text = decision.isAllowed ? Style.green(decision.summary, on: 1) : Style.red(decision.summary, on: 1)
        var rows = [("policy", text)]
        for rule in decision.rules {
            rows.append(("", "rule '\(rule.name)'" + (rule.isMet ? "" : " does not hold")))
            for line in rule.lines {
                let mark = line.isMet ? Style.green("met", on: 1) : Style.red("not met", on: 1)
                let place = line.line == 0 ? "default" : "line \(line.line)"
                rows.append(("", "  \(place): \(mark): \(line.requirement); \(line.actual)"))
            }
        }
        return rows
    }

    /// Names are padded by what is seen, without the bytes that colour them.
    private static func pad(_ name: String) -> String {
        var seen = 0
        var isEscape = false
        for character in name.unicodeScalars {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { seen += 1 }
            if isEscape, character == "m" { isEscape = false }
        }
        return name + String(repeating: " ", count: max(1, 14 - seen))
    }
}
