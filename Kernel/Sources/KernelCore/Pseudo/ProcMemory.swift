// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/mem: a process's memory by address. As for a debugger the protection of private mappings does not count.

import LinuxABI
import Machine

final class ProcMemory: Inode {
    private let process: Process
    init(_ number: UInt64, _ superblock: Superblock, _ process: Process) {
        self.process = process
        super.init(number: number, superblock: superblock, mode: FileMode.S_IFREG | 0o600)
        stampCreation()
    }
    override func open(_ flags: Int32, _ location: Location, _ thread: Thread) throws(Errno) -> OpenFile {
        try ProcDirectory.checkAccess(to: process, thread)
        return ProcMemoryFile(process, flags: flags, inode: self, location: location)
    }
}

final class ProcMemoryFile: OpenFile {
    private let process: Process
    /// The memory of the program that ran when the file was opened: that of a later one is not reached.
    private let memory: AddressSpace
    private let generation: Int
    init(_ process: Process, flags: Int32, inode: Inode, location: Location) {
        self.process = process
        memory = process.memory
        generation = memory.generation
        super.init(flags: flags, inode: inode, location: location)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let count = try read(&buffer, at: position, thread)
        position &+= Int64(count)
        return count
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let count = try write(&buffer, at: position, thread)
        position &+= Int64(count)
        return count
    }

    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 {
            var bytes = [UInt8](repeating: 0, count: min(buffer.remaining, RemoteMemory.piece))
            guard let copied = copy(thread, offset, done, &bytes, isWrite: false) else { break }
            if copied == 0 && done == 0 { throw .EIO }
            let moved: Int
            do { moved = try buffer.put(bytes, from: 0, copied) } catch {
                if done == 0 { throw error }
                break
            }
            done += moved
            if moved < bytes.count { break }
        }
        return done
    }

    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 {
            var bytes: [UInt8]
            do { bytes = try buffer.takeBytes(min(buffer.remaining, RemoteMemory.piece)) } catch {
                if done == 0 { throw error }
                break
            }
            guard let copied = copy(thread, offset, done, &bytes, isWrite: true) else { break }
            if copied == 0 && done == 0 { throw .EIO }
            done += copied
            if copied < bytes.count { break }
        }
        return done
    }

    /// nil when the program is gone: the end of the file.
    private func copy(_ thread: Thread, _ offset: Int64, _ done: Int, _ bytes: inout [UInt8], isWrite: Bool) -> Int? {
        guard memory.generation == generation, process.memory === memory else { return nil }
        return RemoteMemory.copy(
            thread, process, memory, UInt64(bitPattern: offset) &+ UInt64(done), &bytes, isWrite: isWrite, isForced: true)
    }

    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        switch whence {
        case Seek.SEEK_SET: position = offset
        case Seek.SEEK_CUR: position = position &+ offset
        default: throw .EINVAL
        }
        return position
    }
}
