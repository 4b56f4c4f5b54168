// SPDX-License-Identifier: Apache-2.0
//
// What happened to inodes, for inotify(7).

import LinuxABI
import Machine

enum InodeEvents {
    @inline(__always) static func accessed(_ inode: Inode, _ location: Location?) {}
    @inline(__always) static func modified(_ inode: Inode, _ location: Location?) {}
    @inline(__always) static func opened(_ inode: Inode, _ location: Location?) {}
    @inline(__always) static func closed(_ file: OpenFile) {}
    @inline(__always) static func changed(_ inode: Inode, _ location: Location?) {}
    @inline(__always) static func created(_ directory: Inode, _ name: [UInt8], isDirectory: Bool) {}
    @inline(__always) static func removed(_ directory: Inode, _ name: [UInt8], _ inode: Inode) {}
    @inline(__always) static func renamed(_ from: Inode, _ name: [UInt8], _ to: Inode, _ newName: [UInt8], _ inode: Inode) {}
    @inline(__always) static func replaced(_ inode: Inode) {}
}
