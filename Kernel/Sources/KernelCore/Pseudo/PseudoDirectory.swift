// SPDX-License-Identifier: Apache-2.0
//
// What the directories of devpts, procfs and sysfs have in common: their listings are made when they are read.

import LinuxABI
import Machine

struct PseudoEntry {
    var name: [UInt8]
    var number: UInt64
    var type: UInt8
}

/// An open directory whose entries `list` makes, anew at each reading from the start.
final class PseudoDirectoryFile: OpenFile {
    private let directory: Inode
    private let list: () throws(Errno) -> [PseudoEntry]
    private var entries: [PseudoEntry]?

    init(_ directory: Inode, flags: Int32, location: Location, _ list: @escaping () throws(Errno) -> [PseudoEntry]) {
        self.directory = directory
        self.list = list
        super.init(flags: flags, inode: directory, location: location)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EISDIR }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        throw .EISDIR
    }

    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard whence == Seek.SEEK_SET || whence == Seek.SEEK_CUR else { throw .EINVAL }
        position = try Seeking.target(offset, whence, position: position, size: 0, limit: Int64.max)
        return position
    }

    override func readDirectory(_ emit: (_ name: [UInt8], _ number: UInt64, _ type: UInt8, _ next: Int64) -> Bool)
        throws(Errno)
    {
        if position == 0 || entries == nil { entries = try list() }
        guard let entries else { return }
        if position == 0, !emit([0x2e], directory.number, DirectoryEntryType.DT_DIR, 1) { return }
        if position <= 1, !emit([0x2e, 0x2e], directory.parentDirectory.number, DirectoryEntryType.DT_DIR, 2) {
            return
        }
        var at = max(position, 2) - 2
        while at < Int64(entries.count) {
            let entry = entries[Int(at)]
            if !emit(entry.name, entry.number, entry.type, at + 3) { return }
            at += 1
        }
    }
}

/// Names as ranges of a path.
enum PseudoName {
    /// A decimal number without leading zeros; nil for anything else.
    static func number(_ path: [UInt8], _ name: Range<Int>) -> Int? {
        guard name.count > 0, name.count <= 10 else { return nil }
        if name.count > 1 && path[name.lowerBound] == 0x30 { return nil }
        var value = 0
        for i in name {
            guard path[i] >= 0x30, path[i] <= 0x39 else { return nil }
            value = value * 10 + Int(path[i] - 0x30)
        }
        return value
    }

    static func equals(_ path: [UInt8], _ name: Range<Int>, _ text: StaticString) -> Bool {
        equals(path, name, [UInt8](text))
    }
    static func equals(_ path: [UInt8], _ name: Range<Int>, _ bytes: [UInt8]) -> Bool {
        guard bytes.count == name.count else { return false }
        for i in 0..<bytes.count where path[name.lowerBound + i] != bytes[i] { return false }
        return true
    }
}
