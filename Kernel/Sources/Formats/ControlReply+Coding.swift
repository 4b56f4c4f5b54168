// SPDX-License-Identifier: Apache-2.0
// Packets from kernel to client.

extension ControlReply {
    private enum Kind: UInt8 {
        case started = 129
        case exited = 130
        case killed = 131
        case failure = 132
        case process = 133
        case end = 135
        case evidence = 136
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .started(let pid):
            writer.u8(Kind.started.rawValue)
            writer.u32(pid)
        case .exited(let code):
            writer.u8(Kind.exited.rawValue)
            writer.u8(code)
        case .killed(let signal):
            writer.u8(Kind.killed.rawValue)
            writer.u8(signal)
        case .failure(let errno, let message):
            writer.u8(Kind.failure.rawValue)
            writer.u32(errno)
            writer.string(message)
        case .process(let row):
            writer.u8(Kind.process.rawValue)
            for field in [row.pid, row.parent, row.group, row.userID, row.threads] { writer.u32(field) }
            writer.u64(row.cpuMilliseconds)
            writer.u64(row.residentKilobytes)
            writer.u8(row.state)
            writer.string(row.command)
        case .evidence(let evidence, let launch):
            writer.u8(Kind.evidence.rawValue)
            evidence.write(to: &writer)
            writer.string(launch)
        case .end: writer.u8(Kind.end.rawValue)
        }
        return writer.bytes
    }

    public init(decoding packet: [UInt8]) throws(FormatError) {
        guard packet.count <= ControlProtocol.maximumPacketSize else { throw FormatError(.tooLarge, at: 0) }
        var reader = ByteReader(packet)
        guard let kind = Kind(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: 0) }
        switch kind {
        case .started: self = .started(pid: try reader.u32())
        case .exited: self = .exited(code: try reader.u8())
        case .killed:
            let signal = try reader.u8()
            guard (1...64).contains(signal) else { throw FormatError(.valueOutOfRange, at: 1) }
            self = .killed(signal: signal)
        case .failure:
            self = .failure(
                errno: try reader.u32(), message: try reader.string(limit: ControlProtocol.maximumPacketSize))
        case .process: self = .process(try Self.row(&reader))
        case .evidence:
            let evidence = try PlatformEvidence(from: &reader)
            self = .evidence(evidence, launch: try reader.bytes(limit: LaunchDocument.maximumSize))
        case .end: self = .end
        }
        try reader.expectEnd()
    }

    private static func row(_ reader: inout ByteReader) throws(FormatError) -> ProcessRow {
        let (pid, parent, group) = (try reader.u32(), try reader.u32(), try reader.u32())
        let (userID, threads) = (try reader.u32(), try reader.u32())
        let (cpu, resident) = (try reader.u64(), try reader.u64())
        let state = try reader.u8()
        return ProcessRow(
            pid: pid, parent: parent, group: group, userID: userID, state: state, threads: threads,
            cpuMilliseconds: cpu, residentKilobytes: resident,
            command: try reader.string(limit: ControlProtocol.maximumPacketSize))
    }
}
