// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of BootConfig's structured fields.

extension BootConfig {
    static func encode(_ image: ImageReference) -> [UInt8] {
        var writer = ByteWriter()
        writer.i32(image.descriptor)
        writer.raw(image.rootHash.bytes)
        writer.raw(image.measurement)
        writer.raw(image.signer.bytes)
        return writer.bytes
    }

    static func image(_ value: inout ByteReader) throws(FormatError) -> ImageReference {
        let fileDescriptor = try descriptor(&value)
        let rootHash = try digest(&value)
        let measurement = try value.take(ImageFormat.measurementSize)
        return ImageReference(
            descriptor: fileDescriptor, rootHash: rootHash, measurement: measurement, signer: try digest(&value))
    }

    static func encode(_ mount: Mount) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(mount.kind.rawValue)
        writer.bool(mount.isReadOnly)
        writer.string(mount.source)
        writer.string(mount.target)
        return writer.bytes
    }

    static func mount(_ value: inout ByteReader) throws(FormatError) -> Mount {
        let start = value.position
        guard let kind = Mount.Kind(rawValue: try value.u8()) else { throw FormatError(.unknownTag, at: start) }
        let isReadOnly = try value.bool()
        let source: [UInt8]
        switch kind {
        case .temporary:
            source = try value.string(limit: 0)
        case .host:
            source = try absolutePath(&value, count: Int(try value.u32()))
        }
        let target = try absolutePath(&value, count: Int(try value.u32()))
        return Mount(kind: kind, source: source, target: target, isReadOnly: isReadOnly)
    }

    static func encode(_ limits: Limits) -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(limits.memoryBytes)
        writer.u32(limits.processes)
        writer.u32(limits.descriptors)
        return writer.bytes
    }

    static func encode(_ terminal: TerminalSize) -> [UInt8] {
        var writer = ByteWriter()
        writer.u16(terminal.rows)
        writer.u16(terminal.columns)
        return writer.bytes
    }

    static func encode(_ platform: PlatformReference) -> [UInt8] {
        var writer = ByteWriter()
        writer.i32(platform.descriptor)
        writer.u8(platform.kind.rawValue)
        return writer.bytes
    }

    static func platform(_ value: inout ByteReader) throws(FormatError) -> PlatformReference {
        let number = try descriptor(&value)
        let start = value.position
        guard let kind = PlatformKind(rawValue: try value.u8()) else { throw FormatError(.unknownTag, at: start) }
        return PlatformReference(descriptor: number, kind: kind)
    }

    /// A descriptor handed over at start: 0 to 4 have fixed meanings.
    static func descriptor(_ value: inout ByteReader) throws(FormatError) -> Int32 {
        let start = value.position
        let number = try value.i32()
        guard number >= 0, number < 1 << 20 else { throw FormatError(.valueOutOfRange, at: start) }
        return number
    }

    static func digest(_ value: inout ByteReader) throws(FormatError) -> Digest256 {
        let bytes = try value.take(Digest256.byteCount)
        guard let digest = Digest256(bytes) else { throw value.failure(.truncated) }
        return digest
    }

    /// The rest of the field as one string.
    static func string(_ value: inout ByteReader, limit: Int) throws(FormatError) -> [UInt8] {
        guard value.remaining <= limit else { throw value.failure(.valueOutOfRange) }
        return try value.cString(value.remaining)
    }

    static func absolutePath(_ value: inout ByteReader, count: Int) throws(FormatError) -> [UInt8] {
        let start = value.position
        guard count <= maximumPathLength else { throw FormatError(.valueOutOfRange, at: start) }
        let path = try value.cString(count)
        guard path.first == 0x2F else { throw FormatError(.malformedString, at: start) }
        return path
    }
}
