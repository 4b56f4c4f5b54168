// SPDX-License-Identifier: Apache-2.0
// Following a chain: each entry is approved by the approvers of the statement before it, versions go up, and who may bring them down
// again is said in the open. Certificates are looked at elsewhere.

import Foundation

package struct DeploymentHistory: Sendable, Equatable {
    package struct Step: Sendable, Equatable {
        package var kind: SignedEntry.Kind
        package var digest: String
        /// Whose word counts for this entry: the approvers of the statement before it, and of the first one its own.
        package var approvers: DeploymentStatement.Approvers
        package var approvedBy: [String]
        package var statement: DeploymentStatement?
        package var authority: AuthorityStatement?

        package var threshold: Int { approvers.threshold }
        package var isApproved: Bool { approvedBy.count >= approvers.threshold }
    }

    package private(set) var steps: [Step] = []

    /// The statement in force, and its digest.
    package private(set) var statement: DeploymentStatement
    package private(set) var digest: String
    /// The certificate in force (DER); nil while the approvers have named none.
    package private(set) var authority: [UInt8]?

    /// The highest minimum version that each role ever had and no approved rollback took back, the broker's among them.
    private var floors: [String: Int] = [:]

    package var name: String { statement.name }
    package var head: String { steps.last?.digest ?? digest }

    /// Follows the whole chain. With `acceptsPending` its last entry may lack approvals; it is then not in force.
    package init(_ chain: DeploymentChain, acceptsPending: Bool = false) throws(DeploymentError) {
        guard let first = chain.entries.first, first.payloadType == .statement else {
            throw DeploymentError(.chain, "the chain does not begin with a statement")
        }
        let opening = try Self.statement(first)
        guard opening.previous == nil, opening.rollback == nil else {
            throw DeploymentError(.chain, "the first statement names one before it: the beginning of the chain is missing")
        }
        statement = opening
        digest = try first.digest()
        for (index, entry) in chain.entries.enumerated() {
            let isLast = index == chain.entries.count - 1
            var step = Step(
                kind: entry.payloadType, digest: try entry.digest(), approvers: statement.approvers,
                approvedBy: try entry.approvals(of: statement.approvers))
            switch entry.payloadType {
            case .statement:
                let next = index == 0 ? opening : try Self.statement(entry)
                if index > 0 { try check(next) }
                step.statement = next
            case .authority:
                let next: AuthorityStatement = try CanonicalText.decode(try entry.bytes(), as: AuthorityStatement.self, "the authority statement")
                try check(next)
                step.authority = next
            }
            if !step.isApproved, !(isLast && acceptsPending) {
                throw DeploymentError(.approvals, Self.lacking(step))
            }
            if step.isApproved { apply(step) }
            steps.append(step)
        }
    }

    private mutating func apply(_ step: Step) {
        if let next = step.statement {
            for (name, role) in Self.programs(next) {
                guard let minimum = role.program.minimumVersion else { continue }
                floors[name] = next.rollback == true ? minimum : max(minimum, floors[name] ?? 0)
            }
            statement = next
            digest = step.digest
        }
        if let next = step.authority { authority = Data(base64Encoded: next.certificate).map { Array($0) } }
    }

    package static func lacking(_ step: Step) -> String {
        let what = step.statement.map { "version \($0.version) of \($0.name)" } ?? "the certificate of \(step.authority?.name ?? "")"
        let who = step.approvedBy.isEmpty ? "nobody" : step.approvedBy.joined(separator: ", ")
        let all = step.approvers.keys.map(\.name).joined(separator: ", ")
        return "\(what) needs the approval of \(step.threshold) of \(all); approved by \(who)"
    }

    private static func statement(_ entry: SignedEntry) throws(DeploymentError) -> DeploymentStatement {
        let statement: DeploymentStatement = try CanonicalText.decode(try entry.bytes(), as: DeploymentStatement.self, "the statement")
        try statement.check()
        return statement
    }

    private func check(_ next: DeploymentStatement) throws(DeploymentError) {
        guard next.name == name else { throw DeploymentError(.chain, "the chain is of \(name), and one of its statements of \(next.name)") }
        guard next.previous == head else { throw DeploymentError(.chain, "version \(next.version) does not follow the entry before it") }
        let reasons = Self.rollbacks(from: statement, to: next, floors: floors)
        if next.rollback == true {
            guard !reasons.isEmpty else { throw DeploymentError(.rollback, "version \(next.version) says that it rolls back, and it does not") }
            return
        }
        if let reason = reasons.first {
            throw DeploymentError(.rollback, "\(reason): a rollback, which the approvers must sign as one (rollback: true)")
        }
    }

    private func check(_ next: AuthorityStatement) throws(DeploymentError) {
        guard next.authority == AuthorityStatement.languageVersion else {
            throw DeploymentError(.format, "version \(next.authority) of an authority statement is not known here")
        }
        guard next.name == name, next.previous == head else {
            throw DeploymentError(.chain, "an authority statement does not follow the entry before it")
        }
        guard next.reason.utf8.count <= 1000 else { throw DeploymentError(.format, "the reason of an authority statement is too long") }
        guard let der = Data(base64Encoded: next.certificate), (1...16_384).contains(der.count) else {
            throw DeploymentError(.format, "an authority statement carries no certificate")
        }
    }

    /// Roles by name; "the broker" cannot be one of theirs.
    private static func programs(_ statement: DeploymentStatement) -> [(name: String, role: DeploymentStatement.Role)] {
        statement.roles.map { ($0.key, $0.value) } + (statement.broker.map { [("the broker", $0)] } ?? [])
    }

    /// What of `next` would take an older program's side against a newer one's. A role that was away for a while is no new one.
    static func rollbacks(from last: DeploymentStatement, to next: DeploymentStatement, floors: [String: Int]) -> [String] {
        var reasons: [String] = []
        if next.version <= last.version { reasons.append("version \(next.version) does not come after version \(last.version)") }
        if last.broker != nil && next.broker == nil { reasons.append("the broker need no longer prove which program it is") }
        for (name, role) in programs(next).sorted(by: { $0.name < $1.name }) {
            guard let before = floors[name] else { continue }
            if let now = role.program.minimumVersion, now >= before { continue }
            // A program that is named by its measurement alone has no version to compare.
            if role.program.minimumVersion == nil, role.program.measurements != nil { continue }
            let now = role.program.minimumVersion.map { "\($0)" } ?? "none"
            reasons.append("the minimum version of role '\(name)' goes from \(before) to \(now)")
        }
        return reasons
    }
}
