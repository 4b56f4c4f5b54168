// SPDX-License-Identifier: Apache-2.0
//
// Opening a device node that lies in an ordinary file system, by its number.

import LinuxABI
import Machine

enum DeviceNodes {
    static func open(_ inode: Inode, _ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        throw .ENXIO
    }
}
