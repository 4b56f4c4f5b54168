// SPDX-License-Identifier: Apache-2.0
// Who may change a deployment, and that nobody else can.
import DeploymentCertificates
import Foundation
import FuzzSupport
import Image
import Testing

@testable import Deployment

@Suite struct ChainTests {
    private let approvers = TestApprovers()

    private func refusal(_ chain: DeploymentChain) -> String { DeploymentError.message { _ = try DeploymentHistory(chain) } }

    @Test func twoOfThreeApproveAndOneDoesNot() throws {
        #expect(try DeploymentHistory(Shop.chain(approvers)).statement.name == "shop")
        #expect(try DeploymentHistory(Shop.chain(approvers, by: ["ann", "bob", "eve"])).statement.version == 1)
        let found = refusal(try Shop.chain(approvers, by: ["eve"]))
        #expect(found == "approvals: version 1 of shop needs the approval of 2 of ann, bob, eve; approved by eve")
        #expect(refusal(try Shop.chain(approvers, by: [])).hasSuffix("approved by nobody"))
    }

    @Test func aStrangersSignatureDoesNotCount() throws {
        let strangers = TestApprovers(["ann", "bob", "mallory"])
        let entry = try strangers.sign(SignedEntry(Shop.statement(approvers)), by: ["ann", "bob", "mallory"])
        #expect(refusal(DeploymentChain(entries: [entry])).contains("approved by nobody"))
    }

    @Test func oneKeyCountsOnce() throws {
        var chain = try Shop.chain(approvers, by: ["ann"])
        chain.entries[0].signatures += chain.entries[0].signatures
        #expect(refusal(chain).contains("approved by ann"))
        chain.entries[0] = try approvers.sign(chain.entries[0], by: ["ann"])
        #expect(chain.entries[0].signatures.count == 1)
    }

    @Test func aChangedStatementIsRefused() throws {
        var chain = try Shop.chain(approvers)
        var changed = try DeploymentHistory(chain).statement
        changed.links.append(.init(from: "worker", to: "web", port: 1))
        chain.entries[0].payload = Data(try CanonicalText.encode(changed)).base64EncodedString()
        #expect(refusal(chain).contains("does not hold: the statement or the signature was changed"))
    }

    @Test func aSignatureForAnotherKindIsRefused() throws {
        var chain = try Shop.chain(approvers)
        chain.entries[0].payloadType = .authority
        #expect(refusal(chain) == "chain: the chain does not begin with a statement")
    }

    @Test func upgradesNeedThePreviousApprovers() throws {
        let chain = try Shop.chain(approvers)
        let others = TestApprovers(["mallory", "oscar"])
        // New approvers in a statement have no say in it.
        let takeover = try Shop.next(chain, others, by: ["mallory", "oscar"]) { $0.approvers = others.statement() }
        #expect(refusal(takeover).contains("needs the approval of 2 of ann, bob, eve; approved by nobody"))
        let handover = try Shop.next(chain, approvers) { $0.approvers = others.statement() }
        #expect(try DeploymentHistory(handover).statement.approvers == others.statement())
        // From then on the old ones have none.
        #expect(refusal(try Shop.next(handover, approvers)).contains("needs the approval of 2 of mallory, oscar"))
        #expect(try DeploymentHistory(Shop.next(handover, others, by: ["mallory", "oscar"])).statement.version == 3)
    }

    @Test func versionsGoUpUnlessARollbackIsApproved() throws {
        let chain = try Shop.next(Shop.chain(approvers), approvers)
        for version in [1, 2] {
            let back = try Shop.next(chain, approvers) { $0.version = version }
            #expect(refusal(back).contains("version \(version) does not come after version 2: a rollback"))
            let approved = try Shop.next(chain, approvers) {
                $0.version = version
                $0.rollback = true
            }
            #expect(try DeploymentHistory(approved).statement.version == version)
        }
        #expect(refusal(try Shop.next(chain, approvers) { $0.rollback = true }).contains("says that it rolls back, and it does not"))
    }

    @Test func aLowerMinimumVersionIsARollback() throws {
        let first = try Shop.next(Shop.chain(approvers), approvers) {
            $0.roles["web"]?.program = .init(measurements: nil, signers: [String(repeating: "5a", count: 32)], productID: nil, minimumVersion: 5)
        }
        let lower = try Shop.next(first, approvers) { $0.roles["web"]?.program.minimumVersion = 4 }
        #expect(refusal(lower).contains("the minimum version of role 'web' goes from 5 to 4"))
        #expect(refusal(try Shop.next(first, approvers) { $0.roles["web"]?.program.minimumVersion = nil }).contains("from 5 to none"))
        #expect(try DeploymentHistory(Shop.next(first, approvers) { $0.roles["web"]?.program.minimumVersion = 6 }).statement.version == 3)
    }

