// SPDX-License-Identifier: Apache-2.0
//
// /sys (sysfs(5)): the processors and one memory node; everything else is empty.

import LinuxABI
import Machine

public enum SysFS {
    public static func make() -> Inode {
        let superblock = SysSuperblock(
            deviceID: kernel.mounts.allocateDevice(), magic: UInt64(StatfsMagic.SYSFS_MAGIC), typeName: "sysfs")
        let root = FixedDirectory(superblock.allocateNumber(), superblock, name: [], above: nil)
        for name: StaticString in ["block", "bus", "class", "dev", "firmware", "module", "power"] {
            _ = root.directory(name)
        }
        let fs = root.directory("fs")
        _ = fs.directory("cgroup")
        let kernelDirectory = root.directory("kernel")
        let mm = kernelDirectory.directory("mm").directory("transparent_hugepage")
        mm.line("enabled", "always [madvise] never")
        mm.line("hpage_pmd_size", "2097152")
        if kernel.evidence != nil { _ = kernelDirectory.directory("config") }
        let system = root.directory("devices").directory("system")
        fillProcessors(system.directory("cpu"))
        let nodes = system.directory("node")
        for name: StaticString in ["online", "possible", "has_cpu", "has_memory", "has_normal_memory"] {
            nodes.line(name, "0")
        }
        let node = nodes.directory("node0")
        node.text("cpulist") { (_: Thread) throws(Errno) -> [UInt8] in ProcSystem.processorList + [0x0a] }
        node.text("cpumap") { (_: Thread) throws(Errno) -> [UInt8] in mask() }
        node.line("distance", "10")
        return root
    }

    private static func fillProcessors(_ cpu: FixedDirectory) {
        for name: StaticString in ["online", "possible", "present"] {
            cpu.text(name) { (_: Thread) throws(Errno) -> [UInt8] in ProcSystem.processorList + [0x0a] }
        }
        cpu.line("offline", "")
        cpu.text("kernel_max") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("8191\n") }
        for i in 0..<max(1, Machine.processorCount) {
            var name = [UInt8]("cpu")
            name.append(decimal: i)
            let one = cpu.directory(name)
            if i > 0 { one.line("online", "1") }
            let topology = one.directory("topology")
            topology.line("physical_package_id", "0")
            topology.text("core_id") { (_: Thread) throws(Errno) -> [UInt8] in ProcTexts.number(i) }
            for list: StaticString in ["thread_siblings_list", "core_cpus_list"] {
                topology.text(list) { (_: Thread) throws(Errno) -> [UInt8] in ProcTexts.number(i) }
            }
            for list: StaticString in ["core_siblings_list", "package_cpus_list"] {
                topology.text(list) { (_: Thread) throws(Errno) -> [UInt8] in ProcSystem.processorList + [0x0a] }
            }
        }
    }

    private static func mask() -> [UInt8] {
        var text: [UInt8] = []
        text.append(hex: (1 << UInt64(max(1, min(Machine.processorCount, 63)))) - 1, width: 8)
        text.append("\n")
        return text
    }
}

final class SysSuperblock: Superblock {
    override func statistics() -> Statfs {
        Statfs(
            f_type: Int64(magic), f_bsize: 4096, f_fsid0: Int32(truncatingIfNeeded: deviceID), f_namelen: 255,
            f_frsize: 4096)
    }
}
