// SPDX-License-Identifier: Apache-2.0
//
// What all pipes and sockets of the enclave share, and the nameless inodes that fstat(2) sees for them.

import LinuxABI
import Machine

final class ChannelState {
    let pipeFS = Superblock(deviceID: 14, magic: 0x5049_5045, typeName: "pipefs")
    let socketFS = Superblock(deviceID: 9, magic: 0x534f_434b, typeName: "sockfs")
    let anonymousFS = Superblock(deviceID: 15, magic: 0x0904_1934, typeName: "anon_inodefs")
    var buffers = ByteRingBuffers()
    var anonymousInode: Inode?
    /// Names in the abstract namespace, with the socket type appended.
    var abstractNames: [[UInt8]: UnixSocket] = [:]
    var nextAutomaticName: UInt32 = 0
    /// Ports of the loopback, and who is at them.
    var inet = InetState()
    /// Numbers that netlink sockets are addressed by.
    var netlinkPorts = Set<UInt32>()
    /// Descriptions on their way through sockets.
    var flights = Flights()

    init() {}

    /// The one inode of all eventfds, epolls and their kind.
    var sharedAnonymousInode: Inode {
        if let inode = anonymousInode { return inode }
        let inode = Inode(number: anonymousFS.allocateNumber(), superblock: anonymousFS, mode: 0o600)
        inode.stampCreation()
        anonymousInode = inode
        return inode
    }
}

extension Inode {
    func stampCreation() {
        let now = Machine.clock(ClockID.CLOCK_REALTIME)
        accessTime = Timespec(tv_sec: now.seconds, tv_nsec: now.nanoseconds)
        modificationTime = accessTime
        changeTime = accessTime
        birthTime = accessTime
    }
}
