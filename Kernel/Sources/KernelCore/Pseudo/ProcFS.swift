// SPDX-License-Identifier: Apache-2.0
//
// /proc (proc(5)), as far as programs, their libraries and the usual tools look. Every value is the kernel's own; what only a host
// knows, such as the use of processors, is an approximation.

import LinuxABI
import Machine

public enum ProcFS {
    public static func make() -> Inode {
        let superblock = ProcSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.PROC_SUPER_MAGIC), typeName: "proc")
        let root = ProcRoot(superblock.allocateNumber(), superblock, name: [], above: nil)
        root.link("self") { (thread: Thread) throws(Errno) -> [UInt8] in
            var text: [UInt8] = []
            text.append(decimal: Int(thread.process.pid))
            return text
        }
        root.link("thread-self") { (thread: Thread) throws(Errno) -> [UInt8] in
            var text: [UInt8] = []
            text.append(decimal: Int(thread.process.pid))
            text.append("/task/")
            text.append(decimal: Int(thread.tid))
            return text
        }
        root.link("mounts") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("self/mounts") }
        root.link("net") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("self/net") }
        ProcSystem.fill(root)
        ProcSysctl.fill(root.directory("sys"))
        ProcNet.fill(root.network)
        ProcSystemV.fill(root.directory("sysvipc"))
        return root
    }
}

final class ProcSuperblock: Superblock {
    override func statistics() -> Statfs {
        Statfs(
            f_type: Int64(magic), f_bsize: 4096, f_fsid0: Int32(truncatingIfNeeded: deviceID), f_namelen: 255,
            f_frsize: 4096)
    }
}

/// The root: fixed entries and one directory a process. Threads are found by number too, but not listed.
final class ProcRoot: FixedDirectory {
    let items = ProcTexts.items()
    /// /proc/PID/net, the same for all.
    private(set) lazy var network = FixedDirectory(
        superblock.allocateNumber(), superblock, name: [UInt8]("net"), above: self)

    override func lookup(_ path: [UInt8], _ name: Range<Int>) throws(Errno) -> Inode? {
        guard let number = PseudoName.number(path, name) else { return try super.lookup(path, name) }
        guard number > 0, number <= Int(Int32.max) else { return nil }
        if let process = kernel.processes.process(Int32(number)), process.state != .dead {
            return ProcDirectory(process, nil, above: self, root: self)
        }
        guard let thread = kernel.processes.thread(Int32(number)) else { return nil }
        return ProcDirectory(thread.process, thread, above: self, root: self)
    }

    override func list(_ thread: Thread) throws(Errno) -> [PseudoEntry] {
        var entries = try super.list(thread)
        for process in kernel.processes.all where process.state != .dead {
            var name: [UInt8] = []
            name.append(decimal: Int(process.pid))
            entries.append(
                PseudoEntry(name: name, number: ProcNumber.of(process.pid, 0), type: DirectoryEntryType.DT_DIR))
        }
        return entries
    }
}

/// Inode numbers of what belongs to a process or thread: stable, and never those of the fixed part.
enum ProcNumber {
    static func of(_ pid: Int32, _ kind: UInt64, _ descriptor: Int32 = 0) -> UInt64 {
        UInt64(UInt32(bitPattern: pid)) << 32 | kind << 24 | UInt64(UInt32(bitPattern: descriptor) & 0xff_ffff)
    }
}
