// SPDX-License-Identifier: Apache-2.0
// Packets between kernel and platform service: kind, number of the request, fields. Strict, as both sides treat the other as hostile.

extension PlatformRequest {
    private enum Kind: UInt8 {
        case evidence = 1
        case sealKey = 2
        case localReport = 3
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch body {
        case .evidence(let format, let reportData):
            start(.evidence, &writer)
            writer.u8(format?.rawValue ?? 0)
            writer.raw(reportData)
        case .sealKey(let policy, let securityVersion, let label):
            start(.sealKey, &writer)
            writer.u8(policy.rawValue)
            writer.u16(securityVersion)
            writer.string(label)
        case .localReport(let targetInfo, let reportData):
            start(.localReport, &writer)
            writer.raw(targetInfo)
            writer.raw(reportData)
        }
        return writer.bytes
    }

    private func start(_ kind: Kind, _ writer: inout ByteWriter) {
        writer.u8(kind.rawValue)
        writer.u64(number)
        writer.raw(identity.measurement)
        writer.raw(identity.signer)
        writer.u16(identity.productID)
        writer.u16(identity.securityVersion)
        writer.bool(identity.isDebug)
        writer.raw(identity.launch)
    }

    public init(decoding packet: [UInt8]) throws(FormatError) {
        guard packet.count <= PlatformProtocol.maximumPacketSize else { throw FormatError(.tooLarge, at: 0) }
        var reader = ByteReader(packet)
        guard let kind = Kind(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: 0) }
        number = try reader.u64()
        identity = EvidenceIdentity(
            measurement: try reader.take(ImageFormat.measurementSize),
            signer: try reader.take(Digest256.byteCount), productID: try reader.u16(),
            securityVersion: try reader.u16(), isDebug: try reader.bool(), launch: try reader.take(Digest256.byteCount))
        switch kind {
        case .evidence:
            let start = reader.position
            let raw = try reader.u8()
            let format = EvidenceFormat(rawValue: raw)
            guard raw == 0 || format != nil else { throw FormatError(.unknownTag, at: start) }
            body = .evidence(format: format, reportData: try reader.take(PlatformProtocol.reportDataSize))
        case .sealKey:
            let start = reader.position
            guard let policy = SealPolicy(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: start) }
            let version = try reader.u16()
            body = .sealKey(
                policy: policy, securityVersion: version, label: try reader.bytes(limit: PlatformProtocol.maximumLabelSize))
        case .localReport:
            let targetInfo = try reader.take(PlatformProtocol.targetInfoSize)
            body = .localReport(targetInfo: targetInfo, reportData: try reader.take(PlatformProtocol.reportDataSize))
        }
        try reader.expectEnd()
    }
}

extension PlatformReply {
    private enum Kind: UInt8 {
        case evidence = 129
        case key = 130
        case failure = 131
        case localReport = 132
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch body {
        case .evidence(let evidence):
            writer.u8(Kind.evidence.rawValue)
            writer.u64(number)
            evidence.write(to: &writer)
        case .key(let key):
            writer.u8(Kind.key.rawValue)
            writer.u64(number)
            writer.raw(key)
        case .localReport(let report):
            writer.u8(Kind.localReport.rawValue)
            writer.u64(number)
            writer.raw(report)
        case .failure(let errno):
            writer.u8(Kind.failure.rawValue)
            writer.u64(number)
            writer.u32(errno)
        }
        return writer.bytes
    }

    public init(decoding packet: [UInt8]) throws(FormatError) {
        guard packet.count <= PlatformProtocol.maximumPacketSize else { throw FormatError(.tooLarge, at: 0) }
        var reader = ByteReader(packet)
        guard let kind = Kind(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: 0) }
        number = try reader.u64()
        switch kind {
        case .evidence: body = .evidence(try PlatformEvidence(from: &reader))
        case .key: body = .key(try reader.take(PlatformProtocol.keySize))
        case .localReport: body = .localReport(try reader.take(PlatformProtocol.localReportSize))
        case .failure: body = .failure(errno: try reader.u32())
        }
        try reader.expectEnd()
    }
}

extension PlatformEvidence {
    func write(to writer: inout ByteWriter) {
        writer.u8(format.rawValue)
        for part in [bytes, auxiliary, collateral] { writer.string(part) }
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        let start = reader.position
        guard let format = EvidenceFormat(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: start) }
        let limit = PlatformProtocol.maximumPacketSize
        self.init(
            format: format, bytes: try reader.bytes(limit: limit), auxiliary: try reader.bytes(limit: limit),
            collateral: try reader.bytes(limit: limit))
        guard !bytes.isEmpty else { throw FormatError(.missingField, at: start) }
    }
}
