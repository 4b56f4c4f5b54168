// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/mounts, mountinfo and mountstats.

import LinuxABI
import Machine

enum ProcMounts {
    static func mounts(_ process: Process) -> [UInt8] {
        var text: [UInt8] = []
        for mount in kernel.mounts.all {
            guard let point = point(mount, process) else { continue }
            escape(mount.source, &text)
            text.append(0x20)
            escape(point, &text)
            text.append(0x20)
            text.append(contentsOf: mount.root.superblock.typeName)
            text.append(0x20)
            options(mount, &text)
            text.append(" 0 0\n")
        }
        return text
    }

    static func mountInfo(_ process: Process) -> [UInt8] {
        var text: [UInt8] = []
        for mount in kernel.mounts.all {
            guard let point = point(mount, process) else { continue }
            text.append(decimal: mount.id)
            text.append(0x20)
            text.append(decimal: mount.point?.mount.id ?? 1)
            text.append(0x20)
            let device = mount.root.superblock.deviceID
            text.append(decimal: Int(DeviceNumber.major(of: device)))
            text.append(":")
            text.append(decimal: Int(DeviceNumber.minor(of: device)))
            text.append(0x20)
            escape(within(mount.root), &text)
            text.append(0x20)
            escape(point, &text)
            text.append(0x20)
            options(mount, &text)
            text.append(" - ")
            text.append(contentsOf: mount.root.superblock.typeName)
            text.append(0x20)
            escape(mount.source, &text)
            text.append(mount.root.superblock.isReadOnly ? " ro\n" : " rw\n")
        }
        return text
    }

    static func statistics(_ process: Process) -> [UInt8] {
        var text: [UInt8] = []
        for mount in kernel.mounts.all {
            guard let point = point(mount, process) else { continue }
            text.append("device ")
            escape(mount.source, &text)
            text.append(" mounted on ")
            escape(point, &text)
            text.append(" with fstype ")
            text.append(contentsOf: mount.root.superblock.typeName)
            text.append("\n")
        }
        return text
    }

    /// Where it is mounted, as seen from the process's root; nil where that is outside.
    private static func point(_ mount: Mount, _ process: Process) -> [UInt8]? {
        let path = PathText.path(of: Location(mount: mount, inode: mount.root), from: process.fileSystem.root)
        return path.isReachable ? path.bytes : nil
    }

    /// The path of a bind mount's root within its file system.
    private static func within(_ root: Inode) -> [UInt8] {
        var names: [[UInt8]] = []
        var inode = root
        while let name = inode.nameInParent, names.count < 100 {
            names.append(name)
            inode = inode.parentDirectory
        }
        if names.isEmpty { return [0x2f] }
        return names.reversed().flatMap { [0x2f] + $0 }
    }

    private static func options(_ mount: Mount, _ text: inout [UInt8]) {
        text.append(mount.isReadOnly || mount.root.superblock.isReadOnly ? "ro" : "rw")
        if mount.hasNoSetID { text.append(",nosuid") }
        if mount.hasNoDevices { text.append(",nodev") }
        if mount.hasNoExec { text.append(",noexec") }
        text.append(",relatime")
    }

    /// Space, tab, newline and backslash are octal (getmntent(3)).
    private static func escape(_ bytes: [UInt8], _ text: inout [UInt8]) {
        if bytes.isEmpty { text.append("none") }
        for byte in bytes {
            switch byte {
            case 0x20, 0x09, 0x0a, 0x5c:
                text.append(0x5c)
                text.append(octal: UInt64(byte), width: 3)
            default: text.append(byte)
            }
        }
    }
}
