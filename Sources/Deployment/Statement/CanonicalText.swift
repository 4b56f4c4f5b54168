// SPDX-License-Identifier: Apache-2.0
// One text for each statement: RFC 8785, and no member that is not known, since it could be a rule that would not be kept.

import Crypto
import Encodings
import Foundation
import KeyBrokerProtocol

package enum CanonicalText {
    package static func encode(_ value: some Encodable) throws(DeploymentError) -> [UInt8] {
        do {
            let json = try JSONValue(json: try JSONEncoder().encode(value))
            return Array(try CanonicalJSON.text(of: json).utf8)
        } catch {
            throw DeploymentError(.format, "it has no canonical text")
        }
    }

    package static func decode<Value: Codable>(_ bytes: [UInt8], as type: Value.Type, _ what: String) throws(DeploymentError) -> Value {
        let value: Value
        do {
            value = try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw DeploymentError(.format, "\(what) lacks the member '\(key.stringValue)'")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw DeploymentError(.format, "\(what): the member '\(context.codingPath.last?.stringValue ?? "")' has the wrong type")
        } catch {
            throw DeploymentError(.format, "\(what) is not JSON")
        }
        guard try encode(value) == bytes else {
            throw DeploymentError(.format, "\(what) is not in its canonical form, or has members that are not known here")
        }
        return value
    }

    package static func digest(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }
}
