// SPDX-License-Identifier: Apache-2.0
// The SGX extension of a PCK certificate (1.2.840.113741.1.13.1): what platform the key belongs to.

internal import SwiftASN1

struct PCKExtension: Sendable {
    static let identifier: ASN1ObjectIdentifier = [1, 2, 840, 113741, 1, 13, 1]

    let fmspc: ArraySlice<UInt8>
    let pceID: ArraySlice<UInt8>
    let ppid: ArraySlice<UInt8>
    /// Sixteen SVNs of components.
    let components: [UInt8]
    let pceSVN: Int
    let cpuSVN: ArraySlice<UInt8>
    let platformInstanceID: ArraySlice<UInt8>?

    init(_ value: ArraySlice<UInt8>) throws {
        var fmspc: ArraySlice<UInt8>?, pceID: ArraySlice<UInt8>?, ppid: ArraySlice<UInt8>?, cpuSVN: ArraySlice<UInt8>?
        var instance: ArraySlice<UInt8>?
        var components = [Int?](repeating: nil, count: 16)
        var pceSVN: Int?

        var list = try children(of: try DER.parse(value), "SGX extension")
        while let entry = list.next() {
            var parts = try children(of: entry, "SGX extension")
            guard let tag = Self.suffix(of: try next(&parts, "SGX extension"), after: Self.prefix).first else { continue }
            let content = try next(&parts, "SGX extension")
            switch tag {
            case 1: ppid = try primitive(content, "PPID")
            case 2:
                var svns = try children(of: content, "TCB")
                while let svn = svns.next() {
                    var pair = try children(of: svn, "TCB")
                    let tags = Self.suffix(of: try next(&pair, "TCB"), after: Self.prefix)
                    let field = try next(&pair, "TCB")
                    guard tags.count == 2, tags.first == 2, let index = tags.last.map(Int.init) else { continue }
                    switch index {
                    case 1...16: components[index - 1] = try Int(derEncoded: field)
                    case 17: pceSVN = try Int(derEncoded: field)
                    case 18: cpuSVN = try primitive(field, "CPUSVN")
                    default: break
                    }
                }
            case 3: pceID = try primitive(content, "PCEID")
            case 4: fmspc = try primitive(content, "FMSPC")
            case 6: instance = try primitive(content, "platform instance")
            default: break
            }
        }
        guard let fmspc, fmspc.count == 6, let pceID, pceID.count == 2, let ppid, let cpuSVN, cpuSVN.count == 16, let pceSVN,
            (0...0xFFFF).contains(pceSVN)
        else { throw Malformed("SGX extension", "FMSPC, PCEID, PPID, CPUSVN or PCESVN is missing or of a wrong size") }
        self.components = try components.map { value in
            guard let value, let byte = UInt8(exactly: value) else { throw Malformed("SGX extension", "a TCB component is missing or too large") }
            return byte
        }
        (self.fmspc, self.pceID, self.ppid, self.cpuSVN, self.pceSVN) = (fmspc, pceID, ppid, cpuSVN, pceSVN)
        platformInstanceID = instance
    }

    /// 1.2.840.113741.1.13.1 as its content bytes: comparing these is cheaper than building numbers.
    private static let prefix: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF8, 0x4D, 0x01, 0x0D, 0x01]

    private static func suffix(of node: ASN1Node, after prefix: [UInt8]) -> ArraySlice<UInt8> {
        guard node.identifier == .objectIdentifier, case .primitive(let bytes) = node.content, bytes.starts(with: prefix) else { return [] }
        return bytes.dropFirst(prefix.count)
    }
}
