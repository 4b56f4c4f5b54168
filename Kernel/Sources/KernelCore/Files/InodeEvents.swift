// SPDX-License-Identifier: Apache-2.0
//
// What happened to inodes, for inotify(7).

import LinuxABI
import Machine

enum InodeEvents {
    @inline(__always) static func modified(_ inode: Inode) {}
    @inline(__always) static func created(_ directory: Inode, _ name: [UInt8], isDirectory: Bool) {}
}
