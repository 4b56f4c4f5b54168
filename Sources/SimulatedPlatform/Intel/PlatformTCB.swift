// SPDX-License-Identifier: Apache-2.0
// The versions of the simulated machine's parts, and Intel's certificate extension that states them.

/// What the machine runs.
struct PlatformTCB: Equatable, Sendable {
    /// SGX components, 16.
    var components: [UInt8] = [2, 2, 2, 2, 3, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0]
    var pceSVN: UInt16 = 11
    /// TDX components as in a quote's TEE_TCB_SVN: the module's version (1) lies second.
    var tdxComponents: [UInt8] = [5, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    /// As TEE_TCB_SVN_2 states it: what is loaded now, while an older one measured the domain.
    var loadedTDXComponents: [UInt8] = [5, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    var quotingEnclaveSVN: UInt16 = 8

    /// One family of machines for all simulations: which machine it is, its keys say.
    static let fmspc: [UInt8] = [0xC1, 0x01, 0x57, 0xE5, 0x00, 0x00]
    static let pceID: [UInt8] = [0, 0]

    var cpuSVN: [UInt8] { components }
}

enum SGXExtension {
    private static let base: [UInt] = [1, 2, 840, 113741, 1, 13, 1]

    static func make(_ tcb: PlatformTCB, _ identity: MachineIdentity) -> CertificateExtension {
        var parts = tcb.components.enumerated().map { entry([2, UInt($0.offset) + 1], .integer(Int($0.element))) }
        parts.append(entry([2, 17], .integer(Int(tcb.pceSVN))))
        parts.append(entry([2, 18], .octets(tcb.cpuSVN)))
        let configuration = [
            entry([7, 1], .boolean(true)), entry([7, 2], .boolean(true)), entry([7, 3], .boolean(true)),
        ]
        return CertificateExtension(
            oid: base,
            value: .sequence([
                entry([1], .octets(identity.number("PPID", count: 16))), entry([2], .sequence(parts)),
                entry([3], .octets(PlatformTCB.pceID)), entry([4], .octets(PlatformTCB.fmspc)), entry([5], .enumerated(1)),
                entry([6], .octets(identity.number("platform instance", count: 16))), entry([7], .sequence(configuration)),
            ]))
    }

    private static func entry(_ suffix: [UInt], _ value: DERNode) -> DERNode { .sequence([.oid(base + suffix), value]) }
}
