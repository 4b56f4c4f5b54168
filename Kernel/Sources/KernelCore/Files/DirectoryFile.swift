// SPDX-License-Identifier: Apache-2.0
//
// An open directory of the in-memory file system.

import LinuxABI
import Machine

final class DirectoryFile: OpenFile {
    private let directory: RamDirectory

    init(_ directory: RamDirectory, flags: Int32, location: Location) {
        self.directory = directory
        super.init(flags: flags, inode: directory, location: location)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EISDIR }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int { throw .EISDIR }

    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard whence == Seek.SEEK_SET || whence == Seek.SEEK_CUR else { throw .EINVAL }
        position = try Seeking.target(offset, whence, position: position, size: 0, limit: Int64.max)
        return position
    }

    override func readDirectory(_ emit: (_ name: [UInt8], _ number: UInt64, _ type: UInt8, _ next: Int64) -> Bool) throws(Errno) {
        if directory.isRemoved { throw .ENOENT }
        if flags & Open.O_NOATIME == 0 { AccessTime.update(directory, location) }
        var at = position
        if at == 0 {
            if !emit([0x2e], directory.number, DirectoryEntryType.DT_DIR, 1) { return }
            at = 1
        }
        if at == 1 {
            if !emit([0x2e, 0x2e], directory.parentDirectory.number, DirectoryEntryType.DT_DIR, 2) { return }
            at = 2
        }
        try directory.read(from: at, emit)
    }
}
