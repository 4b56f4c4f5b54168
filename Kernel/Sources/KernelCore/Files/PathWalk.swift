// SPDX-License-Identifier: Apache-2.0
//
// Path resolution (path_resolution(7)). A walk keeps the path as one array and moves over it by index, so a path without symbolic
// links is resolved without allocating. Afterwards it tells the inode, the directory and the name by which it was reached.

import LinuxABI
import Machine

public struct PathWalk {
    /// What the last component was.
    public enum Last {
        case name
        case dot
        case dotDot
        /// The path was only slashes.
        case root
        /// A link such as /proc/self/fd/3, which leads to an object and not to a name.
        case jump
    }

    public let thread: Thread
    /// The rest of the path as of the last symbolic link; `name` is a range of it.
    public private(set) var path: [UInt8]
    /// The mount of `inode`.
    public private(set) var mount: Mount
    /// The directory that holds, or would hold, the last component; valid for `.name`.
    public private(set) var directory: Inode
    public private(set) var directoryMount: Mount
    /// What the path leads to; nil when only the last component is missing.
    public private(set) var inode: Inode?
    public private(set) var name = 0..<0
    public private(set) var last = Last.root
    public private(set) var hasTrailingSlash = false
    private var jump: Location?
    private var links = 0
    private var position = 0
    private var current: Inode
    /// RESOLVE_* of openat2(2).
    var resolve: UInt64 = 0
    private var root: Location

    static let maximumLinks = 40
    static let maximumName = 255
    private static let slash: UInt8 = 0x2f

    /// Starts at the root, at the working directory, or at an open directory.
    public init(_ thread: Thread, _ path: [UInt8], at descriptor: Int32 = At.AT_FDCWD) throws(Errno) {
        guard !path.isEmpty else { throw .ENOENT }
        self.thread = thread
        self.path = path
        let context = thread.process.fileSystem
        root = context.root
        if let first = path.first, first == PathWalk.slash {
            mount = context.root.mount
            current = context.root.inode
        } else if descriptor == At.AT_FDCWD {
            mount = context.workingDirectory.mount
            current = context.workingDirectory.inode
        } else {
            let file = try thread.process.files.get(descriptor)
            guard let location = file.location, location.inode.isDirectory else { throw .ENOTDIR }
            mount = location.mount
            current = location.inode
        }
        directory = current
        directoryMount = mount
    }

    /// Starts at a given place (mounting, the loader's tests).
    public init(_ thread: Thread, _ path: [UInt8], from start: Location) {
        self.thread = thread
        self.path = path
        root = thread.process.fileSystem.root
        mount = start.mount
        current = start.inode
        directory = current
        directoryMount = mount
    }

    /// Resolves to what the path names. A missing last component is not an error here: `inode` is nil.
    public mutating func walk(follow: Bool) throws(Errno) { try walk(follow: follow, toParent: false) }

    /// Resolves for a change of the directory entry itself: the last component is neither followed nor crossed into a mount.
    public mutating func walkToParent() throws(Errno) { try walk(follow: false, toParent: true) }

    /// The inode, or ENOENT.
    @inline(__always)
    public func found() throws(Errno) -> Inode {
        guard let inode else { throw .ENOENT }
        return inode
    }

    /// The place found, for open files and working directories.
    public func location() throws(Errno) -> Location {
        let inode = try found()
        if let jump { return jump }
        if inode.isDirectory || last != .name { return Location(mount: mount, inode: inode) }
        return Location(mount: mount, inode: inode, parent: directory, name: Array(path[name]))
    }

    /// The last component as an array of its own.
    public var nameBytes: [UInt8] { Array(path[name]) }
}

extension PathWalk {
    private mutating func walk(follow: Bool, toParent: Bool) throws(Errno) {
        guard !path.isEmpty else { throw .ENOENT }
        if resolve != 0 { try startScoped() }
        while true {
            while position < path.count, path[position] == PathWalk.slash { position += 1 }
            if position == path.count {
                inode = current
                last = .root
                return
            }
            var end = position + 1
            while end < path.count, path[end] != PathWalk.slash { end += 1 }
            var next = end
            while next < path.count, path[next] == PathWalk.slash { next += 1 }
            let isLast = next == path.count
            guard current.isDirectory else { throw .ENOTDIR }
            try Permission.check(current, Permission.execute, thread.process)
            if isLast {
                directory = current
                directoryMount = mount
                name = position..<end
                hasTrailingSlash = next > end
            }
            if path[position] == 0x2e, end - position <= 2, end - position == 1 || path[position + 1] == 0x2e {
                if end - position == 2 { try stepUp() }
                if isLast {
                    inode = current
                    last = end - position == 1 ? .dot : .dotDot
                    return
                }
                position = next
                continue
            }
            guard end - position <= PathWalk.maximumName else { throw .ENAMETOOLONG }
            guard let child = try current.lookup(path, position..<end) else {
                guard isLast else { throw .ENOENT }
                inode = nil
                last = .name
                return
            }
            if child.isSymbolicLink, !isLast || (!toParent && (follow || next > end)) {
                if try followLink(child, end: end, isLast: isLast) { return }
                continue
            }
            if isLast {
                inode = child
                last = .name
                if !toParent {
                    try cross(child)
                    if next > end, let inode, !inode.isDirectory { throw .ENOTDIR }
                }
                return
            }
            try cross(child)
            current = inode ?? child
            position = next
        }
    }

