// SPDX-License-Identifier: Apache-2.0
//
// Views on structure fields whose C declaration is a macro, a union, or text in a fixed array.

extension EpollEvent {
    public init(events: UInt32, data: UInt64) {
        self.init(
            events: events,
            data_low: UInt32(truncatingIfNeeded: data),
            data_high: UInt32(truncatingIfNeeded: data >> 32)
        )
    }

    public var data: UInt64 {
        get { UInt64(data_low) | UInt64(data_high) << 32 }
        set {
            data_low = UInt32(truncatingIfNeeded: newValue)
            data_high = UInt32(truncatingIfNeeded: newValue >> 32)
        }
    }

    /// Appends the 12 bytes of the event.
    public func encode(to buffer: inout [UInt8]) {
        buffer.append(littleEndian: events)
        buffer.append(littleEndian: data)
    }

    /// Reads the event at `offset`; nil beyond the end.
    public init?(bytes: [UInt8], at offset: Int = 0) {
        guard offset >= 0, offset <= bytes.count,
            let events = bytes.littleEndian(UInt32.self, at: offset),
            let data = bytes.littleEndian(UInt64.self, at: offset + 4)
        else { return nil }
        self.init(events: events, data: data)
    }
}

extension CmsgHdr {
    public static let size = 16

    /// `CMSG_ALIGN`.
    public static func align(_ length: Int) -> Int {
        (length + 7) & ~7
    }

    /// `CMSG_LEN`: the value of `cmsg_len` for `count` bytes of data.
    public static func length(ofData count: Int) -> Int {
        size + count
    }

    /// `CMSG_SPACE`: the room a message with `count` bytes of data takes.
    public static func space(forData count: Int) -> Int {
        size + align(count)
    }

    /// Appends the header in bytes.
    public func encode(to buffer: inout [UInt8]) {
        buffer.append(littleEndian: cmsg_len)
        buffer.append(littleEndian: cmsg_level)
        buffer.append(littleEndian: cmsg_type)
    }

    /// Reads the header at `offset`; nil beyond the end.
    public init?(bytes: [UInt8], at offset: Int) {
        guard offset >= 0, offset <= bytes.count,
            let length = bytes.littleEndian(UInt64.self, at: offset),
            let level = bytes.littleEndian(Int32.self, at: offset + 8),
            let type = bytes.littleEndian(Int32.self, at: offset + 12)
        else { return nil }
        self.init(cmsg_len: length, cmsg_level: level, cmsg_type: type)
    }
}

extension Utsname {
    /// Each text is cut to 64 bytes.
    public init(
        system: [UInt8], node: [UInt8], release: [UInt8], version: [UInt8], machine: [UInt8], domain: [UInt8]
    ) {
        self.init(
            sysname: Utsname.field(system),
            nodename: Utsname.field(node),
            release: Utsname.field(release),
            version: Utsname.field(version),
            machine: Utsname.field(machine),
            domainname: Utsname.field(domain)
        )
    }

    private static func field(_ text: [UInt8]) -> InlineArray<65, UInt8> {
        var field = InlineArray<65, UInt8>(repeating: 0)
        for index in 0..<min(text.count, 64) {
            field[index] = text[index]
        }
        return field
    }
}

/// Device numbers: two parts, interleaved as `st_rdev` and mknod(2) have them, see makedev(3).
public enum DeviceNumber {
    public static func make(major: UInt32, minor: UInt32) -> UInt64 {
        let low = UInt64(minor & 0xff) | UInt64(major & 0xfff) << 8
        return low | UInt64(minor & 0xffff_ff00) << 12 | UInt64(major & 0xffff_f000) << 32
    }

    public static func major(of device: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: device >> 8 & 0xfff | device >> 32 & 0xffff_f000)
    }

    public static func minor(of device: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: device & 0xff | device >> 12 & 0xffff_ff00)
    }
}

/// Exit statuses as the wait calls report them, see wait(2).
public enum WaitStatus {
    public static func exited(code: Int32) -> Int32 {
        (code & 0xff) << 8
    }

    public static func signaled(_ signal: Int32, coreDumped: Bool) -> Int32 {
        signal & 0x7f | (coreDumped ? 0x80 : 0)
    }

    public static func stopped(by signal: Int32) -> Int32 {
        (signal & 0xff) << 8 | 0x7f
    }

    public static let continued: Int32 = 0xffff
}
