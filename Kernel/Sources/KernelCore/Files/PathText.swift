// SPDX-License-Identifier: Apache-2.0
//
// The path of a place, for getcwd(2), /proc/PID/fd, exe and maps.

import LinuxABI
import Machine

public enum PathText {
    /// The absolute path as seen from `root`; nil when it cannot be reached from there.
    public static func path(of location: Location, from root: Location) -> (
        bytes: [UInt8], isReachable: Bool, isDeleted: Bool
    ) {
        var names: [[UInt8]] = []
        var place = Location(mount: location.mount, inode: location.inode)
        var isDeleted = false
        if let parent = location.parent {
            if holds(parent, location.name, location.inode) {
                names.append(location.name)
                place.inode = parent
            } else {
                // It was renamed or removed since it was opened.
                let moved = location.inode.movedTo
                names.append(moved?.name ?? location.name)
                place.inode = moved?.directory ?? parent
                isDeleted = moved.map { !holds($0.directory, $0.name, location.inode) } ?? true
            }
        }
        var isReachable = true
        while !(place.inode === root.inode && place.mount === root.mount) {
            if place.inode === place.mount.root {
                guard let point = place.mount.point else {
                    isReachable = false
                    break
                }
                place = Location(mount: point.mount, inode: point.inode)
                continue
            }
            let above = place.inode.parentDirectory
            guard let name = place.inode.nameInParent, above !== place.inode else {
                // A removed directory: what is left is its last name.
                isDeleted = true
                if let name = place.inode.lastName { names.append(name) }
                if above === place.inode { break }
                place.inode = above
                continue
            }
            names.append(name)
            place.inode = above
        }
        if names.isEmpty { return ([0x2f], isReachable, isDeleted) }
        var bytes: [UInt8] = []
        for name in names.reversed() {
            bytes.append(0x2f)
            bytes.append(contentsOf: name)
        }
        return (bytes, isReachable, isDeleted)
    }

    /// The text of a /proc link to `location`.
    public static func link(to location: Location, _ thread: Thread) -> [UInt8] {
        let text = path(of: location, from: thread.process.fileSystem.root)
        var bytes = text.bytes
        if text.isDeleted { bytes.append(" (deleted)") }
        return bytes
    }

    private static func holds(_ directory: Inode, _ name: [UInt8], _ inode: Inode) -> Bool {
        do {
            guard let found = try directory.lookup(name, 0..<name.count) else { return false }
            // Inodes of /proc are made anew at each look: the number tells.
            return found.number == inode.number && found.superblock === inode.superblock
        } catch { return false }
    }
}
