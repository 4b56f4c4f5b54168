// SPDX-License-Identifier: Apache-2.0
//
// The read-only layer below an in-memory file system: an image or the host's own files. A directory is listed once, when it is first
// used; from then on everything happens in memory. Implementations: HostLower, ImageLower.

import LinuxABI
import Machine

struct LowerAttributes {
    var number: UInt64
    var mode: UInt32
    var uid: UInt32
    var gid: UInt32
    var linkCount: UInt32
    var size: Int64
    var device: UInt64
    var accessTime: Timespec
    var modificationTime: Timespec
    var changeTime: Timespec
}

struct LowerEntry {
    var name: [UInt8]
    var number: UInt64
    var type: UInt8
}

class LowerNode {
    init() {}
    func attributes() throws(Errno) -> LowerAttributes { throw .EIO }
    /// Every entry but `.` and `..`.
    func list() throws(Errno) -> [LowerEntry] { throw .ENOTDIR }
    func child(_ name: [UInt8], _ number: UInt64) -> LowerNode { self }
    func linkTarget() throws(Errno) -> [UInt8] { throw .EINVAL }
    func contentSource() throws(Errno) -> ContentSource { throw .EIO }
}
