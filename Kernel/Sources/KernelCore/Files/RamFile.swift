// SPDX-License-Identifier: Apache-2.0
//
// A regular file in memory. The contents are made when they are first needed: many files are only looked at.

import LinuxABI
import Machine

public final class RamFile: Inode {
    private var held: FileContent?
    private var lower: LowerNode?
    private var lowerSize: Int64 = 0
    /// F_SEAL_* of a memfd; ordinary files have F_SEAL_SEAL only.
    var seals: Int32 = Fcntl.F_SEAL_SEAL

    init(superblock: Superblock, mode: UInt32, uid: UInt32, gid: UInt32) {
        super.init(number: superblock.allocateNumber(), superblock: superblock, mode: mode, uid: uid, gid: gid)
        stampCreation()
    }
    init(superblock: RamSuperblock, lower: LowerNode, _ attributes: LowerAttributes) {
        self.lower = lower
        lowerSize = attributes.size
        super.init(
            number: attributes.number, superblock: superblock, mode: attributes.mode, uid: attributes.uid, gid: attributes.gid)
        adopt(attributes)
    }

    public override var size: Int64 { held?.size ?? lowerSize }
    public override var allocatedBytes: Int64 { held?.allocatedBytes ?? (min(lowerSize, 1 << 60) + 4095) & ~4095 }

    /// The contents, made now when nobody needed them before.
    @inline(__always)
    func content() throws(Errno) -> FileContent {
        if let held { return held }
        return try makeContent()
    }
    private func makeContent() throws(Errno) -> FileContent {
        let new: FileContent
        if let lower {
            new = lowerSize > 0 ? try FileContent(source: try lower.contentSource(), size: lowerSize) : FileContent()
        } else {
            new = FileContent()
        }
        held = new
        lower = nil
        return new
    }

    public override func truncate(_ size: Int64) throws(Errno) {
        let old = self.size
        if seals & Fcntl.F_SEAL_SHRINK != 0 && size < old { throw .EPERM }
        if seals & Fcntl.F_SEAL_GROW != 0 && size > old { throw .EPERM }
        try content().truncate(size)
        touchModified()
    }

    /// FALLOC_FL_PUNCH_HOLE; the size stays.
    func punchHole(_ offset: Int64, _ end: Int64) throws(Errno) {
        let content = try content()
        let stop = min(end, content.size)
        if stop > offset {
            try content.prepare(offset, stop - offset)
            content.discard(offset, stop)
        }
        touchModified()
    }

    /// fallocate(2): space is not reserved, as page memory has no fixed size.
    func extend(from offset: Int64, to size: Int64) throws(Errno) {
        let content = try content()
        do { try content.prepare(offset, size - offset) } catch { throw error == .ENOMEM ? .ENOSPC : error }
        content.extend(to: size)
        touchModified()
    }

    public override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        RegularFile(self, flags: flags, location: location)
    }

    /// chmod's set-id bits do not survive a change of the contents by anyone but root (inode(7)).
    @inline(__always)
    func clearSetID(_ process: Process) {
        if mode & (FileMode.S_ISUID | FileMode.S_ISGID) != 0 && process.credentials.fsuid != 0 { clearSetIDBits() }
    }
}

extension Inode {
    func clearSetIDBits() {
        mode &= ~FileMode.S_ISUID
        if mode & FileMode.S_IXGRP != 0 { mode &= ~FileMode.S_ISGID }
    }
}
