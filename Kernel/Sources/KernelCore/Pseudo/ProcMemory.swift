// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/mem: a process's own memory by address. That of other processes lies in other host processes and is not reached.

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
        return ProcMemoryFile(process.memory, flags: flags, inode: self, location: location)
    }
}

final class ProcMemoryFile: OpenFile {
    private let memory: AddressSpace
    init(_ memory: AddressSpace, flags: Int32, inode: Inode, location: Location) {
        self.memory = memory
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
        try check(thread)
        var address = UInt64(bitPattern: offset)
        var done = 0
        while buffer.remaining > 0 {
            let piece = min(buffer.remaining, 4096 - Int(address & 4095))
            do throws(Errno) {
                let n = try buffer.put(try UserMemory.readBytes(address, piece))
                done += n
                if n < piece { break }
            } catch {
                if done == 0 { throw .EIO }
                break
            }
            address &+= UInt64(piece)
        }
        return done
    }

    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try check(thread)
        var address = UInt64(bitPattern: offset)
        var done = 0
        while buffer.remaining > 0 {
            let piece = min(buffer.remaining, 4096 - Int(address & 4095))
            do throws(Errno) {
                try UserMemory.writeBytes(try buffer.takeBytes(piece), to: address)
            } catch {
                if done == 0 { throw .EIO }
                break
            }
            done += piece
            address &+= UInt64(piece)
        }
        return done
    }

    private func check(_ thread: Thread) throws(Errno) {
        guard memory === thread.process.memory else { throw .EIO }
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
