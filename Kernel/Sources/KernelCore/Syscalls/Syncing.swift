// SPDX-License-Identifier: Apache-2.0
//
// sync(2), fsync(2), posix_fadvise(2), readahead(2): hints and promises, which memory keeps anyway.

import LinuxABI
import Machine

public enum Syncing {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.sync) { _ throws(Errno) in 0 },
            SyscallEntry(SyscallNumber.syncfs) { call throws(Errno) in
                _ = try call.files.real(call.i0)
                return 0
            },
            SyscallEntry(SyscallNumber.fsync) { call throws(Errno) in try fsync(call) },
            SyscallEntry(SyscallNumber.fdatasync) { call throws(Errno) in try fsync(call) },
            SyscallEntry(SyscallNumber.sync_file_range) { call throws(Errno) in
                let file = try call.files.real(call.i0)
                let offset = Int64(bitPattern: call.a1)
                let length = Int64(bitPattern: call.a2)
                guard call.u3 & ~7 == 0, offset >= 0, length >= 0, !offset.addingReportingOverflow(length).overflow else {
                    throw .EINVAL
                }
                guard let inode = file.inode,
                    inode.isRegular || inode.isDirectory || inode.isSymbolicLink
                        || inode.type == FileMode.S_IFBLK
                else { throw .ESPIPE }
                return 0
            },
            SyscallEntry(SyscallNumber.fadvise64) { call throws(Errno) in
                let file = try call.files.real(call.i0)
                if file.inode?.type == FileMode.S_IFIFO { throw .ESPIPE }
                guard call.i3 >= 0, call.i3 <= 5, Int64(bitPattern: call.a2) >= 0 else { throw .EINVAL }
                return 0
            },
            SyscallEntry(SyscallNumber.readahead) { call throws(Errno) in
                let file = try call.files.readable(call.i0)
                guard let inode = file.inode, inode.isRegular || inode.type == FileMode.S_IFBLK else { throw .EINVAL }
                return 0
            },
        ]
    }

    private static func fsync(_ call: Call) throws(Errno) -> Int {
        let file = try call.files.real(call.i0)
        guard let inode = file.inode, inode.isRegular || inode.isDirectory || inode.type == FileMode.S_IFBLK else { throw .EINVAL }
        try file.sync()
        return 0
    }
}
