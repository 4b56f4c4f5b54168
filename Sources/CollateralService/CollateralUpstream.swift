// SPDX-License-Identifier: Apache-2.0
// Where collateral comes from when it is not stored: the vendors, or another cache.

/// Fetches one document; throws `UpstreamError`.
public protocol CollateralUpstream: Sendable {
    func fetch(_ resource: CollateralResource) async throws -> CollateralDocument
}

public struct UpstreamError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The vendor has no such thing: asking again does not help.
        case notFound
        /// No answer, or one that cannot be used.
        case unavailable
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// A machine without a network.
public struct NoUpstream: CollateralUpstream {
    public init() {}

    public func fetch(_ resource: CollateralResource) async throws -> CollateralDocument {
        throw UpstreamError(.unavailable, "\(resource.path) is not stored, and this cache has no upstream")
    }
}
