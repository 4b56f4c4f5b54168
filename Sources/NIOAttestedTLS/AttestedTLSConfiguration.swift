// SPDX-License-Identifier: Apache-2.0
public import AttestedTLS
public import NIOCore
public import NIOPosix

/// How a channel proves what it is, and what it wants of its peer.
public struct AttestedTLSConfiguration: Sendable {
    public enum Peer: Sendable {
        /// Its evidence must be of this connection, hold, and be what the policy asks for.
        case verified(PeerVerifier)
        /// Anybody, in an enclave or not. The connection is encrypted, and nothing is known of who reads it.
        case insecureAnyone
    }

    public var role: TLSRole
    public var identities: IdentityKeeper
    public var peer: Peer
    /// From the connection's beginning to its establishment, the platform's answer included.
    public var handshakeTimeout = TimeAmount.seconds(30)
    /// Where evidence is asked for and verified: both take longer than an event loop should be kept.
    public var threadPool = NIOThreadPool.singleton

    public init(role: TLSRole, identities: IdentityKeeper, peer: Peer) {
        self.role = role
        self.identities = identities
        self.peer = peer
    }
}

/// An outbound event: the close that follows says nothing to the peer, which sees a cut connection.
public struct AttestedTLSAbort: Sendable {
    public init() {}
}

/// Told to the handlers behind when the connection is established; nothing comes to them before.
public struct AttestedTLSEstablished: Sendable {
    /// What was verified of the peer; nil where nothing was asked.
    public let peer: PeerFacts?
}