    /// Sets `inode` to `child` or to the root of what is mounted there.
    @inline(__always)
    private mutating func cross(_ child: Inode) throws(Errno) {
        inode = child
        if child.mounted != nil { try crossMounts(child) }
    }

    private mutating func crossMounts(_ child: Inode) throws(Errno) {
        var place = Location(mount: mount, inode: child)
        kernel.mounts.descend(&place)
        if place.mount !== mount, resolve & Resolve.RESOLVE_NO_XDEV != 0 { throw .EXDEV }
        mount = place.mount
        inode = place.inode
    }

    /// `..`: stays at the process's root, leaves a mount at its root.
    private mutating func stepUp() throws(Errno) {
        if current === root.inode, mount === root.mount {
            if resolve & Resolve.RESOLVE_BENEATH != 0 { throw .EXDEV }
            return
        }
        var place = Location(mount: mount, inode: current)
        while place.inode === place.mount.root, let point = place.mount.point { place = point }
        if place.mount !== mount, resolve & Resolve.RESOLVE_NO_XDEV != 0 { throw .EXDEV }
        place.inode = place.inode.parentDirectory
        if place.inode.mounted != nil { kernel.mounts.descend(&place) }
        mount = place.mount
        current = place.inode
    }

    /// Goes on along a symbolic link; true when the walk ended at a jump.
    private mutating func followLink(_ link: Inode, end: Int, isLast: Bool) throws(Errno) -> Bool {
        links += 1
        if links > PathWalk.maximumLinks || resolve & Resolve.RESOLVE_NO_SYMLINKS != 0 { throw .ELOOP }
        if let target = try link.magicTarget(thread) {
            if resolve & Resolve.RESOLVE_NO_MAGICLINKS != 0 { throw .ELOOP }
            if resolve & (Resolve.RESOLVE_BENEATH | Resolve.RESOLVE_IN_ROOT) != 0 { throw .EXDEV }
            mount = target.mount
            if isLast {
                inode = target.inode
                jump = target
                last = .jump
                if hasTrailingSlash, !target.inode.isDirectory { throw .ENOTDIR }
                return true
            }
            current = target.inode
            position = end
            return false
        }
        var new = try link.readLink(thread)
        guard let first = new.first else { throw .ENOENT }
        if end < path.count { new.append(contentsOf: path[end...]) }
        if first == PathWalk.slash {
            if resolve & Resolve.RESOLVE_BENEATH != 0 { throw .EXDEV }
            if resolve & Resolve.RESOLVE_NO_XDEV != 0, mount !== root.mount { throw .EXDEV }
            mount = root.mount
            current = root.inode
        }
        path = new
        position = 0
        return false
    }

    /// RESOLVE_BENEATH and RESOLVE_IN_ROOT: the starting directory is the root of this walk.
    private mutating func startScoped() throws(Errno) {
        let isAbsolute = path[0] == PathWalk.slash
        if resolve & Resolve.RESOLVE_BENEATH != 0 {
            if isAbsolute { throw .EXDEV }
            root = Location(mount: mount, inode: current)
        } else if resolve & Resolve.RESOLVE_IN_ROOT != 0 {
            root = Location(mount: mount, inode: current)
        } else if isAbsolute, resolve & Resolve.RESOLVE_NO_XDEV != 0, mount !== root.mount {
            throw .EXDEV
        }
    }

    /// openat2 with RESOLVE_IN_ROOT: an absolute path starts at the directory too.
    mutating func start(at descriptor: Int32, resolve: UInt64) throws(Errno) {
        self.resolve = resolve
        guard resolve & Resolve.RESOLVE_IN_ROOT != 0 else { return }
        if descriptor == At.AT_FDCWD {
            mount = thread.process.fileSystem.workingDirectory.mount
            current = thread.process.fileSystem.workingDirectory.inode
        } else {
            let file = try thread.process.files.get(descriptor)
            guard let location = file.location, location.inode.isDirectory else { throw .ENOTDIR }
            mount = location.mount
            current = location.inode
        }
    }
}
