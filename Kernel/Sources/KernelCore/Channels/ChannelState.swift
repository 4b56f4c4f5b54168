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
    /// Numbers that netlink sockets are addressed by.
    var netlinkPorts = Set<UInt32>()
    /// Descriptions on their way through sockets. Only their number is bounded: those in a cycle that nobody can reach stay.
    private(set) var inFlight = 0
    static let inFlightMaximum = 65536
    private var dropped: [OpenFile] = []
    private var isDropping = false

    init() {}

    // MARK: descriptions in flight

    func depart(_ files: [OpenFile]) throws(Errno) {
        guard files.count <= ChannelState.inFlightMaximum - inFlight else { throw .ETOOMANYREFS }
        inFlight += files.count
    }

    /// They were received.
    func landed(_ files: [OpenFile]) { inFlight -= files.count }

    /// They will never be received. Dropping one may close a socket that holds more: that is done in a loop here and not by recursion,
    /// whatever a program nests; so the caller must not keep them.
    func drop(_ files: inout [OpenFile]) {
        inFlight -= files.count
        dropped.append(contentsOf: files)
        files = []
        if isDropping { return }
        isDropping = true
        while let file = dropped.popLast() { _ = file }
        isDropping = false
    }

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
