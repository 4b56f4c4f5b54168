// SPDX-License-Identifier: Apache-2.0
//
// Directory records of getdents64(2) and getdents(2): a fixed head, the name, a zero byte, padding to 8 bytes.

public struct Dirent64: Sendable {
    public var ino: UInt64
    /// The position of the next record, an opaque cookie for lseek.
    public var nextOffset: Int64
    /// One of `DirectoryEntryType`.
    public var type: UInt8
    public var name: [UInt8]

    public init(ino: UInt64, nextOffset: Int64, type: UInt8, name: [UInt8]) {
        self.ino = ino
        self.nextOffset = nextOffset
        self.type = type
        self.name = name
    }

    /// `offsetof(struct linux_dirent64, d_name)`.
    public static let nameOffset = 19
    /// `offsetof(struct linux_dirent, d_name)`.
    public static let legacyNameOffset = 18

    /// The size of the record: what must still fit into the program's buffer.
    public var recordLength: Int {
        Dirent64.roundUp(Dirent64.nameOffset + name.count + 1)
    }

    /// The size of the record in the format of getdents(2), which keeps the type in its last byte.
    public var legacyRecordLength: Int {
        Dirent64.roundUp(Dirent64.legacyNameOffset + name.count + 2)
    }

    /// Appends a `struct linux_dirent64`.
    public func encode(to buffer: inout [UInt8]) {
        let length = recordLength
        buffer.append(littleEndian: ino)
        buffer.append(littleEndian: nextOffset)
        buffer.append(littleEndian: UInt16(truncatingIfNeeded: length))
        buffer.append(type)
        buffer += name
        Dirent64.pad(&buffer, by: length - Dirent64.nameOffset - name.count)
    }

    /// Appends a `struct linux_dirent`.
    public func encodeLegacy(to buffer: inout [UInt8]) {
        let length = legacyRecordLength
        buffer.append(littleEndian: ino)
        buffer.append(littleEndian: nextOffset)
        buffer.append(littleEndian: UInt16(truncatingIfNeeded: length))
        buffer += name
        Dirent64.pad(&buffer, by: length - Dirent64.legacyNameOffset - name.count - 1)
        buffer.append(type)
    }

    private static func roundUp(_ length: Int) -> Int {
        (length + 7) & ~7
    }

    private static func pad(_ buffer: inout [UInt8], by count: Int) {
        for _ in 0..<count {
            buffer.append(0)
        }
    }
}
