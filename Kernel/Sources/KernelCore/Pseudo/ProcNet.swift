// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/net: what the usual readers expect to be there. Sockets of the host are not the enclave's to list.

import LinuxABI
import Machine

enum ProcNet {
    static func fill(_ net: FixedDirectory) {
        net.text("dev") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8](
                "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n"
            )
        }
        let inet: StaticString =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n"
        for name: StaticString in ["tcp", "udp", "raw", "udplite"] {
            net.text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](inet) }
        }
        let inet6: StaticString =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        for name: StaticString in ["tcp6", "udp6", "raw6"] {
            net.text(name) { (_: Thread) throws(Errno) -> [UInt8] in [UInt8](inet6) }
        }
        net.text("unix") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("Num       RefCount Protocol Flags    Type St Inode Path\n")
        }
        net.text("route") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8](
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n"
            )
        }
        net.text("if_inet6") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("00000000000000000000000000000001 01 80 10 80       lo\n")
        }
        net.text("arp") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("IP address       HW type     Flags       HW address            Mask     Device\n")
        }
        net.text("ipv6_route") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        net.text("netlink") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8](
                "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n")
        }
        net.text("packet") { (_: Thread) throws(Errno) -> [UInt8] in
            [UInt8]("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n")
        }
        net.text("protocols") { (_: Thread) throws(Errno) -> [UInt8] in [] }
        net.text("sockstat") { (_: Thread) throws(Errno) -> [UInt8] in [UInt8]("sockets: used 0\n") }
    }
}
