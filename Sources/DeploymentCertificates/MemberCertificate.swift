// SPDX-License-Identifier: Apache-2.0
// Who a certificate says somebody is, once it was checked up to the deployment's one certificate; and whether the two may talk.

package import Deployment
import Foundation
import SwiftASN1
import X509

package struct MemberIdentity: Sendable, Equatable, Codable {
    package var deployment: String
    package var role: String
    /// SHA-256 of the key.
    package var key: String
    /// Unix seconds.
    package var expires: Int64
}

/// Checks certificates of one deployment under one authority; cheap to keep for many connections.
package struct MemberVerifier: Sendable {
    package let deployment: String
    private let authority: Certificate

    /// `authority`: DER of the certificate that the approvers named.
    package init(deployment: String, authority der: [UInt8]) throws(DeploymentError) {
        guard let certificate = try? Certificate(derEncoded: der),
            case .isCertificateAuthority? = try? certificate.extensions.basicConstraints,
            certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
        else { throw DeploymentError(.certificate, "the deployment's certificate is no authority's, or not signed with its own key") }
        guard Self.uris(certificate) == ["cloister://deployment/\(deployment)"] else {
            throw DeploymentError(.certificate, "the authority's certificate is not of the deployment \(deployment)")
        }
        self.deployment = deployment
        authority = certificate
    }

    /// The member that presents `der` (the leaf), as of `now` (Unix seconds).
    package func identity(of der: [UInt8], now: Int64) throws(DeploymentError) -> MemberIdentity {
        func refuse(_ reason: String) -> DeploymentError { DeploymentError(.certificate, reason) }
        guard der.count <= MemberKey.sizeLimit, let leaf = try? Certificate(derEncoded: der) else {
            throw refuse("the member's certificate cannot be read")
        }
        guard leaf.issuer == authority.subject, authority.publicKey.isValidSignature(leaf.signature, for: leaf) else {
            throw refuse("the member's certificate is not signed by the deployment's authority")
        }
        let time = Date(timeIntervalSince1970: TimeInterval(now))
        for (name, one) in [("member", leaf), ("authority", authority)] {
            if time < one.notValidBefore { throw refuse("the \(name)'s certificate is not valid yet") }
            if time > one.notValidAfter { throw refuse("the \(name)'s certificate has expired") }
        }
        if case .isCertificateAuthority? = try? leaf.extensions.basicConstraints { throw refuse("the member's certificate is an authority's") }
        let prefix = DeploymentStatement.uri(deployment: deployment, role: "")
        let uris = Self.uris(leaf)
        guard uris.count == 1, let uri = uris.first, uri.hasPrefix(prefix), DeploymentStatement.isName(String(uri.dropFirst(prefix.count))) else {
            throw refuse("the member's certificate names no role of the deployment \(deployment)")
        }
        return MemberIdentity(
            deployment: deployment, role: String(uri.dropFirst(prefix.count)), key: try MemberKey(leaf.publicKey).fingerprint,
            expires: Int64(leaf.notValidAfter.timeIntervalSince1970))
    }

    private static func uris(_ certificate: Certificate) -> [String] {
        guard let names = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } }
    }
}

/// What a member that wraps its connections asks: may this peer come in, is that the one I wanted to reach. It needs no more than the
/// membership that came with the member's own certificate.
package struct LinkVerifier: Sendable {
    private let membership: Membership
    private let members: MemberVerifier

    package init(_ membership: Membership) throws(DeploymentError) {
        guard let der = certificateDER(membership.authority) else { throw DeploymentError(.certificate, "the membership has no authority") }
        self.membership = membership
        members = try MemberVerifier(deployment: membership.deployment, authority: der)
    }

    /// A client that presents `certificate` (DER) wants to use this member's `port`.
    package func mayEnter(_ certificate: [UInt8], port: Int, now: Int64) throws(DeploymentError) -> MemberIdentity {
        let peer = try members.identity(of: certificate, now: now)
        guard membership.accepts.contains(where: { $0.role == peer.role && $0.port == port }) else {
            throw DeploymentError(.certificate, "no link of \(membership.deployment) lets \(peer.role) into port \(port) of \(membership.role)")
        }
        return peer
    }

    /// A server that presents `certificate` (DER) is the `role` that was to be reached at `port`.
    package func mayReach(_ certificate: [UInt8], role: String, port: Int, now: Int64) throws(DeploymentError) -> MemberIdentity {
        let peer = try members.identity(of: certificate, now: now)
        guard peer.role == role else { throw DeploymentError(.certificate, "the server is \(peer.role), and \(role) was to be reached") }
        guard membership.reaches.contains(where: { $0.role == role && $0.port == port }) else {
            throw DeploymentError(.certificate, "no link of \(membership.deployment) lets \(membership.role) go to port \(port) of \(role)")
        }
        return peer
    }
}
