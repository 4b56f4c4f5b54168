// SPDX-License-Identifier: Apache-2.0
//
// inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2).

import LinuxABI
import Machine

public enum InotifyCalls {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.inotify_init) { call throws(Errno) in try create(call, 0) },
            SyscallEntry(SyscallNumber.inotify_init1) { call throws(Errno) in try create(call, call.u0) },
            SyscallEntry(SyscallNumber.inotify_add_watch) { call throws(Errno) in
                let file = try file(call)
                let mask = call.u2
                let known =
                    Inotify.IN_ALL_EVENTS | Inotify.IN_ONLYDIR | Inotify.IN_DONT_FOLLOW | Inotify.IN_EXCL_UNLINK | Inotify.IN_MASK_CREATE
                    | Inotify.IN_MASK_ADD | Inotify.IN_ONESHOT
                guard mask & Inotify.IN_ALL_EVENTS != 0, mask & known != 0,
                    mask & (Inotify.IN_MASK_ADD | Inotify.IN_MASK_CREATE) != Inotify.IN_MASK_ADD | Inotify.IN_MASK_CREATE
                else { throw .EINVAL }
                var walk = try PathWalk(call.thread, try call.path(call.a1))
                try walk.walk(follow: mask & Inotify.IN_DONT_FOLLOW == 0)
                let inode = try walk.found()
                if mask & Inotify.IN_ONLYDIR != 0, !inode.isDirectory { throw .ENOTDIR }
                try Permission.check(inode, Permission.read, call.process)
                try Headroom.check()
                return Int(try file.queue.add(inode, mask))
            },
            SyscallEntry(SyscallNumber.inotify_rm_watch) { call throws(Errno) in
                try file(call).queue.remove(call.i1)
                return 0
            },
        ]
    }

    private static func file(_ call: Call) throws(Errno) -> InotifyFile {
        guard let file = try call.files.real(call.i0) as? InotifyFile else { throw .EINVAL }
        return file
    }

    private static func create(_ call: Call, _ flags: UInt32) throws(Errno) -> Int {
        guard flags & ~UInt32(Open.O_CLOEXEC | Open.O_NONBLOCK) == 0 else { throw .EINVAL }
        let file = InotifyFile(flags: Int32(bitPattern: flags) & Open.O_NONBLOCK)
        return Int(
            try call.files.add(
                file, closeOnExec: flags & UInt32(Open.O_CLOEXEC) != 0, limit: call.process.limits.openFiles))
    }
}
