// SPDX-License-Identifier: Apache-2.0
// Messages that hold any JSON are read from a value that was read within limits, never by a general decoder, which tries several types
// for each value of theirs.

package protocol JSONMessage: Sendable {
    init(_ json: JSONValue) throws(MessageProblem)
}

/// Names the member, never its value, which may be secret.
package enum MessageProblem: Error, Equatable {
    case missing(String)
    case wrongType(String)
    case unsupported(String)

    func within(_ place: String) -> MessageProblem {
        switch self {
        case .missing(let name): .missing("\(place).\(name)")
        case .wrongType(let name): .wrongType("\(place).\(name)")
        case .unsupported(let name): .unsupported("\(place).\(name)")
        }
    }
}

extension JSONValue {
    func member(_ name: String) throws(MessageProblem) -> JSONValue {
        guard case .object(let members) = self else { throw .wrongType("") }
        guard let value = members[name] else { throw .missing(name) }
        return value
    }

    func text(_ name: String) throws(MessageProblem) -> String {
        guard let text = try member(name).text else { throw .wrongType(name) }
        return text
    }

    func message<Message: JSONMessage>(_ name: String, as type: Message.Type = Message.self) throws(MessageProblem) -> Message {
        let value = try member(name)
        guard case .object = value else { throw .wrongType(name) }
        do { return try Message(value) } catch { throw error.within(name) }
    }
}

extension AuthenticationRequest: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        version = try json.text("version")
        tee = try json.text("tee")
        let extra = json["extra-params"]
        extraParameters = extra == .null ? nil : extra
    }
}

extension AttestationRequest.InitData: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        self.init(format: try json.text("format"), body: try json.text("body"))
    }
}

extension AttestationRequest.Evidence: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        self.init(primary: try json.member("primary_evidence"), additional: try json.text("additional_evidence"))
    }
}

extension AttestationRequest: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        let initData = json["init-data"]
        self.init(
            initData: initData == nil || initData == .null ? nil : try json.message("init-data"), runtimeData: try json.message("runtime-data"),
            evidence: try json.message("tee-evidence"))
    }
}

extension RuntimeData: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        self.init(nonce: try json.text("nonce"), teePublicKey: try json.message("tee-pubkey"))
    }
}

extension TEEPublicKey: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        let algorithm = try json.text("alg")
        switch try json.text("kty") {
        case "EC":
            guard let curve = Curve(rawValue: try json.text("crv")) else { throw .unsupported("crv") }
            guard algorithm == Self.ellipticAlgorithm else { throw .unsupported("alg") }
            self = .elliptic(curve: curve, x: try json.text("x"), y: try json.text("y"))
        case "RSA":
            guard algorithm == Self.rsaAlgorithm else { throw .unsupported("alg") }
            self = .rsa(modulus: try json.text("n"), exponent: try json.text("e"))
        default: throw .unsupported("kty")
        }
    }
}

extension Challenge: JSONMessage {
    package init(_ json: JSONValue) throws(MessageProblem) {
        nonce = try json.text("nonce")
        extraParameters = try json.member("extra-params")
    }
}
