// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID and /proc/PID/task/TID.

import LinuxABI
import Machine

/// One text file of a process. `thread` is the one asked about: that of /proc/PID/task/TID, or the first.
struct ProcItem {
    let name: StaticString
    let mode: UInt32
    let make: (Process, Thread?) throws(Errno) -> [UInt8]
    let take: (([UInt8], Process, Thread?) throws(Errno) -> Void)?
    /// Only for who may trace the process.
    let isPrivate: Bool

    init(
        _ name: StaticString, _ mode: UInt32 = 0o444, isPrivate: Bool = false,
        take: (([UInt8], Process, Thread?) throws(Errno) -> Void)? = nil,
        _ make: @escaping (Process, Thread?) throws(Errno) -> [UInt8]
    ) {
        self.name = name
        self.mode = mode
        self.isPrivate = isPrivate || mode & 0o044 == 0
        self.make = make
        self.take = take
    }
}

final class ProcDirectory: PseudoDirectory {
    private let process: Process
    /// Set below task/, and for the number of a thread.
    private let thread: Thread?
    private let root: ProcRoot
    private var number32: Int32 { thread?.tid ?? process.pid }
    private var isTask: Bool { !(above is ProcRoot) }

    init(_ process: Process, _ thread: Thread?, above: PseudoDirectory, root: ProcRoot) {
        self.process = process
        self.thread = thread
        self.root = root
        var name: [UInt8] = []
        name.append(decimal: Int(thread?.tid ?? process.pid))
        super.init(
            ProcNumber.of(thread?.tid ?? process.pid, above is ProcRoot ? 0 : 0x80), root.superblock, name: name,
            above: above)
        uid = process.credentials.euid
        gid = process.credentials.egid
    }

    private static let links: [StaticString] = ["exe", "cwd", "root"]
    private static let directories: [StaticString] = ["fd", "fdinfo", "ns", "net", "task"]
    /// Inode kinds: items from 1, links from 64, directories from 96, mem 112.
    private static let linkKind: UInt64 = 64
    private static let directoryKind: UInt64 = 96
    private static let memoryKind: UInt64 = 112
    private static func exists(_ process: Process, _ thread: Thread?) -> Bool {
        process.state != .dead && (thread == nil || thread?.isDead == false)
    }

    /// Who may look into a process (ptrace(2), "Ptrace access mode checking").
    static func checkAccess(to process: Process, _ reader: Thread) throws(Errno) {
        let target = process.credentials
        let caller = reader.process.credentials
        if process === reader.process || caller.has(Capability.CAP_SYS_PTRACE) { return }
        let isSameUser = caller.fsuid == target.uid && caller.fsuid == target.euid && caller.fsuid == target.suid
        let isSameGroup = caller.fsgid == target.gid && caller.fsgid == target.egid && caller.fsgid == target.sgid
        guard isSameUser, isSameGroup, process.isDumpable else { throw .EACCES }
    }

