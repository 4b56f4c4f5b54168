// SPDX-License-Identifier: Apache-2.0
//
// netdevice(7): programs see no interface but the loopback, and cannot change any.

import LinuxABI
import Machine

enum NetworkDevices {
    static func ioctl(_ command: UInt32, _ argument: UInt64) throws(Errno) -> Int {
        switch command {
        case Ioctl.SIOCGIFCONF:
            // `struct ifconf` with no entries.
            try UserMemory.write(Int32(0), to: argument)
            return 0
        case Ioctl.SIOCGIFNAME, Ioctl.SIOCGIFFLAGS, Ioctl.SIOCGIFADDR, Ioctl.SIOCGIFBRDADDR, Ioctl.SIOCGIFNETMASK, Ioctl.SIOCGIFMTU,
            Ioctl.SIOCGIFHWADDR, Ioctl.SIOCGIFINDEX, Ioctl.SIOCGIFTXQLEN:
            throw .ENODEV
        default: throw .ENOTTY
        }
    }
}
