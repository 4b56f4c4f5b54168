// SPDX-License-Identifier: Apache-2.0
// Which secrets wait for whose approval: each secret, and each path that has a policy of its own, with the rules of the policy that
// decides about it.
import AttestationPolicy
import BrokerStore
import KeyBrokerProtocol

struct ApprovalReview: Sendable {
    let core: BrokerCore

    func needs(skipping: Int, limit: Int) async throws -> ApprovalNeeds {
        let policies = Dictionary(uniqueKeysWithValues: try await core.storage.policies().map { ($0.scope, $0) })
        var subjects = Set(policies.keys.compactMap { ResourcePath($0) })
        let live = Self.live(try await core.storage.resources())
        for listing in live { if let path = ResourcePath(listing.path) { subjects.insert(path) } }
        let versions = Dictionary(uniqueKeysWithValues: live.map { ($0.path, $0.version) })
        let operators = try await core.storage.operators()
        let oldest = core.clock.now() - core.configuration.approvalDays * 86_400
        let given = Dictionary(grouping: try await core.storage.approvals(), by: \.subject)
        var needs: [ApprovalNeeds.Need] = []
        var unreadable: Set<String> = []
        for path in subjects.sorted() {
            let scopes = [path.description, path.repository, PolicyScope.everything.description]
            guard let stored = scopes.lazy.compactMap({ policies[$0] }).first else { continue }
            guard let policy = try? core.policies.read(stored) else {
                unreadable.insert(stored.scope)
                continue
            }
            for rule in policy.rules {
                guard let approvals = rule.approvals?.value else { continue }
                // Those that a release would count.
                let counting = (given[path.description] ?? []).filter { one in
                    approvals.people.contains(one.approver) && one.created > oldest
                        && one.holds(for: versions[path.description] ?? 0, stored.name, of: operators)
                }
                needs.append(
                    .init(
                        subject: path.description, policy: "\(stored.scope) version \(stored.version)", rule: rule.name,
                        required: approvals.required, people: approvals.people, given: counting, isMet: counting.count >= approvals.required))
            }
        }
        // What waits comes first.
        let sorted = needs.filter { !$0.isMet } + needs.filter(\.isMet)
        return ApprovalNeeds(total: sorted.count, needs: Array(sorted.dropFirst(skipping).prefix(limit)), unreadable: unreadable.sorted())
    }

    /// The latest version of each, where it is not deleted.
    static func live(_ listings: [ResourceListing]) -> [ResourceListing] {
        var latest: [String: ResourceListing] = [:]
        for listing in listings where listing.version > latest[listing.path]?.version ?? 0 { latest[listing.path] = listing }
        return latest.values.filter { !$0.isDeleted }
    }
}
