// SPDX-License-Identifier: Apache-2.0
//
// Open files and directories of a host mount. Data goes between the host's file and the program's memory directly.

import LinuxABI
import Machine

final class HostFile: OpenFile {
    private let file: HostInode
    private let descriptor: Int32

    init(_ file: HostInode, _ descriptor: Int32, flags: Int32, location: Location) {
        self.file = file
        self.descriptor = descriptor
        super.init(flags: flags, inode: file, location: location)
    }
    deinit { kernel.host.close(descriptor) }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let n = try transfer(&buffer, at: position, writes: false)
        position &+= Int64(n)
        return n
    }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try transfer(&buffer, at: offset, writes: false)
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if flags & Open.O_APPEND != 0 {
            try file.refresh()
            position = file.size
        }
        let n = try transfer(&buffer, at: position, writes: true)
        position &+= Int64(n)
        return n
    }
    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try transfer(&buffer, at: offset, writes: true)
    }

    private func transfer(_ buffer: inout IOBuffer, at offset: Int64, writes: Bool) throws(Errno) -> Int {
        let done = try HostTransfer.move(&buffer, descriptor, at: offset, writes: writes)
        if writes, done > 0 { try file.refresh() }
        return done
    }

    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        if whence >= Seek.SEEK_END { try file.refresh() }
        position = try Seeking.target(offset, whence, position: position, size: file.size, limit: Int64.max)
        return position
    }
    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        guard command == Ioctl.FIONREAD else { throw .ENOTTY }
        try file.refresh()
        try UserMemory.write(Int32(truncatingIfNeeded: min(max(file.size &- position, 0), Int64(Int32.max))), to: argument)
        return 0
    }
    override func truncate(_ size: Int64) throws(Errno) {
        try kernel.host.truncate(descriptor, size)
        try file.refresh()
    }
    override func sync() throws(Errno) { try kernel.host.sync(descriptor) }

    /// Mappings see the file as it is now: a copy, read as it is touched.
    override func contentForMapping() throws(Errno) -> FileContent {
        try file.refresh()
        guard file.size > 0 else { return FileContent() }
        return try FileContent(source: HostFileContent(self, descriptor), size: file.size)
    }
}

/// Bytes between a program and a file of the host at an offset.
enum HostTransfer {
    static func move(_ buffer: inout IOBuffer, _ descriptor: Int32, at offset: Int64, writes: Bool) throws(Errno) -> Int {
        let host = kernel.host
        var done = 0
        while buffer.remaining > 0 {
            guard let at = Int64(exactly: offset.addingReportingOverflow(Int64(done)).partialValue), at >= 0 else { throw .EINVAL }
            let asked: Int
            let moved: Int
            do {
                if let range = buffer.nextGuestRange() {
                    asked = range.count
                    moved = try host.transfer(descriptor, range.address, asked, at: at, writes: writes)
                    buffer.consume(moved)
                } else if writes {
                    var bytes = try buffer.takeBytes(min(buffer.remaining, 65536))
                    asked = bytes.count
                    moved = try host.write(descriptor, at: at, &bytes)
                } else {
                    var bytes = [UInt8](repeating: 0, count: min(buffer.remaining, 65536))
                    asked = bytes.count
                    let n = try host.read(descriptor, at: at, into: &bytes)
                    moved = try buffer.put(bytes, from: 0, n)
                }
            } catch {
                if done > 0 { break }
                throw error
            }
            done += moved
            if moved < asked { break }
        }
        return done
    }
}

final class HostFileContent: ContentSource {
    /// Keeps the descriptor open.
    private let owner: OpenFile
    private let descriptor: Int32
    init(_ owner: OpenFile, _ descriptor: Int32) {
        self.owner = owner
        self.descriptor = descriptor
        super.init()
    }
    override func load(offset: Int64, count: Int, to address: KernelAddress) throws(Errno) {
        var done = 0
        while done < count {
            let n = try kernel.host.read(descriptor, at: offset + Int64(done), count - done, to: address.advanced(by: done))
            if n == 0 { return }
            done += n
        }
    }
}

final class HostDirectoryFile: OpenFile {
    private let directory: HostInode
    private let descriptor: Int32
    /// The listing as of the last rewind.
    private var entries: [LowerEntry] = []
    private var isListed = false

    init(_ directory: HostInode, _ descriptor: Int32, flags: Int32, location: Location) {
        self.directory = directory
        self.descriptor = descriptor
        super.init(flags: flags, inode: directory, location: location)
    }
    deinit { kernel.host.close(descriptor) }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { throw .EISDIR }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int { throw .EISDIR }
    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        guard whence == Seek.SEEK_SET || whence == Seek.SEEK_CUR else { throw .EINVAL }
        position = try Seeking.target(offset, whence, position: position, size: 0, limit: Int64.max)
        return position
    }
    override func sync() throws(Errno) { try kernel.host.sync(descriptor) }

    override func readDirectory(_ emit: (_ name: [UInt8], _ number: UInt64, _ type: UInt8, _ next: Int64) -> Bool) throws(Errno) {
        if position == 0 || !isListed {
            let fresh = try directory.openHost(Open.O_RDONLY)
            defer { kernel.host.close(fresh) }
            entries = try HostListing.read(fresh) { (inode: UInt64) -> UInt64 in inode }
            isListed = true
        }
        var at = position
        if at == 0 {
            if !emit([0x2e], directory.number, DirectoryEntryType.DT_DIR, 1) { return }
            at = 1
        }
        if at == 1 {
            if !emit([0x2e, 0x2e], directory.parentDirectory.number, DirectoryEntryType.DT_DIR, 2) { return }
            at = 2
        }
        while at - 2 < Int64(entries.count) {
            let entry = entries[Int(at - 2)]
            if !emit(entry.name, entry.number, entry.type, at + 1) { return }
            at += 1
        }
    }
}
