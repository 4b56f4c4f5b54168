// SPDX-License-Identifier: Apache-2.0
// Certificates of members, links, and the verdict over a whole deployment, with evidence of a simulated machine.
import Attestation
import Crypto
import CryptoExtras
import DeploymentCertificates
import Foundation
import FuzzSupport
import KeyBrokerProtocol
import SimulatedPlatform
import SwiftASN1
import Testing
import X509

@testable import Deployment

/// A machine, an authority and the members that a test makes.
struct Works {
    static let now: Int64 = 1_800_000_000
    let folder = NSTemporaryDirectory() + "deployment-" + UUID().uuidString
    let platform: SimulatedPlatform
    let approvers = TestApprovers()
    let authority: DeploymentAuthority
    var chain: DeploymentChain

    init(policy: String? = Shop.simulated) throws {
        platform = try SimulatedPlatform(folder: folder, now: Self.now)
        authority = try DeploymentAuthority(deployment: "shop", now: Self.now)
        let first = try approvers.sign(SignedEntry(Shop.statement(approvers, policy: policy)), by: ["ann", "bob"])
        chain = try Shop.authorized(DeploymentChain(entries: [first]), authority, approvers)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    static func request(_ key: P256.Signing.PrivateKey = .init(), name: String = "whatever") throws -> String {
        let request = try CertificateSigningRequest(
            version: .v1, subject: DistinguishedName { CommonName(name) }, privateKey: .init(key), attributes: .init(),
            signatureAlgorithm: .ecdsaWithSHA256)
        return try request.serializeAsPEM().pemString
    }

    /// A member of `role` that runs `program`, as the broker's answer would be.
    func member(
        _ role: String, program: String? = nil, boundTo bound: String? = nil, nonce: String = "bm9uY2U=", format: QuoteFormat = .tdx4,
        authority other: DeploymentAuthority? = nil, certifiedAs certified: String? = nil, scenario: Scenario = Scenario()
    ) throws -> MemberProof {
        let key = try MemberKey(request: Self.request())
        let byte = try #require(UInt8(program ?? Shop.programs[role] ?? "", radix: 16))
        let data = MemberBinding.reportData(deployment: "shop", role: bound ?? role, nonce: nonce, key: key.der)
        let enclave = EnclaveStatement(
            measurement: [UInt8](repeating: byte, count: 48), signer: [UInt8](repeating: 0x5A, count: 32), reportData: data)
        let collateral = try JSONDecoder().decode(Collateral.self, from: Data(platform.collateral(format, now: Self.now, scenario).json))
        let bundle = try EvidenceBundle(evidence: platform.quote(format, enclave, scenario), collateral: collateral).json()
        let statement = try DeploymentHistory(chain).statement
        let issued = try (other ?? authority).issue(key, role: certified ?? role, of: statement, now: Self.now)
        return MemberProof(
            deployment: "shop", role: role, nonce: "bm9uY2U=", certificate: issued.certificate,
            evidence: ["quote": .string(Data(bundle).base64EncodedString())], membership: nil)
    }

    func report(_ proofs: [MemberProof], now: Int64 = now) throws -> DeploymentReport {
        let trust = DeploymentTrust(digest: try chain.digests()[0])
        return try DeploymentVerification(chain: chain, trust: trust, now: now).run(
            proofs.enumerated().map { ("member \($0)", Array(try JSONEncoder().encode($1))) })
    }
}

@Suite struct MemberCertificateTests {
    private let now = Works.now

