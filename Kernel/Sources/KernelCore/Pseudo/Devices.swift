// SPDX-License-Identifier: Apache-2.0
//
// The memory devices (null(4), full(4), random(4)): /dev/null, zero, full, random and urandom.

import LinuxABI
import Machine

/// /dev/null.
final class NullDevice: OpenFile {
    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { 0 }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int { 0 }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { buffer.discard() }
    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        buffer.discard()
    }
    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }
}

/// /dev/zero and /dev/full, which differ in writing only. Mapped privately they are anonymous memory.
final class ZeroDevice: DirectMapping {
    private let isFull: Bool
    init(isFull: Bool, flags: Int32, inode: Inode, location: Location) {
        self.isFull = isFull
        super.init(flags: flags, inode: inode, location: location)
    }

    /// A piece at a time, so that a long read can be interrupted.
    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if buffer.remaining <= ZeroDevice.piece { return try buffer.putZeros(buffer.remaining) }
        var done = 0
        while buffer.remaining > 0 {
            if done > 0 && thread.isInterrupted { break }
            do throws(Errno) { done += try buffer.putZeros(min(buffer.remaining, ZeroDevice.piece)) } catch {
                if done == 0 { throw error }
                break
            }
        }
        return done
    }
    private static let piece = 1 << 20

    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try read(&buffer, thread)
    }
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        if isFull { throw .ENOSPC }
        return buffer.discard()
    }
    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try write(&buffer, thread)
    }
    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }

    override func prepare(_ request: inout MapRequest) throws(Errno) {
        if isFull { throw .ENODEV }
        request.kind = .anonymous
        request.content = nil
        request.file = nil
        request.offset = 0
    }
}

/// /dev/random and /dev/urandom: the kernel's own generator, which never blocks.
final class RandomDevice: OpenFile {
    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        var done = 0
        while buffer.remaining > 0 {
            if done > 0 && thread.isInterrupted { break }
            let wanted = min(buffer.remaining, 65536)
            let n: Int
            do throws(Errno) { n = try buffer.putRandom(wanted) } catch {
                if done == 0 { throw error }
                break
            }
            done += n
            if n < wanted { break }
        }
        return done
    }
    override func read(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        try read(&buffer, thread)
    }
    /// What is written could only weaken the generator if it were trusted: it is dropped.
    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int { buffer.discard() }
    override func write(_ buffer: inout IOBuffer, at offset: Int64, _ thread: Thread) throws(Errno) -> Int {
        buffer.discard()
    }
    override func seek(_ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }

    override func ioctl(_ command: UInt32, _ argument: UInt64, _ thread: Thread) throws(Errno) -> Int {
        guard command == Ioctl.RNDGETENTCNT else { throw .EINVAL }
        try UserMemory.write(Int32(256), to: argument)
        return 0
    }
}

enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count { bytes.append(littleEndian: Machine.random()) }
        if bytes.count > count { bytes.removeLast(bytes.count - count) }
        return bytes
    }
}
