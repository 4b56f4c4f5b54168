// SPDX-License-Identifier: Apache-2.0
//
// What in /proc/PID leads to objects: fd, fdinfo, exe, cwd, root (proc(5)).

import LinuxABI
import Machine

/// /proc/PID/fd and fdinfo.
final class ProcDescriptors: PseudoDirectory {
    private let process: Process
    private let isInfo: Bool

    init(
        _ number: UInt64, _ superblock: Superblock, name: [UInt8], above: PseudoDirectory, _ process: Process,
        isInfo: Bool
    ) {
        self.process = process
        self.isInfo = isInfo
        super.init(number, superblock, name: name, above: above)
        mode = FileMode.S_IFDIR | (isInfo ? 0o555 : 0o500)
    }

    private var kind: UInt64 { isInfo ? 98 : 97 }
    override var size: Int64 { isInfo ? 0 : Int64(process.files.count) }

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        guard let number = PseudoName.number(path, name), number <= Int(Int32.max) else { return nil }
        let descriptor = Int32(number)
        let file: OpenFile
        do { file = try process.files.get(descriptor) } catch { return nil }
        let inode: Inode
        if isInfo {
            inode = info(descriptor, ProcNumber.of(process.pid, kind + 32, descriptor))
        } else {
            inode = ProcDescriptor(
                ProcNumber.of(process.pid, kind + 32, descriptor), superblock, process, descriptor, file)
        }
        inode.uid = process.credentials.euid
        inode.gid = process.credentials.egid
        return inode
    }

    override func list(_ reader: Thread) throws(Errno) -> [PseudoEntry] {
        process.files.descriptors.map {
            var name: [UInt8] = []
            name.append(decimal: Int($0))
            return PseudoEntry(
                name: name, number: ProcNumber.of(process.pid, kind + 32, $0),
                type: isInfo ? DirectoryEntryType.DT_REG : DirectoryEntryType.DT_LNK)
        }
    }

    private func info(_ descriptor: Int32, _ number: UInt64) -> Inode {
        let process = process
        return TextInode(number, superblock, mode: 0o400) { (_: Thread) throws(Errno) -> [UInt8] in
            let file: OpenFile
            let closes: Bool
            do throws(Errno) {
                file = try process.files.get(descriptor)
                closes = try process.files.closeOnExec(descriptor)
            } catch { throw .ENOENT }
            var text = [UInt8]("pos:\t")
            text.append(decimal: Int(file.position))
            text.append("\nflags:\t0")
            let flags = file.flags | Open.O_LARGEFILE | (closes ? Open.O_CLOEXEC : 0)
            text.append(octal: UInt64(UInt32(bitPattern: flags)))
            text.append("\nmnt_id:\t")
            text.append(decimal: file.location?.mount.id ?? 15)
            text.append("\nino:\t")
            text.append(decimal: Int(truncatingIfNeeded: file.inode?.number ?? 0))
            text.append("\n")
            return text
        }
    }
}

/// /proc/PID/fd/N: following it reaches the object itself, which opening opens anew.
final class ProcDescriptor: Inode {
    private let process: Process
    private let descriptor: Int32

    init(_ number: UInt64, _ superblock: Superblock, _ process: Process, _ descriptor: Int32, _ file: OpenFile) {
        self.process = process
        self.descriptor = descriptor
        var mode = FileMode.S_IFLNK
        if file.isReadable { mode |= 0o500 }
        if file.isWritable { mode |= 0o300 }
        super.init(number: number, superblock: superblock, mode: mode)
        stampCreation()
    }
    override var size: Int64 { 64 }

    private func file() throws(Errno) -> OpenFile {
        do { return try process.files.get(descriptor) } catch { throw .ENOENT }
    }
    override func readLink(_ thread: Thread) throws(Errno) -> [UInt8] {
        let file = try file()
        guard let location = file.location else { return file.linkText }
        return PathText.link(to: location, thread)
    }
    override func magicTarget(_ thread: Thread) throws(Errno) -> Location? {
        let file = try file()
        if let location = file.location { return location }
        guard let mount = kernel.mounts.root else { throw .ENOENT }
        return Location(mount: mount, inode: file.inode ?? kernel.channels.sharedAnonymousInode)
    }
}

/// /proc/PID/exe, cwd and root.
final class ProcPlace: Inode {
    private let process: Process
    private let kind: UInt64

    init(_ number: UInt64, _ superblock: Superblock, _ process: Process, _ kind: UInt64) {
        self.process = process
        self.kind = kind
        super.init(number: number, superblock: superblock, mode: FileMode.S_IFLNK | 0o777)
        stampCreation()
    }

    private func place(_ thread: Thread) throws(Errno) -> Location {
        guard process.state == .running else { throw .ENOENT }
        try ProcDirectory.checkAccess(to: process, thread)
        switch kind {
        case 0:
            guard let location = process.executableLocation else { throw .ENOENT }
            return location
        case 1: return process.fileSystem.workingDirectory
        default: return process.fileSystem.root
        }
    }
    override func readLink(_ thread: Thread) throws(Errno) -> [UInt8] { PathText.link(to: try place(thread), thread) }
    override func magicTarget(_ thread: Thread) throws(Errno) -> Location? { try place(thread) }
}
