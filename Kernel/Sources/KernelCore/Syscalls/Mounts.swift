// SPDX-License-Identifier: Apache-2.0
//
// mount(2) and umount2(2) within the enclave: tmpfs, bind mounts, read-only remounts, and moving.

import LinuxABI
import Machine

public enum Mounts {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.mount, .partial, "tmpfs, proc, bind and remount; propagation types are accepted and ignored") {
                call throws(Errno) in try mount(call)
            },
            SyscallEntry(SyscallNumber.umount2) { call throws(Errno) in try unmount(call) },
        ]
    }

    private static func mount(_ call: Call) throws(Errno) -> Int {
        guard call.process.credentials.isPrivileged else { throw .EPERM }
        var flags = call.a3
        if flags & MountFlag.MS_MGC_MSK == MountFlag.MS_MGC_VAL { flags &= ~MountFlag.MS_MGC_MSK }
        let type = call.a2 == 0 ? [] : try UserMemory.readString(call.a2, limit: 4096)
        let source = call.a0 == 0 ? [] : try UserMemory.readString(call.a0, limit: 4096)
        let options = call.a4 == 0 ? [] : try UserMemory.readString(call.a4, limit: 4096)
        var walk = try PathWalk(call.thread, try call.path(call.a1))
        try walk.walk(follow: true)
        let target = try walk.location()

        let propagation =
            MountFlag.MS_UNBINDABLE | MountFlag.MS_PRIVATE | MountFlag.MS_SLAVE | MountFlag.MS_SHARED
        if flags & MountFlag.MS_REMOUNT != 0 {
            guard target.inode === target.mount.root else { throw .EINVAL }
            apply(flags, to: target.mount)
            return 0
        }
        if flags & MountFlag.MS_BIND != 0 {
            var from = try PathWalk(call.thread, source)
            try from.walk(follow: true)
            let inode = try from.found()
            guard inode.isDirectory == target.inode.isDirectory else { throw .ENOTDIR }
            let new = kernel.mounts.add(inode, on: target, source: source, isReadOnly: from.mount.isReadOnly)
            new.hasNoExec = from.mount.hasNoExec
            new.hasNoSetID = from.mount.hasNoSetID
            new.hasNoDevices = from.mount.hasNoDevices
            return 0
        }
        if flags & propagation != 0 { return 0 }
        if flags & MountFlag.MS_MOVE != 0 { throw .EINVAL }
        guard target.inode.isDirectory else { throw .ENOTDIR }
        let root = try makeRoot(type, options)
        let new = kernel.mounts.add(root, on: target, source: source, isReadOnly: false)
        apply(flags, to: new)
        return 0
    }

    private static func apply(_ flags: UInt64, to mount: Mount) {
        mount.isReadOnly = flags & MountFlag.MS_RDONLY != 0
        mount.hasNoExec = flags & MountFlag.MS_NOEXEC != 0
        mount.hasNoSetID = flags & MountFlag.MS_NOSUID != 0
        mount.hasNoDevices = flags & MountFlag.MS_NODEV != 0
    }

    private static func makeRoot(_ type: [UInt8], _ options: [UInt8]) throws(Errno) -> Inode {
        if type == [UInt8]("tmpfs") || type == [UInt8]("ramfs") {
            let root = RamSuperblock.make(mode: 0o1777)
            try apply(options, to: root)
            return root
        }
        // A further view of what is mounted already.
        if type == [UInt8]("proc") || type == [UInt8]("devtmpfs") || type == [UInt8]("sysfs") || type == [UInt8]("devpts") {
            for mount in kernel.mounts.all where mount.root.superblock.typeName == type { return mount.root }
        }
        throw .ENODEV
    }

    /// mode=, uid=, gid= and size= of tmpfs(5).
    private static func apply(_ options: [UInt8], to root: RamDirectory) throws(Errno) {
        for option in options.split(separator: 0x2c) {
            guard let equals = option.firstIndex(of: 0x3d) else { continue }
            let name = Array(option[option.startIndex..<equals])
            let value = Array(option[(equals + 1)...])
            if name == [UInt8]("mode") {
                root.mode = FileMode.S_IFDIR | (try number(value, base: 8) & 0o7777)
            } else if name == [UInt8]("uid") {
                root.uid = try number(value, base: 10)
            } else if name == [UInt8]("gid") {
                root.gid = try number(value, base: 10)
            }
        }
    }

    private static func number(_ text: [UInt8], base: UInt32) throws(Errno) -> UInt32 {
        guard !text.isEmpty, text.count <= 10 else { throw .EINVAL }
        var value: UInt64 = 0
        for byte in text {
            guard byte >= 0x30, UInt32(byte) - 0x30 < base else { throw .EINVAL }
            value = value * UInt64(base) + UInt64(byte - 0x30)
        }
        guard let result = UInt32(exactly: value) else { throw .EINVAL }
        return result
    }

    private static func unmount(_ call: Call) throws(Errno) -> Int {
        guard call.i1 & ~(UnmountFlag.MNT_FORCE | UnmountFlag.MNT_DETACH | UnmountFlag.MNT_EXPIRE | UnmountFlag.UMOUNT_NOFOLLOW) == 0
        else { throw .EINVAL }
        guard call.process.credentials.isPrivileged else { throw .EPERM }
        var walk = try PathWalk(call.thread, try call.path(call.a0))
        try walk.walk(follow: call.i1 & UnmountFlag.UMOUNT_NOFOLLOW == 0)
        let place = try walk.location()
        let mount = place.mount
        guard place.inode === mount.root, mount.point != nil else { throw .EINVAL }
        if call.i1 & UnmountFlag.MNT_DETACH == 0 {
            if kernel.mounts.hasChildren(mount) || isUsed(mount) { throw .EBUSY }
        }
        kernel.mounts.remove(mount)
        return 0
    }

    /// Whether a process stands in the mount or has something open there.
    private static func isUsed(_ mount: Mount) -> Bool {
        for process in kernel.processes.all {
            if process.fileSystem.workingDirectory.mount === mount || process.fileSystem.root.mount === mount { return true }
            for descriptor in process.files.descriptors {
                do {
                    if try process.files.get(descriptor).location?.mount === mount { return true }
                } catch { continue }
            }
        }
        return false
    }
}
