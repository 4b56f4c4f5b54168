// SPDX-License-Identifier: Apache-2.0
// Encoding of BootConfig: magic, version, total length, then fields (tag u16, length u32, value) in ascending tag order.
// List fields repeat their tag. Unknown tags, wrong order, wrong lengths and trailing bytes are errors.

extension BootConfig {
    public static let magic: UInt32 = 0x424C_4343  // "CCLB"
    public static let version: UInt16 = 1
    /// Linux allows 2 MiB of arguments and environment; the rest is small.
    public static let maximumSize = 4 << 20
    static let maximumStringLength = 128 << 10  // MAX_ARG_STRLEN, execve(2)
    static let maximumEntries = 65_536
    static let maximumMounts = 256
    static let maximumPathLength = 4095
    static let maximumHostnameLength = 64
    private static let headerSize = 12

    private enum Tag: UInt16 {
        case argument = 1
        case environment = 2
        case workingDirectory = 3
        case userID = 4
        case groupID = 5
        case hostname = 6
        case image = 7
        case insecureHostRoot = 8
        case mount = 9
        case limits = 10
        case terminal = 11
        case resident = 12
        case trace = 13
        case statistics = 14
        case platform = 15
        case insecureHostLoopback = 16

        var mayRepeat: Bool { self == .argument || self == .environment || self == .mount }
    }

    public func encoded() -> [UInt8] {
        var body = ByteWriter()
        func field(_ tag: Tag, _ value: [UInt8]) {
            body.u16(tag.rawValue)
            body.string(value)
        }
        func number(_ tag: Tag, _ value: UInt32) {
            var writer = ByteWriter()
            writer.u32(value)
            field(tag, writer.bytes)
        }
        for argument in arguments { field(.argument, argument) }
        for entry in environment { field(.environment, entry) }
        field(.workingDirectory, workingDirectory)
        number(.userID, userID)
        number(.groupID, groupID)
        field(.hostname, hostname)
        if let image { field(.image, Self.encode(image)) }
        if insecureHostRoot { field(.insecureHostRoot, []) }
        for mount in mounts { field(.mount, Self.encode(mount)) }
        field(.limits, Self.encode(limits))
        if let terminal { field(.terminal, Self.encode(terminal)) }
        if isResident { field(.resident, []) }
        if let traceDescriptor { number(.trace, UInt32(bitPattern: traceDescriptor)) }
        if let statisticsDescriptor { number(.statistics, UInt32(bitPattern: statisticsDescriptor)) }
        if let platform { field(.platform, Self.encode(platform)) }
        if insecureHostLoopback { field(.insecureHostLoopback, []) }

        var message = ByteWriter()
        message.u32(Self.magic)
        message.u16(Self.version)
        message.u16(0)
        message.u32(UInt32(truncatingIfNeeded: body.bytes.count))
        message.raw(body.bytes)
        return message.bytes
    }

    /// Decodes what `encoded()` made, and refuses everything else.
    public init(decoding bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= Self.maximumSize else { throw FormatError(.tooLarge, at: 0) }
        var reader = ByteReader(bytes)
        guard try reader.u32() == Self.magic else { throw FormatError(.badMagic, at: 0) }
        guard try reader.u16() == Self.version, try reader.u16() == 0 else {
            throw FormatError(.unsupportedVersion, at: 4)
        }
        let length = Int(try reader.u32())
        guard length <= reader.remaining else { throw reader.failure(.truncated) }
        guard length == reader.remaining else { throw FormatError(.trailingBytes, at: Self.headerSize + length) }

        self.init()
        var previous: UInt16 = 0
        var seen: UInt32 = 0
        while !reader.isAtEnd {
            let start = reader.position
            let rawTag = try reader.u16()
            guard let tag = Tag(rawValue: rawTag) else { throw FormatError(.unknownTag, at: start) }
            guard rawTag >= previous else { throw FormatError(.tagOutOfOrder, at: start) }
            guard rawTag != previous || tag.mayRepeat else { throw FormatError(.duplicateField, at: start) }
            previous = rawTag
            seen |= 1 << UInt32(rawTag)
            var value = try reader.slice(Int(try reader.u32()))
            try decode(tag, from: &value)
            try value.expectEnd()
        }
        for required in [Tag.workingDirectory, .userID, .groupID, .hostname, .limits]
        where seen & (1 << UInt32(required.rawValue)) == 0 {
            throw FormatError(.missingField, at: bytes.count)
        }
        // A root must come from exactly one place, and something must run.
        guard (image == nil) == insecureHostRoot else { throw FormatError(.missingField, at: bytes.count) }
        guard isResident || !arguments.isEmpty else { throw FormatError(.missingField, at: bytes.count) }
    }

    private mutating func decode(_ tag: Tag, from value: inout ByteReader) throws(FormatError) {
        switch tag {
        case .argument:
            guard arguments.count < Self.maximumEntries else { throw value.failure(.valueOutOfRange) }
            arguments.append(try Self.string(&value, limit: Self.maximumStringLength))
        case .environment:
            guard environment.count < Self.maximumEntries else { throw value.failure(.valueOutOfRange) }
            let start = value.position
            let entry = try Self.string(&value, limit: Self.maximumStringLength)
            guard isEnvironmentEntry(entry) else { throw FormatError(.malformedString, at: start) }
            environment.append(entry)
        case .workingDirectory: workingDirectory = try Self.absolutePath(&value, count: value.remaining)
        case .userID: userID = try value.u32()
        case .groupID: groupID = try value.u32()
        case .hostname: hostname = try Self.string(&value, limit: Self.maximumHostnameLength)
        case .image: image = try Self.image(&value)
        case .insecureHostRoot: insecureHostRoot = true
        case .mount:
            guard mounts.count < Self.maximumMounts else { throw value.failure(.valueOutOfRange) }
            mounts.append(try Self.mount(&value))
        case .limits:
            limits = Limits(memoryBytes: try value.u64(), processes: try value.u32(), descriptors: try value.u32())
        case .terminal: terminal = TerminalSize(rows: try value.u16(), columns: try value.u16())
        case .resident: isResident = true
        case .trace: traceDescriptor = try Self.descriptor(&value)
        case .statistics: statisticsDescriptor = try Self.descriptor(&value)
        case .platform: platform = try Self.platform(&value)
        case .insecureHostLoopback: insecureHostLoopback = true
        }
    }
}

/// True for `NAME=value` with a non-empty name.
func isEnvironmentEntry(_ entry: [UInt8]) -> Bool {
    for (index, byte) in entry.enumerated() where byte == 0x3D { return index > 0 }
    return false
}