    @Test func aCertificateNamesItsRoleAndItsHosts() throws {
        let approvers = TestApprovers()
        let authority = try DeploymentAuthority(deployment: "shop", now: now)
        let key = P256.Signing.PrivateKey()
        let member = try MemberKey(request: Works.request(key, name: "database"))
        let issued = try authority.issue(member, role: "web", of: Shop.statement(approvers), now: now)
        #expect(issued.expires == now + 3600)
        let certificate = try Certificate(pemEncoded: issued.certificate)
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        #expect(Array(names) == [.uniformResourceIdentifier("cloister://deployment/shop/role/web"), .dnsName("web"), .dnsName("shop.example")])
        #expect(certificate.subject == (try DistinguishedName { CommonName("web") }))
        let der = try #require(certificateDER(issued.certificate))
        let identity = try MemberVerifier(deployment: "shop", authority: authority.certificate).identity(of: der, now: now)
        #expect(identity.role == "web" && identity.deployment == "shop" && identity.key == member.fingerprint)
        // The key taken up again signs on.
        let again = try DeploymentAuthority(deployment: "shop", certificate: authority.certificate, privateKey: authority.privateKey)
        #expect(try again.issue(member, role: "web", of: Shop.statement(approvers), now: now).expires == issued.expires)
        #expect(throws: DeploymentError.self) {
            try DeploymentAuthority(
                deployment: "shop", certificate: authority.certificate, privateKey: Array(P256.Signing.PrivateKey().rawRepresentation))
        }
    }

