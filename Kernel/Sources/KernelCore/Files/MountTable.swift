// SPDX-License-Identifier: Apache-2.0
//
// All mounts of the enclave, in the order they were made. There is one mount namespace.

import LinuxABI
import Machine

public struct MountTable {
    public private(set) var all: [Mount] = []
    private var nextID = 20
    /// Minor number of the next anonymous device.
    private var nextDevice: UInt64 = 32
    public init() {}

    public var root: Mount? { all.first }

    public mutating func allocateDevice() -> UInt64 {
        nextDevice += 1
        return nextDevice - 1
    }

    /// Mounts `root` on `point` (nil for the first mount).
    @discardableResult
    public mutating func add(_ root: Inode, on point: Location?, source: [UInt8], isReadOnly: Bool) -> Mount {
        let mount = Mount(root: root, point: point, source: source, isReadOnly: isReadOnly, id: nextID)
        nextID += 1
        all.append(mount)
        point?.inode.mounted = mount
        return mount
    }

    /// Takes a mount out of the tree; open files keep it alive.
    public mutating func remove(_ mount: Mount) {
        all.removeAll { $0 === mount }
        guard let inode = mount.point?.inode, inode.mounted === mount else { return }
        inode.mounted = all.last { $0.point?.inode === inode }
    }

    /// Moves `place` to the root of the topmost file system mounted there.
    public func descend(_ place: inout Location) {
        while place.inode.mounted != nil {
            guard let mount = topmost(on: place) else { return }
            place = Location(mount: mount, inode: mount.root)
        }
    }

    private func topmost(on place: Location) -> Mount? {
        if let mount = place.inode.mounted, let point = mount.point, point.mount === place.mount { return mount }
        return all.last { $0.point?.inode === place.inode && $0.point?.mount === place.mount }
    }

    /// Whether something is mounted below `mount`.
    public func hasChildren(_ mount: Mount) -> Bool { all.contains { $0.point?.mount === mount } }
}
