// SPDX-License-Identifier: Apache-2.0
// The layout of ECDSA quotes: header, body, signature data. Versions 3 (SGX), 4 and 5 (SGX and TDX).

/// The fixed front of a quote.
struct QuoteHeader: Sendable {
    static let size = 48
    static let intelVendor: [UInt8] = [
        0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07,
    ]
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var version: Int { Int(bytes.uint16(at: 0)) }
    var keyType: Int { Int(bytes.uint16(at: 2)) }
    var teeType: UInt32 { bytes.uint32(at: 4) }
    /// Version 3 only.
    var qeSVN: Int? { version == 3 ? Int(bytes.uint16(at: 8)) : nil }
    var vendor: ArraySlice<UInt8> { bytes.part(12, 16) }
    var isTDX: Bool { teeType == 0x81 }
}

enum QuoteBody: Sendable {
    case sgx(SGXReportBody)
    case tdx(TDReportBody)

    func claims(version: Int) -> Claims {
        switch self {
        case .sgx(let body): body.claims(version: version)
        case .tdx(let body): body.claims(version: version)
        }
    }
}

/// Header and body, which the signature covers, and the signature data behind them, not yet read.
struct Quote: Sendable {
    let header: QuoteHeader
    let body: QuoteBody
    let signed: ArraySlice<UInt8>
    let rest: ArraySlice<UInt8>

    /// The problem is the check that fails, so that a newer quote is not called damaged.
    init(_ bytes: [UInt8]) throws(PathProblem) {
        do {
            var reader = ByteReader(bytes)
            header = QuoteHeader(try reader.take(QuoteHeader.size, "header"))
            let version = header.version
            guard (3...5).contains(version) else {
                throw PathProblem(.evidenceVersion, "header.version", "quotes of version \(version) are not known, only 3, 4 and 5")
            }
            guard header.keyType == 2 || header.keyType == 3 else {
                throw PathProblem(.attestationKeyType, "header.att_key_type", "attestation keys of type \(header.keyType) are not supported")
            }
            guard header.teeType == 0 || (header.isTDX && version > 3) else {
                throw PathProblem(.teeType, "header.tee_type", "version \(version) with TEE type \(header.teeType) is neither an SGX nor a TDX quote")
            }
            if version == 5 {
                let type = try reader.uint16("body type")
                let size = try reader.uint32("body size")
                body = try Self.body(type: type, size: size, isTDX: header.isTDX, from: &reader)
            } else if header.isTDX {
                body = .tdx(TDReportBody(try reader.take(TDReportBody.size10, "TD report")))
            } else {
                body = .sgx(SGXReportBody(try reader.take(SGXReportBody.size, "enclave report")))
            }
            rest = reader.rest
            signed = bytes[..<reader.rest.startIndex]
        } catch let problem as Malformed {
            throw PathProblem(.evidenceFormat, problem.field, problem.message)
        } catch let problem as PathProblem {
            throw problem
        } catch {
            throw PathProblem(.evidenceFormat, "quote", "it cannot be read")
        }
    }

    private static func body(type: UInt16, size: UInt32, isTDX: Bool, from reader: inout ByteReader) throws(Malformed) -> QuoteBody {
        let expected: Int? =
            switch type {
            case 1 where !isTDX: SGXReportBody.size
            case 2 where isTDX: TDReportBody.size10
            case 3 where isTDX: TDReportBody.size15
            default: nil
            }
        guard let expected, expected == Int(size) else {
            throw Malformed("body type", "body type \(type) of \(size) bytes does not fit the TEE type")
        }
        let bytes = try reader.take(expected, "body")
        return type == 1 ? .sgx(SGXReportBody(bytes)) : .tdx(TDReportBody(bytes))
    }
}

/// The signature data of an ECDSA quote.
struct QuoteSignature: Sendable {
    let signature: ArraySlice<UInt8>
    /// x and y, without a leading byte.
    let attestationKey: ArraySlice<UInt8>
    let qeReport: SGXReportBody
    let qeReportSignature: ArraySlice<UInt8>
    let qeAuthentication: ArraySlice<UInt8>
    let certificationType: Int
    let certification: ArraySlice<UInt8>

    /// Only the declared length counts: some platforms append zeros.
    init(_ quote: Quote) throws(Malformed) {
        let keyPart = quote.header.keyType == 3 ? 48 : 32
        var outer = ByteReader(quote.rest)
        var reader = ByteReader(try outer.counted32("signature data"))
        signature = try reader.take(2 * keyPart, "quote signature")
        attestationKey = try reader.take(2 * keyPart, "attestation key")
        if quote.header.version > 3 {
            let type = try reader.uint16("certification data type")
            guard type == 6 else { throw Malformed("certification data type", "type \(type) where 6 (QE report) is expected") }
            let inner = try reader.counted32("certification data")
            guard reader.rest.isEmpty else { throw Malformed("signature data", "\(reader.rest.count) bytes follow the certification data") }
            reader = ByteReader(inner)
        }
        qeReport = SGXReportBody(try reader.take(SGXReportBody.size, "QE report"))
        qeReportSignature = try reader.take(64, "QE report signature")
        qeAuthentication = try reader.take(Int(try reader.uint16("QE authentication data")), "QE authentication data")
        certificationType = Int(try reader.uint16("certification data type"))
        certification = try reader.counted32("certification data")
        guard reader.rest.isEmpty else { throw Malformed("signature data", "\(reader.rest.count) bytes follow the certification data") }
    }
}
