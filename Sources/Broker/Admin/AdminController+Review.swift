// SPDX-License-Identifier: Apache-2.0
// What operators look at: enclaves, policies on trial, approvals that are wanted, the audit log's state. The console shows it.
import BrokerStore
import HTTPTypes
import Hummingbird

extension AdminController {
    func addReviewRoutes(to router: Router<BrokerContext>) {
        router.get("\(base)/enclaves") { request, _ in
            try await self.authorize(request, [.auditor, .policies, .approver])
            let (skip, limit) = Self.page(request)
            let (total, records) = self.core.enclaves.list(skipping: skip, limit: limit)
            return try Self.json(EnclavePage(total: total, now: self.core.clock.now(), enclaves: records))
        }
        router.get("\(base)/enclaves/:id") { request, context in
            try await self.authorize(request, [.auditor, .policies, .approver])
            guard let record = self.core.enclaves.record(try context.parameters.require("id")) else {
                throw BrokerError(.resourceNotFound, "the broker does not remember this enclave; it forgets the oldest, and all when it ends")
            }
            return try Self.json(record)
        }
        router.post("\(base)/policies/test") { request, _ in
            try await self.authorize(request, [.policies, .auditor])
            return try Self.json(try await PolicyTrials(core: self.core).run(try await self.core.decode(request)))
        }
        router.get("\(base)/approvals/needed") { request, _ in
            try await self.authorize(request, [.approver, .auditor, .policies])
            let (skip, limit) = Self.page(request)
            return try Self.json(try await ApprovalReview(core: self.core).needs(skipping: skip, limit: limit))
        }
        router.get("\(base)/audit/verification") { request, _ in
            try await self.authorize(request, [.auditor])
            return try Self.json(try await self.core.auditWatch.advance(now: self.core.clock.now()))
        }
        router.post("\(base)/audit/verification") { request, _ in
            try await self.authorize(request, [.auditor])
            let message: AuditRestart = try await self.core.decode(request)
            let head = message.head?.lowercased().filter { !$0.isWhitespace }
            if let head, head.utf8.count != 64 || !head.allSatisfy(\.isHexDigit) {
                throw BrokerError(.malformedRequest, "a head has 64 hexadecimal digits, as audit verify prints it")
            }
            await self.core.auditWatch.restart(knownHead: head)
            return try Self.json(try await self.core.auditWatch.advance(now: self.core.clock.now()))
        }
    }

    /// `skip` and `limit` of a listing.
    static func page(_ request: Request) -> (skip: Int, limit: Int) {
        let parameters = request.uri.queryParameters
        return (
            min(max(parameters.get("skip", as: Int.self) ?? 0, 0), 1_000_000), min(max(parameters.get("limit", as: Int.self) ?? 100, 1), 1000)
        )
    }
}

struct EnclavePage: Codable, Sendable {
    var total: Int
    var now: Int64
    var enclaves: [EnclaveRecord]
}
