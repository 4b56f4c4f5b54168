// SPDX-License-Identifier: Apache-2.0
//
// /dev: an in-memory file system with the usual nodes. Programs may add to it, as in a container.

import Formats
import LinuxABI
import Machine

public enum DeviceFS {
    /// The root of a new /dev, with mount points `pts` and `shm`.
    public static func make() throws(Errno) -> Inode {
        let root = RamSuperblock.make(mode: 0o755, typeName: "tmpfs")
        try add(root, "null", DeviceNodes.null, 0o666)
        try add(root, "zero", DeviceNodes.zero, 0o666)
        try add(root, "full", DeviceNodes.full, 0o666)
        try add(root, "random", DeviceNodes.random, 0o666)
        try add(root, "urandom", DeviceNodes.urandom, 0o666)
        try add(root, "tty", DeviceNodes.tty, 0o666)
        try add(root, "console", DeviceNodes.console, 0o620)
        try add(root, "ptmx", DeviceNodes.ptmx, 0o666)
        if kernel.evidence?.kind.speaksSGX == true { try add(root, "sgx", DeviceNodes.sgx, 0o666) }
        try link(root, "fd", "/proc/self/fd")
        try link(root, "stdin", "/proc/self/fd/0")
        try link(root, "stdout", "/proc/self/fd/1")
        try link(root, "stderr", "/proc/self/fd/2")
        for name: StaticString in ["pts", "shm"] {
            _ = try root.create([UInt8](name), mode: FileMode.S_IFDIR | 0o755, device: 0, uid: 0, gid: 0)
        }
        return root
    }

    private static func add(_ root: Inode, _ name: StaticString, _ device: UInt64, _ mode: UInt32) throws(Errno) {
        _ = try root.create([UInt8](name), mode: FileMode.S_IFCHR | mode, device: device, uid: 0, gid: 0)
    }
    private static func link(_ root: Inode, _ name: StaticString, _ target: StaticString) throws(Errno) {
        _ = try root.symlink([UInt8](name), target: [UInt8](target), uid: 0, gid: 0)
    }
}