    @Test func othersCertificatesAreRefusedWithTheReason() throws {
        let statement = Shop.statement(TestApprovers())
        let authority = try DeploymentAuthority(deployment: "shop", now: now)
        let verifier = try MemberVerifier(deployment: "shop", authority: authority.certificate)
        func refusal(_ authority: DeploymentAuthority, at time: Int64) throws -> String {
            let issued = try authority.issue(MemberKey(request: Works.request()), role: "web", of: statement, now: now)
            let der = try #require(certificateDER(issued.certificate))
            return DeploymentError.message { _ = try verifier.identity(of: der, now: time) }
        }
        #expect(try refusal(authority, at: now) == "none")
        #expect(try refusal(authority, at: now + 3601).contains("the member's certificate has expired"))
        #expect(try refusal(authority, at: now - 3600).contains("not valid yet"))
        #expect(try refusal(DeploymentAuthority(deployment: "shop", now: now), at: now).contains("not signed by the deployment's authority"))
        #expect(DeploymentError.message { _ = try verifier.identity(of: authority.certificate, now: now) }.contains("is an authority's"))
        #expect(
            DeploymentError.message { _ = try MemberVerifier(deployment: "bank", authority: authority.certificate) }.contains(
                "not of the deployment bank"))
    }

    @Test func requestsProveTheirKey() throws {
        let pem = try Works.request()
        var bytes = try PEMDocument(pemString: pem).derBytes
        bytes[bytes.count - 1] ^= 1
        let changed = PEMDocument(type: "CERTIFICATE REQUEST", derBytes: bytes).pemString
        #expect(DeploymentError.message { _ = try MemberKey(request: changed) }.contains("not signed with its own key"))
        #expect(DeploymentError.message { _ = try MemberKey(request: "x") }.contains("not PKCS #10"))
        #expect(DeploymentError.message { _ = try MemberKey(request: String(repeating: "x", count: 20_000)) }.contains("too large"))
    }

    @Test func keysAreOfCurves() throws {
        func request(_ key: Certificate.PrivateKey, _ algorithm: Certificate.SignatureAlgorithm) throws -> String {
            try CertificateSigningRequest(
                version: .v1, subject: DistinguishedName { CommonName("x") }, privateKey: key, attributes: .init(), signatureAlgorithm: algorithm
            ).serializeAsPEM().pemString
        }
        #expect(throws: Never.self) { try MemberKey(request: request(.init(P384.Signing.PrivateKey()), .ecdsaWithSHA384)) }
        #expect(throws: Never.self) { try MemberKey(request: request(.init(Curve25519.Signing.PrivateKey()), .ed25519)) }
        let rsa = try request(.init(_RSA.Signing.PrivateKey(keySize: .bits2048)), .sha256WithRSAEncryption)
        #expect(DeploymentError.message { _ = try MemberKey(request: rsa) }.contains("none of P-256, P-384, P-521 and Ed25519"))
    }

    /// `permits` and what members enforce are the same, for every pair of roles and both ports.
    @Test func linksAreEnforcedOnBothSides() throws {
        let approvers = TestApprovers()
        let statement = Shop.statement(approvers)
        let authority = try DeploymentAuthority(deployment: "shop", now: now)
        var ders: [String: [UInt8]] = [:]
        var verifiers: [String: LinkVerifier] = [:]
        for role in statement.roles.keys {
            let issued = try authority.issue(MemberKey(request: Works.request()), role: role, of: statement, now: now)
            ders[role] = certificateDER(issued.certificate)
            let membership = Membership(role: role, of: statement, digest: "", authority: certificatePEM(authority.certificate))
            let read = try JSONDecoder().decode(Membership.self, from: JSONEncoder().encode(membership))
            verifiers[role] = try LinkVerifier(read)
        }
        var permitted: [String] = []
        for client in statement.roles.keys {
            for server in statement.roles.keys {
                for port in [6379, 8443] {
                    let mayEnter = try? verifiers[server]?.mayEnter(#require(ders[client]), port: port, now: now)
                    let mayReach = try? verifiers[client]?.mayReach(#require(ders[server]), role: server, port: port, now: now)
                    #expect((mayEnter != nil) == statement.permits(client: client, server: server, port: port))
                    #expect((mayReach != nil) == statement.permits(client: client, server: server, port: port))
                    if mayEnter != nil { permitted.append("\(client) \(server) \(port)") }
                }
            }
        }
        #expect(permitted.sorted() == ["web worker 8443", "worker database 6379"])
        let found = DeploymentError.message { _ = try verifiers["web"]?.mayReach(#require(ders["database"]), role: "worker", port: 8443, now: now) }
        #expect(found.contains("the server is database, and worker was to be reached"))
    }

    @Test func fuzzedCertificatesAndRequestsAreReadOrRefused() throws {
        let authority = try DeploymentAuthority(deployment: "shop", now: now)
        let request = try Works.request()
        let issued = try authority.issue(MemberKey(request: request), role: "web", of: Shop.statement(TestApprovers()), now: now)
        let der = try #require(certificateDER(issued.certificate))
        let requestDER = try PEMDocument(pemString: request).derBytes
        let verifier = try MemberVerifier(deployment: "shop", authority: authority.certificate)
        var generator = SeededGenerator(seed: 0x3E3B)
        let rounds = FuzzBudget.spend {
            let damaged = mutated(der, with: &generator)
            if damaged != der { #expect((try? verifier.identity(of: damaged, now: now)) == nil) }
            _ = try? MemberKey(request: PEMDocument(type: "CERTIFICATE REQUEST", derBytes: mutated(requestDER, with: &generator)).pemString)
            _ = certificateDER(String(decoding: mutated(Array(issued.certificate.utf8), with: &generator), as: UTF8.self))
            _ = try? MemberProof(
                json: mutated(Array(#"{"deployment":"shop","role":"web","nonce":"","certificate":"","evidence":{}}"#.utf8), with: &generator))
        }
        #expect(rounds > 0)
    }
}

@Suite struct WholeDeploymentTests {
    @Test(arguments: [QuoteFormat.sgx3, .tdx4]) func everyRoleWithItsProgramIsValid(_ format: QuoteFormat) throws {
        let works = try Works()
        defer { works.remove() }
        let report = try works.report(["web", "worker", "database"].map { try works.member($0, format: format) })
        #expect(report.isValid, "\(report)")
        #expect(report.members.allSatisfy { $0.isSimulated && $0.isValid } && report.rolesWithoutMember.isEmpty)
        #expect(report.insecureOptions == ["database", "web", "worker"].map { "\($0): insecure_allow_simulation" })
        #expect(try works.report([works.member("web")]).rolesWithoutMember == ["database", "worker"])
    }

    @Test func whoDoesNotFitIsNamedWithTheReason() throws {
        let works = try Works()
        defer { works.remove() }
        func reasons(_ proof: MemberProof) throws -> String {
            let report = try works.report([proof, works.member("web")])
            #expect(!report.isValid && !report.members[0].isValid && report.members[1].isValid)
            return report.members[0].reasons.joined(separator: "; ")
        }
        #expect(try reasons(works.member("worker", program: "a0")).contains("measurement must be b0b0"))
        #expect(try reasons(works.member("worker", boundTo: "web")).contains("the evidence is not of the key in its certificate"))
        #expect(try reasons(works.member("worker", nonce: "b3RoZXI=")).contains("or was made for another role, deployment or request"))
        #expect(try reasons(works.member("worker", certifiedAs: "web")).contains("its certificate is for web, and it says that it is worker"))
        let stranger = try DeploymentAuthority(deployment: "shop", now: Works.now)
        #expect(try reasons(works.member("worker", authority: stranger)).contains("not signed by the deployment's authority"))
        var scenario = Scenario()
        scenario.level = .outOfDate
        #expect(try reasons(works.member("worker", scenario: scenario)).contains("TCB status must be UpToDate; it is OutOfDate"))
        scenario = Scenario()
        scenario.isPCKRevoked = true
        #expect(try reasons(works.member("worker", scenario: scenario)).contains("revo"))
        // The key of one member with the certificate of another.
        var mixed = try works.member("worker")
        mixed.certificate = try works.member("worker").certificate
        #expect(try reasons(mixed).contains("the evidence is not of the key in its certificate"))
        mixed.role = "cook"
        #expect(try reasons(mixed).contains("the deployment has no role 'cook'"))
        mixed.deployment = "bank"
        #expect(try reasons(mixed).contains("it is a member of bank"))
    }

    @Test func simulationIsRefusedWhereTheApproversDidNotAllowIt() throws {
        for policy in [
            nil, "policy: 1\nrules: [{tcb: {statuses: [UpToDate]}}]",
            "policy: 1\nrules: [{insecure_allow_simulation: true, simulation_roots: [\(String(repeating: "0c", count: 32))]}]",
        ] {
            let works = try Works(policy: policy)
            defer { works.remove() }
            let report = try works.report([works.member("web")])
            #expect(!report.isValid, "\(policy ?? "none")")
            #expect(report.insecureOptions.isEmpty == (policy?.contains("insecure") != true))
        }
    }

    @Test func moreMembersThanPermittedAreSeen() throws {
        let works = try Works()
        defer { works.remove() }
        let report = try works.report([works.member("database"), works.member("database")])
        #expect(report.members.allSatisfy(\.isValid) && !report.isValid)
        #expect(report.reasons == ["2 members show that they are database, and at most 1 are permitted"])
    }

    @Test func withoutAnAuthorizedCertificateNothingIsValid() throws {
        var works = try Works()
        defer { works.remove() }
        let proof = try works.member("web")
        works.chain.entries.removeLast()
        let report = try works.report([proof])
        #expect(report.reasons == ["the approvers have named no certificate for this deployment yet"])
        #expect(!report.isValid)
    }

    /// A broker is lost with its key: two approvers name the new certificate. What the old key signs counts no more, and everybody who
    /// knew the chain can follow it to the new one.
    @Test func aLostAuthorityIsReplacedByTheApproversAlone() throws {
        var works = try Works()
        defer { works.remove() }
        let before = works.chain
        let old = try works.member("web")
        let new = try DeploymentAuthority(deployment: "shop", now: Works.now)
        let alone = try Shop.authorized(before, new, works.approvers, by: ["eve"])
        #expect(DeploymentError.message { _ = try DeploymentHistory(alone) }.contains("the certificate of shop needs the approval of 2"))
        works.chain = try Shop.authorized(before, new, works.approvers, by: ["ann", "eve"])
        #expect(try DeploymentHistory(works.chain).authority == new.certificate)
        #expect(throws: Never.self) { try DeploymentTrust(known: before).check(works.chain, DeploymentHistory(works.chain)) }
        let report = try works.report([old, works.member("web", authority: new)])
        #expect(report.members.map(\.isValid) == [false, true])
        #expect(report.members[0].reasons.contains { $0.contains("not signed by the deployment's authority") })
    }
}
