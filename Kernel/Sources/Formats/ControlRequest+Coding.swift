// SPDX-License-Identifier: Apache-2.0
// Packets from client to kernel.

extension ControlRequest {
    private enum Kind: UInt8 {
        case exec = 1
        case signal = 2
        case windowSize = 3
        case processList = 4
        case stop = 5
        case attest = 6
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .exec(let request):
            writer.u8(Kind.exec.rawValue)
            writer.strings(request.arguments)
            writer.strings(request.environment)
            writer.string(request.workingDirectory)
            writer.bool(request.terminal != nil)
            writer.u16(request.terminal?.rows ?? 0)
            writer.u16(request.terminal?.columns ?? 0)
        case .signal(let number):
            writer.u8(Kind.signal.rawValue)
            writer.u8(number)
        case .windowSize(let size):
            writer.u8(Kind.windowSize.rawValue)
            writer.u16(size.rows)
            writer.u16(size.columns)
        case .processList: writer.u8(Kind.processList.rawValue)
        case .stop(let graceSeconds):
            writer.u8(Kind.stop.rawValue)
            writer.u32(graceSeconds)
        case .attest(let format, let nonce):
            writer.u8(Kind.attest.rawValue)
            writer.u8(format?.rawValue ?? 0)
            writer.string(nonce)
        }
        return writer.bytes
    }

    public init(decoding packet: [UInt8]) throws(FormatError) {
        guard packet.count <= ControlProtocol.maximumPacketSize else { throw FormatError(.tooLarge, at: 0) }
        var reader = ByteReader(packet)
        guard let kind = Kind(rawValue: try reader.u8()) else { throw FormatError(.unknownTag, at: 0) }
        switch kind {
        case .exec: self = .exec(try Self.exec(&reader))
        case .signal:
            let number = try reader.u8()
            guard (1...64).contains(number) else { throw FormatError(.valueOutOfRange, at: 1) }
            self = .signal(number)
        case .windowSize: self = .windowSize(TerminalSize(rows: try reader.u16(), columns: try reader.u16()))
        case .processList: self = .processList
        case .stop: self = .stop(graceSeconds: try reader.u32())
        case .attest:
            let raw = try reader.u8()
            let format = EvidenceFormat(rawValue: raw)
            guard raw == 0 || format != nil else { throw FormatError(.unknownTag, at: 1) }
            self = .attest(format: format, nonce: try reader.bytes(limit: PlatformProtocol.nonceSize))
        }
        try reader.expectEnd()
    }

    private static func exec(_ reader: inout ByteReader) throws(FormatError) -> ExecRequest {
        let limit = ControlProtocol.maximumPacketSize
        let arguments = try reader.strings(countLimit: ControlProtocol.maximumStrings, lengthLimit: limit)
        guard !arguments.isEmpty else { throw FormatError(.missingField, at: 1) }
        let environmentStart = reader.position
        let environment = try reader.strings(countLimit: ControlProtocol.maximumStrings, lengthLimit: limit)
        for entry in environment where !isEnvironmentEntry(entry) {
            throw FormatError(.malformedString, at: environmentStart)
        }
        let directoryStart = reader.position
        let directory = try reader.string(limit: BootConfig.maximumPathLength)
        guard directory.isEmpty || directory.first == 0x2F else {
            throw FormatError(.malformedString, at: directoryStart)
        }
        let hasTerminal = try reader.bool()
        let sizeStart = reader.position
        let size = TerminalSize(rows: try reader.u16(), columns: try reader.u16())
        guard hasTerminal || (size.rows == 0 && size.columns == 0) else {
            throw FormatError(.valueOutOfRange, at: sizeStart)
        }
        return ExecRequest(
            arguments: arguments, environment: environment, workingDirectory: directory,
            terminal: hasTerminal ? size : nil)
    }
}
