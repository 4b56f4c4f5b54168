// SPDX-License-Identifier: Apache-2.0
//
// Host calls on files: for the insecure host root, insecure host mounts and the image file. Names given to the host end with a zero
// byte. What it returns is bounded here; what it means is checked by the callers.

import LinuxABI
import Machine

extension Host {
    static let directoryFlags = Open.O_RDONLY | Open.O_DIRECTORY | Open.O_NOFOLLOW | Open.O_CLOEXEC

    /// Host descriptors of a caller's own making always have close-on-exec set.
    func openAt(_ directory: Int32, _ name: [UInt8], _ flags: Int32, _ mode: UInt32 = 0) throws(Errno) -> Int32 {
        var path = Host.terminated(name)
        let result = Machine.withAddress(of: &path) {
            raw.call(257, Host.word(directory), $0, UInt64(UInt32(bitPattern: flags | Open.O_CLOEXEC)), UInt64(mode))
        }
        return try made(result)
    }

    /// Attributes of `name` in a directory, of the link itself; of the descriptor when the name is empty.
    func statAt(_ directory: Int32, _ name: [UInt8]) throws(Errno) -> Stat {
        var path = Host.terminated(name)
        var stat = Stat()
        let flags = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | (name.isEmpty ? At.AT_EMPTY_PATH : 0)
        let result = Machine.withAddress(of: &path) { pathAddress in
            Machine.withAddress(of: &stat) { raw.call(262, Host.word(directory), pathAddress, $0, Host.word(flags)) }
        }
        _ = try check(result, limit: 0)
        guard Host.isPlausible(stat) else { throw .EIO }
        return stat
    }

    /// What the rest of the kernel takes for granted: a known type, a size, times that can be compared.
    static func isPlausible(_ stat: Stat) -> Bool {
        switch stat.st_mode & FileMode.S_IFMT {
        case FileMode.S_IFREG, FileMode.S_IFDIR, FileMode.S_IFLNK, FileMode.S_IFIFO, FileMode.S_IFCHR, FileMode.S_IFBLK, FileMode.S_IFSOCK:
            break
        default: return false
        }
        return stat.st_mode <= 0o177777 && stat.st_size >= 0 && isTime(stat.st_atime, stat.st_atime_nsec)
            && isTime(stat.st_mtime, stat.st_mtime_nsec) && isTime(stat.st_ctime, stat.st_ctime_nsec)
    }
    private static func isTime(_ seconds: UInt64, _ nanoseconds: UInt64) -> Bool {
        Int64(bitPattern: seconds).magnitude <= 1 << 55 && nanoseconds < 1_000_000_000
    }

    /// Bytes of directory records; empty at the end.
    func directoryRecords(_ descriptor: Int32, into buffer: inout [UInt8]) throws(Errno) -> Int {
        let room = buffer.count
        let result = Machine.withAddress(of: &buffer) { raw.call(217, Host.word(descriptor), $0, UInt64(room)) }
        return try check(result, limit: Int64(room))
    }

    func readLinkAt(_ directory: Int32, _ name: [UInt8]) throws(Errno) -> [UInt8] {
        var path = Host.terminated(name)
        var target = [UInt8](repeating: 0, count: 4096)
        let result = Machine.withAddress(of: &path) { pathAddress in
            Machine.withAddress(of: &target) { raw.call(267, Host.word(directory), pathAddress, $0, 4096) }
        }
        let count = try check(result, limit: 4095)
        target.removeLast(target.count - count)
        guard !target.isEmpty, !target.contains(0) else { throw .EIO }
        return target
    }

    /// Reads into page memory.
    func read(_ descriptor: Int32, at offset: Int64, _ count: Int, to page: KernelAddress) throws(Errno) -> Int {
        guard page.isPageMemory(count) else { throw .EIO }
        return try check(
            raw.call(17, Host.word(descriptor), page.value, UInt64(count), UInt64(bitPattern: offset)), limit: Int64(count))
    }

    func read(_ descriptor: Int32, at offset: Int64, into buffer: inout [UInt8]) throws(Errno) -> Int {
        let room = buffer.count
        let result = Machine.withAddress(of: &buffer) {
            raw.call(17, Host.word(descriptor), $0, UInt64(room), UInt64(bitPattern: offset))
        }
        return try check(result, limit: Int64(room))
    }

    static func terminated(_ name: [UInt8]) -> [UInt8] {
        var path = name
        path.append(0)
        return path
    }
    @inline(__always) static func word(_ value: Int32) -> UInt64 { UInt64(bitPattern: Int64(value)) }
}
