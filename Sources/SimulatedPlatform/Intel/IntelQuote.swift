// SPDX-License-Identifier: Apache-2.0
// Quotes in the layouts of Intel's DCAP: SGX version 3, TDX versions 4 and 5.
internal import Crypto
internal import Foundation

/// Which quote to make.
package enum QuoteFormat: String, CaseIterable, Sendable {
    /// SGX, version 3.
    case sgx3
    /// TDX, version 4 with a TD 1.0 body.
    case tdx4
    /// TDX, version 5 with a TD 1.0 body.
    case tdx5
    /// TDX, version 5 with a TD 1.5 body.
    case tdx5Body15

    var isTDX: Bool { self != .sgx3 }
    var version: UInt16 { self == .sgx3 ? 3 : self == .tdx4 ? 4 : 5 }
}

struct IntelQuote {
    let format: QuoteFormat
    let statement: EnclaveStatement
    let scenario: Scenario
    let tcb: PlatformTCB
    let keys: IntelKeys
    /// Leaf, platform CA, root.
    let chain: [[UInt8]]

    private static let vendor: [UInt8] = [
        0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07,
    ]

    func encoded() throws(PlatformError) -> [UInt8] {
        let signed = header + body
        var authentication = try attestationSignature(signed)
        if format == .sgx3 {
            authentication += try quotingEnclavePart()
        } else {
            // Certification data of type 6 holds the quoting enclave's report and the rest.
            let part = try quotingEnclavePart()
            authentication.append(littleEndian: UInt16(6))
            authentication.append(littleEndian: UInt32(part.count))
            authentication += part
        }
        var quote = signed
        quote.append(littleEndian: UInt32(authentication.count))
        return quote + authentication
    }

    private var header: [UInt8] {
        var header = [UInt8](repeating: 0, count: 48)
        header.put(littleEndian: format.version, at: 0)
        header.put(littleEndian: UInt16(scenario.attestationKey == .p256 ? 2 : 3), at: 2)
        header.put(littleEndian: UInt32(format.isTDX ? 0x81 : 0), at: 4)
        if format == .sgx3 {
            header.put(littleEndian: tcb.quotingEnclaveSVN, at: 8)
            header.put(littleEndian: tcb.pceSVN, at: 10)
        }
        header.put(Self.vendor, at: 12)
        header.put(keys.identity.number("platform instance", count: 16), at: 28)
        return header
    }

    /// The report body, in version 5 after its type and size.
    private var body: [UInt8] {
        let size = format == .tdx5Body15 ? TDReportBody.size15 : TDReportBody.size10
        let body = format == .sgx3 ? SGXReportBody.make(statement, tcb) : TDReportBody.make(statement, tcb, size: size)
        guard format.version == 5 else { return body }
        var described: [UInt8] = []
        described.append(littleEndian: UInt16(format == .tdx5Body15 ? 3 : 2))
        described.append(littleEndian: UInt32(body.count))
        return described + body
    }

    private var attestationKey: [UInt8] {
        switch scenario.attestationKey {
        case .p256: Array(keys.attestation.publicKey.rawRepresentation)
        case .p384: Array(keys.attestation384.publicKey.rawRepresentation)
        }
    }

    private func attestationSignature(_ signed: [UInt8]) throws(PlatformError) -> [UInt8] {
        switch scenario.attestationKey {
        case .p256: return try IntelKeys.signature(keys.attestation, signed) + attestationKey
        case .p384:
            do { return Array(try keys.attestation384.signature(for: signed).rawRepresentation) + attestationKey } catch {
                throw PlatformError(.internalFailure, "a signature could not be made")
            }
        }
    }

    private func quotingEnclavePart() throws(PlatformError) -> [UInt8] {
        let authentication = [UInt8](0..<32)
        let report = QuotingEnclave.report(
            tcb, isTDX: format.isTDX, binding: Array(SHA256.hash(data: attestationKey + authentication)))
        let certificates = Array(PEM.chain(chain).utf8)
        var part = report + (try IntelKeys.signature(keys.pck, report))
        part.append(littleEndian: UInt16(authentication.count))
        part += authentication
        part.append(littleEndian: UInt16(5))
        part.append(littleEndian: UInt32(certificates.count))
        return part + certificates
    }
}

/// The enclave that signs quotes, as its identity states it.
enum QuotingEnclave {
    static let miscSelect: UInt32 = 0
    /// INITTED, MODE64BIT, PROVISION_KEY.
    static let flags: UInt64 = 0x15
    static let signer = Array(SHA256.hash(data: Array("Cloister simulation, quoting enclave".utf8)))
    static func productID(isTDX: Bool) -> UInt16 { isTDX ? 2 : 1 }

    static func report(_ tcb: PlatformTCB, isTDX: Bool, binding: [UInt8]) -> [UInt8] {
        var report = [UInt8](repeating: 0, count: SGXReportBody.size)
        report.put(tcb.cpuSVN, at: 0)
        report.put(littleEndian: miscSelect, at: 16)
        report.put(littleEndian: flags, at: 48)
        report.put(littleEndian: UInt64(0xE7), at: 56)
        report.put(SHA256.hash(data: Array("Cloister simulation, code of the quoting enclave".utf8)).map { $0 }, at: 64)
        report.put(signer, at: 128)
        report.put(littleEndian: productID(isTDX: isTDX), at: 256)
        report.put(littleEndian: tcb.quotingEnclaveSVN, at: 258)
        report.put(binding, at: 320)
        return report
    }
}
