// SPDX-License-Identifier: Apache-2.0
// The roots at which a chain may end. Those of the vendors are part of the program; simulated ones must be named by the caller.

internal import Foundation

/// Where trust begins.
public struct TrustedRoots: Sendable {
    enum Vendor: Sendable { case intel, amd }

    struct Root: Sendable {
        let certificate: X509Certificate
        /// nil: a simulated root, which may stand for either vendor.
        let vendor: Vendor?

        var isSimulated: Bool { vendor == nil }
    }

    let roots: [Root]
    /// AMD's signing keys below its roots, so that the certificate of a chip is enough.
    let intermediates: [X509Certificate]
    /// CoCo's `sample` evidence, which nobody signs, counts as simulated instead of being refused.
    let acceptsUnsignedSample: Bool

    /// The words that the subject of a simulated root must contain.
    public static let simulationMark = "Cloister simulation"

    /// Intel's and AMD's roots, nothing else.
    public static let production = TrustedRoots(roots: VendorRoots.roots, intermediates: VendorRoots.intermediates, acceptsUnsignedSample: false)

    /// The vendors' roots, and these simulated ones (DER). Throws when one is no certificate or its name could be mistaken for a vendor's.
    public init(simulated: [[UInt8]], acceptsUnsignedSample: Bool = false) throws(TrustedRootError) {
        var roots = VendorRoots.roots
        for der in simulated {
            let certificate: X509Certificate
            do { certificate = try X509Certificate(der: der) } catch {
                throw TrustedRootError(message: "the simulated root cannot be read: \(error)")
            }
            guard certificate.subjectText.contains(Self.simulationMark) else {
                throw TrustedRootError(
                    message: "a simulated root must have \"\(Self.simulationMark)\" in its subject; this one is \(certificate.subjectText)")
            }
            roots.append(Root(certificate: certificate, vendor: nil))
        }
        self.init(roots: roots, intermediates: VendorRoots.intermediates, acceptsUnsignedSample: acceptsUnsignedSample)
    }

    init(roots: [Root], intermediates: [X509Certificate], acceptsUnsignedSample: Bool) {
        self.roots = roots
        self.intermediates = intermediates
        self.acceptsUnsignedSample = acceptsUnsignedSample
    }

    var hasSimulated: Bool { roots.contains { $0.isSimulated } }
}

/// A root that cannot be used.
public struct TrustedRootError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public var description: String { message }
}
