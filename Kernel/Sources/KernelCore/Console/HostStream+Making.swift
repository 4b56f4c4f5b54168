// SPDX-License-Identifier: Apache-2.0
//
// What a descriptor of the host becomes inside: nothing where the caller had closed it, a socket, or a stream with the access mode
// and flags it has on the host.

import LinuxABI
import Machine

extension HostStream {
    private static let keptFlags = Open.O_ACCMODE | Open.O_APPEND | Open.O_NONBLOCK | Open.O_LARGEFILE | Open.O_SYNC

    /// nil where the caller's descriptor was closed: the launcher puts an O_PATH descriptor in its place, so that the number is taken.
    static func make(descriptor: Int32, superblock: Superblock, isOwned: Bool) -> OpenFile? {
        guard let flags = kernel.host.statusFlags(descriptor), flags & Open.O_PATH == 0 else {
            if isOwned { kernel.host.close(descriptor) }
            return nil
        }
        if let socket = HostSocket.borrowed(descriptor, flags: flags, isOwned: isOwned) { return socket }
        let access = flags & Open.O_ACCMODE
        let inode = HostStreamInode(descriptor: descriptor, access: access, superblock: superblock, isOwned: isOwned)
        return HostStream(inode, flags: flags & keptFlags)
    }
}
