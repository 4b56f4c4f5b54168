// SPDX-License-Identifier: Apache-2.0
//
// memfd_create(2): a regular file without a name, whose contents can be sealed.

import LinuxABI
import Machine

final class MemoryFile: RegularFile {
    private let name: [UInt8]
    private let memory: RamFile

    static func make(_ name: [UInt8], _ process: Process, isSealable: Bool) -> MemoryFile {
        let inode = RamFile(
            superblock: kernel.memoryFiles, mode: FileMode.S_IFREG | 0o777, uid: process.credentials.fsuid,
            gid: process.credentials.fsgid)
        inode.linkCount = 0
        if isSealable { inode.seals = 0 }
        return MemoryFile(inode, name)
    }

    private init(_ inode: RamFile, _ name: [UInt8]) {
        self.name = name
        memory = inode
        super.init(inode, flags: Open.O_RDWR | Open.O_LARGEFILE, location: nil)
    }

    /// MFD_NOEXEC_SEAL.
    func forbidExecution() {
        memory.mode = FileMode.S_IFREG | 0o666
        memory.seals |= 0x20
    }

    override var linkText: [UInt8] {
        var text = [UInt8]("/memfd:")
        text.append(contentsOf: name)
        text.append(" (deleted)")
        return text
    }
}