    @Test func aRoleThatWasAwayIsNoNewOne() throws {
        let signed = { (minimum: Int) in
            DeploymentStatement.Program(measurements: nil, signers: [String(repeating: "5a", count: 32)], productID: nil, minimumVersion: minimum)
        }
        let first = try Shop.next(Shop.chain(approvers), approvers) { $0.roles["web"]?.program = signed(5) }
        let role = try #require(try DeploymentHistory(first).statement.roles["web"])
        let links = try DeploymentHistory(first).statement.links
        let without = try Shop.next(first, approvers) {
            $0.roles["web"] = nil
            $0.links = links.filter { $0.from != "web" && $0.to != "web" }
        }
        func back(_ minimum: Int, _ rollback: Bool? = nil) throws -> DeploymentChain {
            try Shop.next(without, approvers) {
                $0.roles["web"] = role
                $0.roles["web"]?.program = signed(minimum)
                $0.links = links
                $0.rollback = rollback
            }
        }
        #expect(refusal(try back(4)).contains("the minimum version of role 'web' goes from 5 to 4"))
        #expect(try DeploymentHistory(back(5)).statement.version == 4)
        // What the approvers have taken back counts from then on.
        let lowered = try back(4, true)
        #expect(try DeploymentHistory(Shop.next(lowered, approvers)).statement.version == 5)
        let measured = try Shop.next(first, approvers) {
            $0.roles["web"]?.program = .init(measurements: [String(repeating: "a0", count: 48)], signers: nil, productID: nil, minimumVersion: nil)
        }
        #expect(refusal(try Shop.next(measured, approvers) { $0.roles["web"]?.program = signed(1) }).contains("from 5 to 1"))
        let proving = try Shop.next(first, approvers) { statement in
            statement.broker = role
            statement.broker?.names = []
        }
        #expect(refusal(try Shop.next(proving, approvers) { $0.broker = nil }).contains("the broker need no longer prove"))
    }

    @Test func aRoleCannotHaveAnothersName() throws {
        let taken = try Shop.next(Shop.chain(approvers), approvers) { $0.roles["web"]?.names = ["database"] }
        #expect(refusal(taken).contains("the name 'database' of role 'web' is another role's as well"))
    }

    /// Ann alone, with her signature twice, is not the two people whom somebody trusts.
    @Test func aTrustedKeyThatSignedTwiceIsOne() throws {
        let alone = TestApprovers(["ann"])
        var statement = Shop.statement(alone)
        statement.approvers.threshold = 1
        var entry = try alone.sign(SignedEntry(statement), by: ["ann"])
        entry.signatures += entry.signatures
        let chain = DeploymentChain(entries: [entry])
        let trust = DeploymentTrust(approvers: [alone.keys[0].key.publicKey, approvers.keys[1].key.publicKey])
        let found = DeploymentError.message { try trust.check(chain, DeploymentHistory(chain)) }
        #expect(found.contains("approved by 1 of the keys that are trusted; 2 are wanted"), "\(found)")
    }

    @Test func theBeginningCannotBeCutOff() throws {
        let chain = try Shop.next(Shop.chain(approvers), approvers)
        #expect(refusal(DeploymentChain(entries: Array(chain.entries.dropFirst()))).contains("the beginning of the chain is missing"))
        let other = try Shop.chain(TestApprovers())
        #expect(refusal(DeploymentChain(entries: other.entries + chain.entries.dropFirst())).hasPrefix("chain:"))
    }

    @Test func anotherDeploymentsStatementDoesNotFollow() throws {
        let renamed = try Shop.next(Shop.chain(approvers), approvers) { $0.name = "bank" }
        #expect(refusal(renamed) == "chain: the chain is of shop, and one of its statements of bank")
    }

    @Test func unknownMembersOfAStatementAreRefused() throws {
        let bytes = try CanonicalText.encode(Shop.statement(approvers))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(throws: Never.self) { try CanonicalText.decode(bytes, as: DeploymentStatement.self, "it") }
        for changed in [
            text.replacing("\"name\":\"shop\"", with: "\"name\":\"shop\",\"only\":1"), text + " ", text.replacing("{\"app", with: "{ \"app"),
        ] {
            #expect(throws: DeploymentError.self) { try CanonicalText.decode(Array(changed.utf8), as: DeploymentStatement.self, "it") }
        }
    }

