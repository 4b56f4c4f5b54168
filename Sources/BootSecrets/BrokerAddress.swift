// SPDX-License-Identifier: Apache-2.0

/// Where a broker is: https, a host, a port; nothing else can be said, since the paths are the protocol's.
package struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package static let form = "https://HOST or https://HOST:PORT"

    /// nil unless `text` is of that form; a final slash is accepted. An IPv6 address stands in brackets.
    package init?(_ text: String) {
        let scheme = "https://"
        guard text.hasPrefix(scheme) else { return nil }
        var rest = text.dropFirst(scheme.count)
        if rest.last == "/" { rest = rest.dropLast() }
        let name: Substring
        let after: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            name = rest[rest.index(after: rest.startIndex)..<end]
            after = rest[rest.index(after: end)...]
            guard name.utf8.contains(0x3A), name.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }) else { return nil }
        } else {
            let colon = rest.firstIndex(of: ":") ?? rest.endIndex
            name = rest[..<colon]
            after = rest[colon...]
            guard name.utf8.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }) else { return nil }
        }
        guard (1...253).contains(name.utf8.count) else { return nil }
        guard let port = Self.port(after) else { return nil }
        host = String(name)
        self.port = port
    }

    /// Where an enclave finds itself, and not the host.
    package var isLoopback: Bool { host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.utf8.allSatisfy { $0 < 0x3A }) }

    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 443 ? "https://\(name)" : "https://\(name):\(port)"
    }

    private static func port(_ text: Substring) -> Int? {
        if text.isEmpty { return 443 }
        let digits = text.dropFirst()
        guard text.first == ":", !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        return port
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
