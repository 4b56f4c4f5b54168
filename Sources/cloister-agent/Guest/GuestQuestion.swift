// SPDX-License-Identifier: Apache-2.0
// What programs ask the guest API, which has the paths of CoCo's api-server-rest (its openapi/api.json), so that containers made for
// it find here what they expect.
import KeyBrokerProtocol
import NIOHTTP1

enum GuestQuestion: Equatable {
    /// GET /cdh/resource/REPOSITORY/TYPE/TAG
    case resource(ResourcePath)
    /// GET /aa/token?token_type=kbs
    case token
    /// GET /aa/evidence?runtime_data=...[&encoding=base64]; 64 bytes, what was given filled up with zeros.
    case evidence(reportData: [UInt8])
    /// GET /info
    case info

    static let reportDataSize = 64

    init(_ method: HTTPMethod, _ target: String) throws(GuestRefusal) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0]
        let words = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let query = try Self.query(parts.count > 1 ? parts[1] : "")
        switch Array(words) {
        case ["info"]: self = .info
        case ["aa", "token"]:
            guard query["token_type"] == Array("kbs".utf8) else { throw GuestRefusal(.badRequest, "token_type must be kbs") }
            self = .token
        case ["aa", "evidence"]: self = .evidence(reportData: try Self.reportData(query))
        case ["aa", "aael"]: throw GuestRefusal(.notImplemented, "no platform here has registers that a program could extend while it runs")
        case let words where words.count == 5 && words.starts(with: ["cdh", "resource"]):
            guard let resource = ResourcePath(words.dropFirst(2).joined(separator: "/")) else {
                throw GuestRefusal(.badRequest, "a resource is named repository/type/tag")
            }
            self = .resource(resource)
        default: throw GuestRefusal(.notFound, "there are /cdh/resource/REPOSITORY/TYPE/TAG, /aa/token, /aa/evidence and /info")
        }
        guard method == .GET else { throw GuestRefusal(.methodNotAllowed, "only GET is served") }
    }

    private static func reportData(_ query: [String: [UInt8]]) throws(GuestRefusal) -> [UInt8] {
        guard let given = query["runtime_data"] else { throw GuestRefusal(.badRequest, "runtime_data is missing") }
        var bytes = given
        if let encoding = query["encoding"] {
            guard encoding == Array("base64".utf8) else { throw GuestRefusal(.badRequest, "encoding must be base64") }
            guard let decoded = Base64URL.decode(String(decoding: given, as: UTF8.self)) else {
                throw GuestRefusal(.badRequest, "runtime_data is not base64 with - and _, without padding")
            }
            bytes = decoded
        }
        guard bytes.count <= reportDataSize else { throw GuestRefusal(.badRequest, "runtime_data has more than \(reportDataSize) bytes") }
        return bytes + [UInt8](repeating: 0, count: reportDataSize - bytes.count)
    }

    private static func query(_ text: Substring) throws(GuestRefusal) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for pair in text.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(sides[0]), let value = percentDecoded(sides.count > 1 ? sides[1] : "") else {
                throw GuestRefusal(.badRequest, "the query is not percent-encoded")
            }
            guard values.updateValue(value, forKey: String(decoding: name, as: UTF8.self)) == nil else {
                throw GuestRefusal(.badRequest, "the query says something twice")
            }
        }
        return values
    }

    private static func percentDecoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte == 0x2B ? 0x20 : byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), digits.first != 0x2B else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

/// One line for the program that asked.
struct GuestRefusal: Error, Equatable {
    var status: HTTPResponseStatus
    var reason: String

    init(_ status: HTTPResponseStatus, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    /// What went wrong on the way to the broker or the platform.
    init(_ failure: AgentFailure) {
        let status: HTTPResponseStatus =
            switch (failure.code, failure.answer) {
            case (.refused, 404?): .notFound
            case (.refused, _?): .forbidden
            case (.unavailable, _): .serviceUnavailable
            default: .badGateway
            }
        self.init(status, AgentFailure.printable("\(failure.message); \(failure.next)"))
    }
}