    @Test func signaturesOfCopiesAreBroughtTogether() throws {
        let one = try Shop.chain(approvers, by: ["ann"])
        var other = one
        other.entries[0].signatures = []
        other.entries[0] = try approvers.sign(other.entries[0], by: ["bob"])
        #expect(try DeploymentHistory(one.merged(with: other)).statement.version == 1)
        #expect(throws: DeploymentError.self) { try one.merged(with: Shop.next(Shop.chain(approvers), approvers)) }
    }

    @Test func whatDiffersIsNamed() throws {
        let before = Shop.statement(approvers)
        var after = before
        after.version = 2
        after.roles["web"]?.secrets = ["shop/key/web"]
        after.roles["worker"] = nil
        after.links = [.init(from: "web", to: "database", port: 6379)]
        after.approvers.threshold = 3
        let changes = before.changes(to: after).map(\.text)
        #expect(changes.contains("version: 1 -> 2"))
        #expect(changes.contains("threshold: 2 -> 3"))
        #expect(changes.contains("role web: secret: new: shop/key/web"))
        #expect(changes.contains { $0.hasPrefix("role worker: gone: measurement b0") })
        #expect(changes.contains("link: gone: web -> worker:8443"))
        #expect(changes.contains("link: new: web -> database:6379"))
        #expect(before.changes(to: before).isEmpty)
    }

    // MARK: - Trust

    private func distrust(_ chain: DeploymentChain, _ trust: DeploymentTrust) -> String {
        DeploymentError.message { try trust.check(chain, DeploymentHistory(chain)) }
    }

    @Test func whoIsTrustedIsForTheVerifierToSay() throws {
        let chain = try Shop.next(Shop.chain(approvers), approvers)
        let keys = approvers.keys.map(\.key.publicKey)
        #expect(distrust(chain, DeploymentTrust()).contains("nothing says whose deployment"))
        #expect(distrust(chain, DeploymentTrust(approvers: keys, threshold: 2)) == "none")
        #expect(distrust(chain, DeploymentTrust(approvers: [keys[0], keys[1]])) == "none")
        // Eve has not signed, and all that are named must have.
        #expect(distrust(chain, DeploymentTrust(approvers: keys)).contains("approved by 2 of the keys that are trusted; 3 are wanted"))
        // A chain that ann made alone, with a threshold of her own choice.
        let alone = TestApprovers(["ann"])
        let own = DeploymentChain(entries: [
            try alone.sign(
                SignedEntry(
                    {
                        var statement = Shop.statement(approvers)
                        statement.approvers = alone.statement(1)
                        return statement
                    }()), by: ["ann"])
        ])
        #expect(distrust(own, DeploymentTrust(approvers: [alone.keys[0].key.publicKey] + keys, threshold: 2)).contains("2 are wanted"))
    }

    @Test func aDigestOrAKnownChainIsEnough() throws {
        let chain = try Shop.chain(approvers)
        let longer = try Shop.next(chain, approvers)
        let digests = try longer.digests()
        #expect(distrust(longer, DeploymentTrust(digest: digests[0].uppercased())) == "none")
        #expect(distrust(chain, DeploymentTrust(digest: digests[1])).contains("no entry of the chain has the digest"))
        #expect(distrust(longer, DeploymentTrust(known: chain)) == "none")
        #expect(distrust(chain, DeploymentTrust(known: longer)).contains("it was cut, or is another one"))
        #expect(distrust(chain, DeploymentTrust(digest: digests[0], minimumVersion: 2)).contains("at least 2 is wanted"))
    }

    @Test func fuzzedChainsAreReadOrRefused() throws {
        let chain = try Shop.authorized(Shop.chain(approvers), DeploymentAuthority(deployment: "shop", now: 1_800_000_000), approvers)
        let bytes = try chain.json()
        let payload = try chain.entries[0].bytes()
        var generator = SeededGenerator(seed: 0xC4A15)
        var refused = 0
        let rounds = FuzzBudget.spend {
            let damaged = mutated(bytes, with: &generator)
            if let read = try? DeploymentChain(json: damaged), (try? DeploymentHistory(read)) != nil {
                // Whatever was changed, it was not what is signed.
                #expect((try? chain.extends(read)) == true)
            } else {
                refused += 1
            }
            _ = try? CanonicalText.decode(mutated(payload, with: &generator), as: DeploymentStatement.self, "it").check()
        }
        #expect(rounds > 0 && refused > 0)
    }
}
