// SPDX-License-Identifier: Apache-2.0
//
// What is mounted when the enclave starts.

import Formats
import LinuxABI
import Machine

public enum BootError: Error {
    case noRoot
    /// The image is not the one that was measured, or the host does not deliver it.
    case image(ImageError)
    /// The launcher asks for what the measured manifest does not leave to it.
    case refused(RunRefusal)
    /// SHA-256 and SHA-384 come out wrong on this processor.
    case hashing
    case hostRoot(Errno)
    case mount(target: [UInt8], Errno)
}

public enum FileSystems {
    /// Mounts the root and everything on it; the result is the root directory. `kernel` exists already.
    public static func setUp(config: BootConfig) throws(BootError) -> Location {
        let root = try makeRoot(config)
        let mount = kernel.mounts.add(
            root, on: nil, source: [UInt8](config.image == nil ? "host" : "image"), isReadOnly: false)
        let location = Location(mount: mount, inode: root)
        try mountPseudo([UInt8]("/proc"), location, "proc") { () throws(Errno) -> Inode in ProcFS.make() }
        try mountPseudo([UInt8]("/sys"), location, "sysfs") { () throws(Errno) -> Inode in SysFS.make() }
        try mountPseudo([UInt8]("/dev"), location, "tmpfs") { () throws(Errno) -> Inode in try DeviceFS.make() }
        try mountPseudo([UInt8]("/dev/pts"), location, "devpts") { () throws(Errno) -> Inode in kernel.terminals.directory }
        if let kind = kernel.evidence?.kind {
            try mountPseudo([UInt8]("/sys/kernel/config"), location, "configfs") { () throws(Errno) -> Inode in ReportTree.make(kind) }
            try mountPseudo([UInt8]("/dev/attestation"), location, "attestation") { () throws(Errno) -> Inode in AttestationFS.make(kind) }
        }
        for target: StaticString in ["/dev/shm", "/tmp"] { try mountTemporary([UInt8](target), location, mode: 0o1777) }
        try mountTemporary([UInt8]("/run"), location, mode: 0o755)
        if config.insecureHostRoot { try mountTemporary([UInt8]("/var/tmp"), location, mode: 0o1777) }
        for wanted in config.mounts { try add(wanted, location) }
        return location
    }

    private static func makeRoot(_ config: BootConfig) throws(BootError) -> RamDirectory {
        if config.insecureHostRoot {
            do {
                return try RamSuperblock.make(above: HostLower(HostTree(path: [0x2f])), firstNumber: 1 << 47)
            } catch { throw .hostRoot(error) }
        }
        guard let image = config.image else { throw .noRoot }
        let lower = try ImageLower.root(image)
        do { return try RamSuperblock.make(above: lower.node, firstNumber: lower.firstFree) } catch { throw .hostRoot(error) }
    }

    private static func add(_ wanted: BootConfig.Mount, _ root: Location) throws(BootError) {
        switch wanted.kind {
        case .temporary: try mountTemporary(wanted.target, root, mode: 0o1777, isReadOnly: wanted.isReadOnly)
        case .host:
            do {
                let top = try HostSuperblock.make(wanted.source)
                let point = try makeDirectory(wanted.target, root)
                kernel.mounts.add(top, on: point, source: wanted.source, isReadOnly: wanted.isReadOnly)
            } catch { throw .mount(target: wanted.target, error) }
        }
    }

    private static func mountTemporary(
        _ target: [UInt8], _ root: Location, mode: UInt32, isReadOnly: Bool = false
    ) throws(BootError) {
        do {
            let point = try makeDirectory(target, root)
            kernel.mounts.add(RamSuperblock.make(mode: mode), on: point, source: [UInt8]("tmpfs"), isReadOnly: isReadOnly)
        } catch { throw .mount(target: target, error) }
    }

    private static func mountPseudo(
        _ target: [UInt8], _ root: Location, _ source: StaticString, _ make: () throws(Errno) -> Inode
    ) throws(BootError) {
        do {
            let point = try makeDirectory(target, root)
            kernel.mounts.add(try make(), on: point, source: [UInt8](source), isReadOnly: false)
        } catch { throw .mount(target: target, error) }
    }

    /// The directory `path`, made where it is missing. Symbolic links on the way are followed within the root.
    static func makeDirectory(_ path: [UInt8], _ root: Location, depth: Int = 0) throws(Errno) -> Location {
        guard depth < 40 else { throw .ELOOP }
        var place = root
        kernel.mounts.descend(&place)
        var rest = path[...]
        while true {
            while let first = rest.first, first == 0x2f { rest = rest.dropFirst() }
            if rest.isEmpty { return place }
            let end = rest.firstIndex(of: 0x2f) ?? rest.endIndex
            let name = Array(rest[rest.startIndex..<end])
            rest = rest[end...]
            if name == [0x2e] { continue }
            guard name != [0x2e, 0x2e], name.count <= PathWalk.maximumName else { throw .EINVAL }
            if let child = try place.inode.lookup(name, 0..<name.count) {
                if let link = child as? RamSymlink {
                    var target = link.target
                    if target.first != 0x2f {
                        target = PathText.path(of: place, from: root).bytes + [0x2f] + target
                    }
                    return try makeDirectory(target + rest, root, depth: depth + 1)
                }
                guard child.isDirectory else { throw .ENOTDIR }
                place.inode = child
            } else {
                place.inode = try place.inode.create(name, mode: FileMode.S_IFDIR | 0o755, device: 0, uid: 0, gid: 0)
            }
            kernel.mounts.descend(&place)
        }
    }
}
