// SPDX-License-Identifier: Apache-2.0
// One round of the key-broker protocol: challenge, evidence bound to nonce and key, then the secrets, sealed to that key.
import BootSecrets
import FoundationEssentials
import KeyBrokerProtocol
import NIOHTTP1

struct KeyBrokerRound {
    let connection: BrokerConnection
    let broker: BrokerAddress
    /// Evidence that carries these 64 bytes.
    let evidence: (_ reportData: [UInt8]) throws(AgentFailure) -> Evidence

    /// All secrets, or none.
    func fetch(_ resources: [ResourcePath]) throws(AgentFailure) -> [ResourcePath: [UInt8]] {
        let key = OpeningKey()
        let session = try attest(key).session
        var secrets: [ResourcePath: [UInt8]] = [:]
        do {
            for resource in resources { secrets[resource] = try release(resource, session, key) }
        } catch {
            for resource in resources { secrets[resource]?.wipe() }
            throw error
        }
        return secrets
    }

    /// What the broker says of this enclave, and the key that it says it of.
    func token() throws(AgentFailure) -> (token: String, key: OpeningKey) {
        let key = OpeningKey()
        return (try attest(key).token, key)
    }

    private func attest(_ key: OpeningKey) throws(AgentFailure) -> (session: String, token: String) {
        let request = AuthenticationRequest(tee: .sgx, hashes: BindingHash.allCases)
        let answer = try exchange(.POST, "/kbs/v0/auth", body: Self.encode(request))
        let challenge: Challenge
        do { challenge = try Challenge(JSONValue(json: answer.body)) } catch { throw malformed("an answer is not of the protocol") }
        guard let hash = challenge.hash else { throw malformed("it chose a hash that was not offered") }
        let session = answer.cookies.lazy.compactMap { $0.split(separator: ";").first }.first { $0.hasPrefix("kbs-session-id=") }
        guard let session else { throw malformed("it began no session") }

        let runtimeData = RuntimeData(nonce: challenge.nonce, teePublicKey: key.publicKey)
        let digest = runtimeData.digest(additionalEvidence: "", hash: hash)
        let evidence = try evidence(RuntimeData.reportData(of: digest))
        let bundle = Data(try Self.encode(evidence.bundle)).base64EncodedString()
        let attestation = AttestationRequest(
            initData: nil, runtimeData: runtimeData, evidence: .init(primary: ["quote": .string(bundle)], additional: ""))
        let attested = try exchange(
            .POST, "/kbs/v0/attest", cookie: String(session), body: Self.encode(attestation), "does not accept this enclave")
        return (String(session), try decode(AttestationResponse.self, attested.body).token)
    }

    private func release(_ resource: ResourcePath, _ session: String, _ key: OpeningKey) throws(AgentFailure) -> [UInt8] {
        let answer = try exchange(.GET, "/kbs/v0/resource/\(resource)", cookie: session, "does not release \(resource)")
        let sealed = try decode(SealedResource.self, answer.body)
        do { return try sealed.open(with: key) } catch { throw malformed("the secret \(resource) is not sealed to this enclave") }
    }

    // MARK: - Answers

    private func exchange(
        _ method: HTTPMethod, _ path: String, cookie: String? = nil, body: [UInt8]? = nil, _ refusal: String = "refuses"
    ) throws(AgentFailure) -> BrokerResponse {
        let answer = try connection.send(method, path, cookie: cookie, body: body)
        if answer.status == 200 { return answer }
        let reason = (try? JSONDecoder().decode(ProblemDetails.self, from: Data(answer.body)))?.detail ?? "it gives no reason"
        let message = "the broker \(broker) \(refusal) (\(answer.status)): \(reason)"
        if answer.status >= 500 || answer.status == 429 {
            throw AgentFailure(.unavailable, message, next: "cloister broker status and the broker's log say more", mayPass: true)
        }
        let next =
            switch answer.status {
            case 401: "compare what cloister attest and cloister verify say with what the broker is set up to accept"
            case 403: "whoever owns the secret can change that with cloister broker policy set"
            case 404: "store it with cloister broker secret put"
            default: "see docs/broker.md"
            }
        throw AgentFailure(.refused, message, next: next, answer: answer.status)
    }

    private static func encode(_ message: some Encodable) throws(AgentFailure) -> [UInt8] {
        do { return Array(try JSONEncoder().encode(message)) } catch {
            throw AgentFailure(.badData, "a request cannot be written", next: "report it")
        }
    }

    private func decode<Message: Decodable>(_ type: Message.Type, _ body: [UInt8]) throws(AgentFailure) -> Message {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch { throw malformed("an answer is not of the protocol") }
    }

    private func malformed(_ what: String) -> AgentFailure {
        AgentFailure(.badData, "the broker \(broker) does not keep to the protocol: \(what)", next: "check that a key broker (0.4.0) listens there")
    }
}

struct Evidence {
    var quote: [UInt8]
    /// What a verifier needs besides, as the platform has it; empty where verifiers fetch it from the vendor.
    var collateral: [UInt8]
    /// What the enclave was started with, which the quote is bound to.
    var launch: [UInt8]

    /// As `cloister attest` writes it: a collection of conceptual messages, of which only `evidence` is signed.
    var bundle: JSONValue {
        var messages: [String: JSONValue] = [
            "__cmwc_t": "tag:cloister,2026:evidence", "evidence": Self.message("application/octet-stream", quote, kind: 4),
        ]
        if !collateral.isEmpty { messages["collateral"] = Self.message("application/json", collateral, kind: 2) }
        // As cloister attest does: a longer one is bound and not sent.
        if !launch.isEmpty, launch.count <= 32 << 10 { messages["launch"] = Self.message("application/json", launch, kind: 4) }
        return .object(messages)
    }

    private static func message(_ type: String, _ bytes: [UInt8], kind: Double) -> JSONValue {
        [.string(type), .string(Base64URL.encode(bytes)), .number(kind)]
    }
}

extension [UInt8] {
    mutating func wipe() {
        for index in indices { self[index] = 0 }
    }
}
