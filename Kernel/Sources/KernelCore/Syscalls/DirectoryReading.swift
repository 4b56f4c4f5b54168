// SPDX-License-Identifier: Apache-2.0
//
// getdents(2), readlink(2), and where the process stands: chdir(2), getcwd(2), chroot(2).

import LinuxABI
import Machine

public enum DirectoryReading {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.getdents64) { call throws(Errno) in try getdents(call, isLegacy: false) },
            SyscallEntry(SyscallNumber.getdents) { call throws(Errno) in try getdents(call, isLegacy: true) },
            SyscallEntry(SyscallNumber.readlink) { call throws(Errno) in
                try readLink(call, At.AT_FDCWD, call.a0, call.a1, call.i2)
            },
            SyscallEntry(SyscallNumber.readlinkat) { call throws(Errno) in
                try readLink(call, call.i0, call.a1, call.a2, call.i3)
            },
            SyscallEntry(SyscallNumber.chdir) { call throws(Errno) in
                call.process.fileSystem.workingDirectory = try directory(call)
                return 0
            },
            SyscallEntry(SyscallNumber.fchdir) { call throws(Errno) in
                let file = try call.files.get(call.i0)
                guard let location = file.location, location.inode.isDirectory else { throw .ENOTDIR }
                try Permission.check(location.inode, Permission.execute, call.process)
                call.process.fileSystem.workingDirectory = location
                return 0
            },
            SyscallEntry(SyscallNumber.getcwd) { call throws(Errno) in try getcwd(call) },
            SyscallEntry(SyscallNumber.chroot) { call throws(Errno) in
                let place = try directory(call)
                guard call.process.credentials.isPrivileged else { throw .EPERM }
                call.process.fileSystem.root = place
                return 0
            },
        ]
    }

    private static func directory(_ call: Call) throws(Errno) -> Location {
        var walk = try PathWalk(call.thread, try call.path(call.a0))
        try walk.walk(follow: true)
        let inode = try walk.found()
        guard inode.isDirectory else { throw .ENOTDIR }
        try Permission.check(inode, Permission.execute, call.process)
        return try walk.location()
    }

    private static func getdents(_ call: Call, isLegacy: Bool) throws(Errno) -> Int {
        let file = try call.files.real(call.i0)
        guard let inode = file.inode, inode.isDirectory else { throw .ENOTDIR }
        let room = Int(min(call.a2 & 0xffff_ffff, 1 << 20))
        var records: [UInt8] = []
        records.reserveCapacity(min(room, 32768))
        var position = file.position
        var isFull = false
        try file.readDirectory { (name: [UInt8], number: UInt64, type: UInt8, next: Int64) -> Bool in
            let entry = Dirent64(ino: number, nextOffset: next, type: type, name: name)
            if records.count + (isLegacy ? entry.legacyRecordLength : entry.recordLength) > room {
                isFull = true
                return false
            }
            if isLegacy { entry.encodeLegacy(to: &records) } else { entry.encode(to: &records) }
            position = next
            return true
        }
        if records.isEmpty {
            if isFull { throw .EINVAL }
            return 0
        }
        try UserMemory.writeBytes(records, to: call.a1)
        file.position = position
        InodeEvents.accessed(inode, file.location)
        return records.count
    }

    private static func readLink(
        _ call: Call, _ directory: Int32, _ path: UInt64, _ buffer: UInt64, _ size: Int32
    ) throws(Errno) -> Int {
        guard size > 0 else { throw .EINVAL }
        let bytes = try call.path(path)
        let inode: Inode
        if bytes.isEmpty, directory != At.AT_FDCWD {
            // readlinkat(2): an empty path means the link the O_PATH descriptor refers to.
            let file = try call.files.get(directory)
            guard let opened = file.inode, opened.isSymbolicLink else { throw .ENOENT }
            inode = opened
        } else {
            var walk = try PathWalk(call.thread, bytes, at: directory)
            try walk.walk(follow: false)
            inode = try walk.found()
        }
        guard inode.isSymbolicLink else { throw .EINVAL }
        let target = try inode.readLink(call.thread)
        let count = min(target.count, Int(size))
        try UserMemory.writeBytes(target, from: 0, count, to: buffer)
        return count
    }

    private static func getcwd(_ call: Call) throws(Errno) -> Int {
        let context = call.process.fileSystem
        let text = PathText.path(of: context.workingDirectory, from: context.root)
        if text.isDeleted { throw .ENOENT }
        var bytes = text.isReachable ? text.bytes : [UInt8]("(unreachable)") + text.bytes
        bytes.append(0)
        guard UInt64(bytes.count) <= call.a1 else { throw .ERANGE }
        guard bytes.count <= 4096 else { throw .ENAMETOOLONG }
        try UserMemory.writeBytes(bytes, to: call.a0)
        return bytes.count
    }
}
