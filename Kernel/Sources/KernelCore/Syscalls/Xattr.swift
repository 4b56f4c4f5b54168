// SPDX-License-Identifier: Apache-2.0
//
// Extended attributes (xattr(7)), kept in the inode as tmpfs does.

import LinuxABI
import Machine

public enum Xattr {
    private static let noFollow = At.AT_SYMLINK_NOFOLLOW

    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.setxattr) { call throws(Errno) in try set(call, try path(call, 0)) },
            SyscallEntry(SyscallNumber.lsetxattr) { call throws(Errno) in try set(call, try path(call, noFollow)) },
            SyscallEntry(SyscallNumber.fsetxattr) { call throws(Errno) in try set(call, try descriptor(call)) },
            SyscallEntry(SyscallNumber.getxattr) { call throws(Errno) in try get(call, try path(call, 0)) },
            SyscallEntry(SyscallNumber.lgetxattr) { call throws(Errno) in try get(call, try path(call, noFollow)) },
            SyscallEntry(SyscallNumber.fgetxattr) { call throws(Errno) in try get(call, try descriptor(call)) },
            SyscallEntry(SyscallNumber.listxattr) { call throws(Errno) in try list(call, try path(call, 0)) },
            SyscallEntry(SyscallNumber.llistxattr) { call throws(Errno) in try list(call, try path(call, noFollow)) },
            SyscallEntry(SyscallNumber.flistxattr) { call throws(Errno) in try list(call, try descriptor(call)) },
            SyscallEntry(SyscallNumber.removexattr) { call throws(Errno) in try remove(call, try path(call, 0)) },
            SyscallEntry(SyscallNumber.lremovexattr) { call throws(Errno) in try remove(call, try path(call, noFollow)) },
            SyscallEntry(SyscallNumber.fremovexattr) { call throws(Errno) in try remove(call, try descriptor(call)) },
        ]
    }

    private static func path(_ call: Call, _ flags: Int32) throws(Errno) -> Target { try Target(call, At.AT_FDCWD, call.a0, flags) }
    private static func descriptor(_ call: Call) throws(Errno) -> Target { try Target(try call.files.real(call.i0)) }

    private static func name(_ call: Call) throws(Errno) -> [UInt8] {
        let name: [UInt8]
        do { name = try UserMemory.readString(call.a1, limit: 256) } catch { throw error == .ENAMETOOLONG ? .ERANGE : error }
        guard !name.isEmpty else { throw .ERANGE }
        return name
    }

    private enum Space {
        case user
        case trusted
        case security
    }

    private static func space(_ name: [UInt8]) throws(Errno) -> Space {
        for (prefix, space): (StaticString, Space) in [("user.", .user), ("trusted.", .trusted), ("security.", .security)] {
            let bytes = [UInt8](prefix)
            if name.starts(with: bytes) {
                guard name.count > bytes.count else { throw .EINVAL }
                return space
            }
        }
        throw .EOPNOTSUPP
    }

    /// Who may read or change an attribute (fs/xattr.c, xattr_permission).
    private static func check(_ target: Target, _ space: Space, writes: Bool, _ call: Call) throws(Errno) {
        let inode = target.inode
        if writes, let mount = target.mount { try Permission.checkWritable(mount, inode) }
        switch space {
        case .trusted: if !call.process.credentials.isPrivileged { throw writes ? .EPERM : .ENODATA }
        case .security: if writes, !call.process.credentials.isPrivileged { throw .EPERM }
        case .user:
            guard inode.isRegular || inode.isDirectory else { throw writes ? .EPERM : .ENODATA }
            if writes, inode.isDirectory, inode.mode & FileMode.S_ISVTX != 0, !Permission.isOwner(inode, call.process) { throw .EPERM }
            try Permission.check(inode, writes ? Permission.write : Permission.read, call.process)
        }
    }

    private static func set(_ call: Call, _ target: Target) throws(Errno) -> Int {
        guard call.i4 & ~(XattrFlag.XATTR_CREATE | XattrFlag.XATTR_REPLACE) == 0 else { throw .EINVAL }
        let name = try name(call)
        guard call.a3 <= UInt64(XattrFlag.XATTR_SIZE_MAX) else { throw .E2BIG }
        let value = try UserMemory.readBytes(call.a2, Int(call.a3))
        try check(target, try space(name), writes: true, call)
        try Headroom.check(UInt64(value.count))
        let inode = target.inode
        if let index = inode.attributes.firstIndex(where: { $0.name == name }) {
            if call.i4 & XattrFlag.XATTR_CREATE != 0 { throw .EEXIST }
            inode.attributes[index].value = value
        } else {
            if call.i4 & XattrFlag.XATTR_REPLACE != 0 { throw .ENODATA }
            var held = 0
            for attribute in inode.attributes { held += attribute.name.count + attribute.value.count }
            guard held + name.count + value.count <= 1 << 20 else { throw .ENOSPC }
            inode.attributes.append(ExtendedAttribute(name: name, value: value))
        }
        inode.touchChanged()
        InodeEvents.changed(inode, target.location)
        return 0
    }

    private static func get(_ call: Call, _ target: Target) throws(Errno) -> Int {
        let name = try name(call)
        try check(target, try space(name), writes: false, call)
        guard let attribute = target.inode.attributes.first(where: { $0.name == name }) else { throw .ENODATA }
        if call.a3 == 0 { return attribute.value.count }
        guard call.a3 >= UInt64(attribute.value.count) else { throw .ERANGE }
        try UserMemory.writeBytes(attribute.value, to: call.a2)
        return attribute.value.count
    }

    private static func list(_ call: Call, _ target: Target) throws(Errno) -> Int {
        var names: [UInt8] = []
        let trusted = [UInt8]("trusted.")
        for attribute in target.inode.attributes {
            if attribute.name.starts(with: trusted), !call.process.credentials.isPrivileged { continue }
            names.append(contentsOf: attribute.name)
            names.append(0)
        }
        if call.a2 == 0 { return names.count }
        guard call.a2 >= UInt64(names.count) else { throw .ERANGE }
        try UserMemory.writeBytes(names, to: call.a1)
        return names.count
    }

    private static func remove(_ call: Call, _ target: Target) throws(Errno) -> Int {
        let name = try name(call)
        try check(target, try space(name), writes: true, call)
        let inode = target.inode
        guard let index = inode.attributes.firstIndex(where: { $0.name == name }) else { throw .ENODATA }
        inode.attributes.remove(at: index)
        inode.touchChanged()
        InodeEvents.changed(inode, target.location)
        return 0
    }
}
