// SPDX-License-Identifier: Apache-2.0
//
// The host's own files as a lower layer (--insecure-host-root): nothing is verified, but every answer is checked for form. A
// directory of the host is listed once; changes the host makes later are not seen.

import LinuxABI
import Machine

final class HostTree {
    /// O_PATH descriptor of the top.
    let top: Int32
    /// The device of the top: inode numbers of others are marked with their device.
    let device: UInt64
    /// The file read last, kept open: contents come in pieces.
    private var openPath: [UInt8] = []
    private var openDescriptor: Int32 = -1

    init(path: [UInt8]) throws(Errno) {
        let host = kernel.host
        top = try host.openAt(At.AT_FDCWD, path, Open.O_PATH | Open.O_DIRECTORY)
        do { device = try host.statAt(top, []).st_dev } catch {
            host.close(top)
            throw error
        }
    }
    deinit {
        kernel.host.close(openDescriptor)
        kernel.host.close(top)
    }

    func number(_ inode: UInt64, device: UInt64) -> UInt64 {
        device == self.device ? inode & 0x7fff_ffff_ffff : (inode & 0xff_ffff_ffff) | (device & 0x7fff) << 48 | 1 << 63
    }

    func descriptor(_ path: [UInt8]) throws(Errno) -> Int32 {
        if openDescriptor >= 0, openPath == path { return openDescriptor }
        let new = try kernel.host.openAt(top, path, Open.O_RDONLY | Open.O_NOFOLLOW | Open.O_NONBLOCK)
        kernel.host.close(openDescriptor)
        openDescriptor = new
        openPath = path
        return new
    }
}

final class HostLower: LowerNode {
    private let tree: HostTree
    private let path: [UInt8]
    private var device: UInt64

    /// The top of a tree.
    init(_ tree: HostTree) {
        self.tree = tree
        path = [0x2e]
        device = tree.device
        super.init()
    }
    private init(_ tree: HostTree, _ path: [UInt8], device: UInt64) {
        self.tree = tree
        self.path = path
        self.device = device
        super.init()
    }

    override func attributes() throws(Errno) -> LowerAttributes {
        let stat = try kernel.host.statAt(tree.top, path)
        device = stat.st_dev
        return LowerAttributes(
            number: tree.number(stat.st_ino, device: stat.st_dev), mode: stat.st_mode, uid: stat.st_uid, gid: stat.st_gid,
            linkCount: UInt32(truncatingIfNeeded: min(stat.st_nlink, 1 << 30)), size: stat.st_size, device: stat.st_rdev,
            accessTime: Timespec(tv_sec: Int64(bitPattern: stat.st_atime), tv_nsec: Int64(bitPattern: stat.st_atime_nsec)),
            modificationTime: Timespec(tv_sec: Int64(bitPattern: stat.st_mtime), tv_nsec: Int64(bitPattern: stat.st_mtime_nsec)),
            changeTime: Timespec(tv_sec: Int64(bitPattern: stat.st_ctime), tv_nsec: Int64(bitPattern: stat.st_ctime_nsec)))
    }

    override func list() throws(Errno) -> [LowerEntry] {
        let host = kernel.host
        let descriptor = try host.openAt(tree.top, path, Host.directoryFlags)
        defer { host.close(descriptor) }
        let tree = self.tree
        let device = self.device
        return try HostListing.read(descriptor) { (inode: UInt64) -> UInt64 in tree.number(inode, device: device) }
    }

    override func child(_ name: [UInt8], _ number: UInt64) -> LowerNode {
        var full: [UInt8] = []
        if path.count > 1 || path[0] != 0x2e {
            full.reserveCapacity(path.count + name.count + 2)
            full.append(contentsOf: path)
            full.append(0x2f)
        }
        full.append(contentsOf: name)
        return HostLower(tree, full, device: device)
    }

    override func linkTarget() throws(Errno) -> [UInt8] { try kernel.host.readLinkAt(tree.top, path) }
    override func contentSource() throws(Errno) -> ContentSource { HostContent(tree, path) }
}

private final class HostContent: ContentSource {
    private let tree: HostTree
    private let path: [UInt8]
    init(_ tree: HostTree, _ path: [UInt8]) {
        self.tree = tree
        self.path = path
        super.init()
    }
    override func load(offset: Int64, count: Int, to address: KernelAddress) throws(Errno) {
        let descriptor = try tree.descriptor(path)
        var done = 0
        while done < count {
            let n = try kernel.host.read(descriptor, at: offset + Int64(done), count - done, to: address.advanced(by: done))
            // A file that shrank on the host reads as zeros.
            if n == 0 { return }
            done += n
        }
    }
}

/// A directory of the host, read whole.
enum HostListing {
    static func read(_ descriptor: Int32, _ number: (UInt64) -> UInt64) throws(Errno) -> [LowerEntry] {
        var entries: [LowerEntry] = []
        var buffer = [UInt8](repeating: 0, count: 32768)
        while true {
            let count = try kernel.host.directoryRecords(descriptor, into: &buffer)
            if count == 0 { return entries }
            try decode(buffer, count, &entries, number)
            guard entries.count <= 1 << 22 else { throw .EIO }
        }
    }

    private static func decode(
        _ buffer: [UInt8], _ count: Int, _ entries: inout [LowerEntry], _ number: (UInt64) -> UInt64
    ) throws(Errno) {
        var at = 0
        while at < count {
            guard count - at >= Dirent64.nameOffset, let inode = buffer.littleEndian(UInt64.self, at: at),
                let length = buffer.littleEndian(UInt16.self, at: at + 16), Int(length) > Dirent64.nameOffset, Int(length) <= count - at
            else { throw .EIO }
            var end = at + Dirent64.nameOffset
            while end < at + Int(length), buffer[end] != 0 { end += 1 }
            let name = Array(buffer[(at + Dirent64.nameOffset)..<end])
            guard !name.isEmpty, name.count <= PathWalk.maximumName, !name.contains(0x2f) else { throw .EIO }
            if name != [0x2e] && name != [0x2e, 0x2e] {
                entries.append(LowerEntry(name: name, number: number(inode), type: buffer[at + 18]))
            }
            at += Int(length)
        }
    }
}