    private func number(_ kind: UInt64) -> UInt64 { ProcNumber.of(number32, kind | (isTask ? 0x80 : 0)) }

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        guard ProcDirectory.exists(process, thread) else { return nil }
        guard let inode = find(path, name) else { return nil }
        if inode !== root.network {
            inode.uid = uid
            inode.gid = gid
        }
        return inode
    }

    private func find(_ path: [UInt8], _ name: Range<Int>) -> Inode? {
        var kind: UInt64 = 1
        for item in root.items {
            if PseudoName.equals(path, name, item.name) { return file(item, kind) }
            kind += 1
        }
        kind = ProcDirectory.linkKind
        for link in ProcDirectory.links {
            if PseudoName.equals(path, name, link) {
                return ProcPlace(number(kind), superblock, process, kind - ProcDirectory.linkKind)
            }
            kind += 1
        }
        if PseudoName.equals(path, name, "mem") {
            return ProcMemory(number(ProcDirectory.memoryKind), superblock, process)
        }
        kind = ProcDirectory.directoryKind
        for directory in ProcDirectory.directories {
            if PseudoName.equals(path, name, directory) { return subdirectory(directory, kind) }
            kind += 1
        }
        return nil
    }

    private func file(_ item: ProcItem, _ kind: UInt64) -> Inode {
        let process = process
        let thread = thread
        let make = item.make
        let isPrivate = item.isPrivate
        var take: TextTaker?
        if let store = item.take {
            take = { (bytes: [UInt8], _: Thread) throws(Errno) in
                guard ProcDirectory.exists(process, thread) else { throw .ESRCH }
                try store(bytes, process, thread)
            }
        }
        return TextInode(number(kind), superblock, mode: item.mode, take: take) {
            (reader: Thread) throws(Errno) -> [UInt8] in
            guard ProcDirectory.exists(process, thread) else { throw .ESRCH }
            if isPrivate { try ProcDirectory.checkAccess(to: process, reader) }
            return try make(process, thread)
        }
    }

    private func subdirectory(_ name: StaticString, _ kind: UInt64) -> Inode? {
        switch kind - ProcDirectory.directoryKind {
        case 0:
            return ProcDescriptors(number(kind), superblock, name: [UInt8](name), above: self, process, isInfo: false)
        case 1:
            return ProcDescriptors(number(kind), superblock, name: [UInt8](name), above: self, process, isInfo: true)
        case 2: return ProcNamespaces(number(kind), superblock, name: [UInt8](name), above: self, process)
        case 3: return root.network
        default: return isTask ? nil : ProcTasks(number(kind), superblock, above: self, process, root)
        }
    }

    override func list(_ reader: Thread) throws(Errno) -> [PseudoEntry] {
        guard ProcDirectory.exists(process, thread) else { throw .ENOENT }
        var entries: [PseudoEntry] = []
        var kind: UInt64 = 1
        for item in root.items {
            entries.append(PseudoEntry(name: [UInt8](item.name), number: number(kind), type: DirectoryEntryType.DT_REG))
            kind += 1
        }
        entries.append(
            PseudoEntry(name: [UInt8]("mem"), number: number(ProcDirectory.memoryKind), type: DirectoryEntryType.DT_REG)
        )
        kind = ProcDirectory.linkKind
        for link in ProcDirectory.links {
            entries.append(PseudoEntry(name: [UInt8](link), number: number(kind), type: DirectoryEntryType.DT_LNK))
            kind += 1
        }
        kind = ProcDirectory.directoryKind
        for directory in ProcDirectory.directories where !(isTask && directory.utf8CodeUnitCount == 4) {
            entries.append(PseudoEntry(name: [UInt8](directory), number: number(kind), type: DirectoryEntryType.DT_DIR))
            kind += 1
        }
        return entries
    }
}

/// /proc/PID/task.
final class ProcTasks: PseudoDirectory {
    private let process: Process
    private let root: ProcRoot
    init(_ number: UInt64, _ superblock: Superblock, above: PseudoDirectory, _ process: Process, _ root: ProcRoot) {
        self.process = process
        self.root = root
        super.init(number, superblock, name: [UInt8]("task"), above: above)
        linkCount = UInt32(clamping: 2 + process.threads.count)
    }
    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        guard let number = PseudoName.number(path, name), number > 0, number <= Int(Int32.max) else { return nil }
        for thread in process.threads where thread.tid == Int32(number) {
            return ProcDirectory(process, thread, above: self, root: root)
        }
        // The first thread of a zombie is still there.
        return process.state == .zombie && Int32(number) == process.pid
            ? ProcDirectory(process, nil, above: self, root: root) : nil
    }
    override func list(_ reader: Thread) throws(Errno) -> [PseudoEntry] {
        process.threads.map {
            var name: [UInt8] = []
            name.append(decimal: Int($0.tid))
            return PseudoEntry(name: name, number: ProcNumber.of($0.tid, 0x80), type: DirectoryEntryType.DT_DIR)
        }
    }
}

/// /proc/PID/ns: one set of namespaces for all.
final class ProcNamespaces: PseudoDirectory {
    private static let names: [StaticString] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]
    private let process: Process
    init(_ number: UInt64, _ superblock: Superblock, name: [UInt8], above: PseudoDirectory, _ process: Process) {
        self.process = process
        super.init(number, superblock, name: name, above: above)
    }
    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        var index = 0
        for known in ProcNamespaces.names {
            if PseudoName.equals(path, name, known) {
                let serial = 4_026_531_835 + index
                return TextLink(ProcNumber.of(process.pid, 120, Int32(index)), superblock) {
                    (_: Thread) throws(Errno) -> [UInt8] in
                    var text = [UInt8](known)
                    text.append(":[")
                    text.append(decimal: serial)
                    text.append("]")
                    return text
                }
            }
            index += 1
        }
        return nil
    }
    override func list(_ reader: Thread) throws(Errno) -> [PseudoEntry] {
        var entries: [PseudoEntry] = []
        for name in ProcNamespaces.names {
            entries.append(
                PseudoEntry(
                    name: [UInt8](name), number: ProcNumber.of(process.pid, 120, Int32(entries.count)),
                    type: DirectoryEntryType.DT_LNK))
        }
        return entries
    }
}
