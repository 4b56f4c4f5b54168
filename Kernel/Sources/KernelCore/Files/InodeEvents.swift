// SPDX-License-Identifier: Apache-2.0
//
// What happened to inodes, for inotify(7). Nobody watching costs one comparison.

import LinuxABI
import Machine

enum InodeEvents {
    @inline(__always) static var isWatched: Bool { kernel.inotify.watchCount > 0 }

    @inline(__always) static func accessed(_ inode: Inode, _ location: Location?) {
        if isWatched { notify(inode, location, Inotify.IN_ACCESS) }
    }
    @inline(__always) static func modified(_ inode: Inode, _ location: Location?) {
        if isWatched { notify(inode, location, Inotify.IN_MODIFY) }
    }
    @inline(__always) static func opened(_ inode: Inode, _ location: Location?) {
        if isWatched { notify(inode, location, Inotify.IN_OPEN) }
    }
    /// The last descriptor of a description is gone.
    @inline(__always) static func closed(_ inode: Inode, _ location: Location?, wasWritable: Bool) {
        if isWatched { notify(inode, location, wasWritable ? Inotify.IN_CLOSE_WRITE : Inotify.IN_CLOSE_NOWRITE) }
    }
    @inline(__always) static func changed(_ inode: Inode, _ location: Location?) {
        if isWatched { notify(inode, location, Inotify.IN_ATTRIB) }
    }
    @inline(__always) static func created(_ directory: Inode, _ name: [UInt8], isDirectory: Bool) {
        if isWatched { directory.watches?.post(Inotify.IN_CREATE | (isDirectory ? Inotify.IN_ISDIR : 0), name) }
    }
    @inline(__always) static func removed(_ directory: Inode, _ name: [UInt8], _ inode: Inode) {
        if isWatched { noteRemoved(directory, name, inode) }
    }
    @inline(__always) static func renamed(_ from: Inode, _ name: [UInt8], _ to: Inode, _ newName: [UInt8], _ inode: Inode) {
        if isWatched { noteRenamed(from, name, to, newName, inode) }
    }
    /// A rename took the inode's name.
    @inline(__always) static func replaced(_ inode: Inode) {
        if isWatched { noteUnlinked(inode) }
    }

    // MARK: somebody watches something

    /// Tells who watches the inode, and who watches the directory it was reached through.
    private static func notify(_ inode: Inode, _ location: Location?, _ mask: UInt32) {
        let mask = mask | (inode.isDirectory ? Inotify.IN_ISDIR : 0)
        if inode.isDirectory {
            if let name = inode.nameInParent { inode.parentDirectory.watches?.post(mask, name) }
        } else if let location, let parent = location.parent {
            parent.watches?.post(mask, location.name, unlinked: inode.linkCount == 0)
        }
        inode.watches?.post(mask)
    }

    private static func noteRemoved(_ directory: Inode, _ name: [UInt8], _ inode: Inode) {
        noteUnlinked(inode)
        directory.watches?.post(Inotify.IN_DELETE | (inode.isDirectory ? Inotify.IN_ISDIR : 0), name)
    }

    private static func noteUnlinked(_ inode: Inode) {
        guard let watches = inode.watches else { return }
        if !inode.isDirectory { watches.post(Inotify.IN_ATTRIB) }
        guard inode.linkCount == 0 else { return }
        watches.post(Inotify.IN_DELETE_SELF)
        watches.removeAll()
    }

    private static func noteRenamed(_ from: Inode, _ name: [UInt8], _ to: Inode, _ newName: [UInt8], _ inode: Inode) {
        let directory = inode.isDirectory ? Inotify.IN_ISDIR : 0
        let cookie = kernel.inotify.nextCookie()
        from.watches?.post(Inotify.IN_MOVED_FROM | directory, name, cookie: cookie)
        to.watches?.post(Inotify.IN_MOVED_TO | directory, newName, cookie: cookie)
        inode.watches?.post(Inotify.IN_MOVE_SELF)
    }
}
