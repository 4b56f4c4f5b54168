// SPDX-License-Identifier: Apache-2.0

/// Why a connection is not, or no longer, an attested one. The message is for people; it never holds a secret.
public struct AttestedTLSError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// TLS itself: another protocol, an alert, a damaged record.
        case tls
        /// What came inside the connection is not this protocol.
        case exchange
        /// The peer's certificate.
        case certificate
        /// This side cannot prove what it is.
        case evidence
        /// The peer's evidence is not what the policy asks for.
        case refused
        /// The peer does not accept this side's evidence.
        case refusedByPeer
        case timeout
        /// The network ended where the peer had not said that it was done.
        case truncated
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(code.rawValue): \(message)" }
}
