// SPDX-License-Identifier: Apache-2.0
//
// sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2): from file to file, through buffers of the kernel.

import LinuxABI
import Machine

public enum Copying {
    private static let chunk = 65536
    private static let spliceNonblock: UInt32 = 2

    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.sendfile) { call throws(Errno) in try sendfile(call) },
            SyscallEntry(SyscallNumber.copy_file_range) { call throws(Errno) in try copyFileRange(call) },
            SyscallEntry(SyscallNumber.splice) { call throws(Errno) in try splice(call) },
            SyscallEntry(SyscallNumber.tee) { call throws(Errno) in try tee(call) },
            SyscallEntry(SyscallNumber.vmsplice) { call throws(Errno) in try vmsplice(call) },
        ]
    }

    /// Where a copy reads or writes: at an offset given by the program, or at the file's position.
    private struct Cursor {
        let file: OpenFile
        /// The guest's loff_t; 0 for none.
        let address: UInt64
        var offset: Int64

        init(_ file: OpenFile, _ address: UInt64) throws(Errno) {
            self.file = file
            self.address = address
            offset = address == 0 ? file.position : try UserMemory.read(address, Int64.self)
            guard offset >= 0 else { throw .EINVAL }
        }
        func finish() throws(Errno) {
            if address == 0 { file.position = offset } else { try UserMemory.write(offset, to: address) }
        }
    }

    private static func read(_ file: OpenFile, at offset: Int64, _ count: Int, _ thread: Thread) throws(Errno) -> [UInt8] {
        var buffer = IOBuffer(kernelCapacity: count)
        let n = try file.read(&buffer, at: offset, thread)
        return n <= 0 ? [] : buffer.bytes
    }

    // MARK: sendfile and copy_file_range

    private static func sendfile(_ call: Call) throws(Errno) -> Int {
        let source = try call.files.readable(call.i1)
        let target = try call.files.writable(call.i0)
        guard let inode = source.inode, inode.isRegular || inode.type == FileMode.S_IFBLK else {
            if source.inode?.isDirectory == true { throw .EINVAL }
            throw .EINVAL
        }
        // Such a file has no content at offsets, only a stream; callers then read and write.
        if source is HostStream { throw .EINVAL }
        if target.flags & Open.O_APPEND != 0 { throw .EINVAL }
        var from = try Cursor(source, call.a2)
        let wanted = Int(min(call.a3, 0x7fff_f000))
        var done = 0
        while done < wanted {
            let bytes: [UInt8]
            do { bytes = try read(source, at: from.offset, min(chunk, wanted - done), call.thread) } catch {
                if done == 0 { throw error }
                break
            }
            if bytes.isEmpty { break }
            var buffer = IOBuffer(kernelBytes: bytes)
            let n: Int
            do { n = try target.write(&buffer, call.thread) } catch {
                if done == 0 { throw error }
                break
            }
            done += n
            from.offset += Int64(n)
            if n < bytes.count { break }
        }
        try from.finish()
        _ = FileTransfers.accessed(source, done)
        return FileTransfers.modified(target, done)
    }

    private static func copyFileRange(_ call: Call) throws(Errno) -> Int {
        let source = try call.files.readable(call.i0)
        let target = try call.files.writable(call.i2)
        guard call.u5 == 0 else { throw .EINVAL }
        guard let input = source.inode, let output = target.inode else { throw .EINVAL }
        if input.isDirectory || output.isDirectory { throw .EISDIR }
        guard input.isRegular, output.isRegular else { throw .EINVAL }
        if target.flags & Open.O_APPEND != 0 { throw .EBADF }
        // A file of the host handed in as a stream is another file system's; callers then read and write.
        if source is HostStream || target is HostStream { throw .EXDEV }
        var from = try Cursor(source, call.a1)
        var to = try Cursor(target, call.a3)
        let wanted = Int64(min(call.a4, 0x7fff_f000))
        guard !from.offset.addingReportingOverflow(wanted).overflow, !to.offset.addingReportingOverflow(wanted).overflow else {
            throw .EOVERFLOW
        }
        if input === output, from.offset < to.offset + wanted, to.offset < from.offset + wanted, wanted > 0 { throw .EINVAL }
        var done: Int64 = 0
        while done < wanted {
            let bytes = try read(source, at: from.offset, Int(min(Int64(chunk), wanted - done)), call.thread)
            if bytes.isEmpty { break }
            var buffer = IOBuffer(kernelBytes: bytes)
            let n: Int
            do { n = try target.write(&buffer, at: to.offset, call.thread) } catch {
                if done == 0 { throw error }
                break
            }
            done += Int64(n)
            from.offset += Int64(n)
            to.offset += Int64(n)
            if n < bytes.count { break }
        }
        try from.finish()
        try to.finish()
        _ = FileTransfers.accessed(source, Int(done))
        return FileTransfers.modified(target, Int(done))
    }

    // MARK: pipes

    /// Waits until one byte can go in or out, or EAGAIN.
    private static func wait(_ file: OpenFile, _ events: Int16, _ isNonblocking: Bool, _ thread: Thread) throws(Errno) {
        let wanted = UInt32(events | Poll.POLLERR | Poll.POLLHUP)
        if file.poll() & wanted != 0 { return }
        if isNonblocking { throw .EAGAIN }
        guard let queue = file.waitQueue else { return }
        _ = try thread.waitUntil(queue) { () throws(Errno) -> Bool? in file.poll() & wanted != 0 ? true : nil }
    }

    /// Runs `body` with O_NONBLOCK set. The kernel lock is held and nothing sleeps, so nobody sees it.
    private static func withoutBlocking(_ file: OpenFile, _ body: () throws(Errno) -> Int) throws(Errno) -> Int {
        let saved = file.flags
        file.flags |= Open.O_NONBLOCK
        defer { file.flags = saved }
        return try body()
    }

    private static func splice(_ call: Call) throws(Errno) -> Int {
        guard call.registers.a5 & ~0xf == 0 else { throw .EINVAL }
        let wanted = Int(min(call.a4, UInt64(chunk)))
        if call.a4 == 0 { return 0 }
        let source = try call.files.readable(call.i0)
        let target = try call.files.writable(call.i2)
        let fromPipe = source is PipeFile
        let toPipe = target is PipeFile
        guard fromPipe || toPipe else { throw .EINVAL }
        if fromPipe && call.a1 != 0 || toPipe && call.a3 != 0 { throw .ESPIPE }
        if let a = source as? PipeFile, let b = target as? PipeFile, a.pipe === b.pipe { throw .EINVAL }
        if !toPipe, target.flags & Open.O_APPEND != 0 { throw .EINVAL }
        let isNonblocking = call.u5 & spliceNonblock != 0
        let thread = call.thread
        if toPipe { try wait(target, Poll.POLLOUT, isNonblocking || target.isNonblocking, thread) }
        var from: Cursor? = isSeekable(source) ? try Cursor(source, call.a1) : nil
        var to: Cursor? = isSeekable(target) ? try Cursor(target, call.a3) : nil
        if from == nil && call.a1 != 0 || to == nil && call.a3 != 0 { throw .ESPIPE }
        if fromPipe { try wait(source, Poll.POLLIN, isNonblocking || source.isNonblocking, thread) }

        var room = wanted
        if let pipe = (target as? PipeFile)?.pipe { room = min(room, max(4096, pipe.capacity - pipe.bytesHeld)) }
        var buffer = IOBuffer(kernelCapacity: room)
        let n: Int
        if let pipe = (source as? PipeFile)?.pipe {
            n = try pipe.peek(&buffer)
        } else if let from {
            n = try source.read(&buffer, at: from.offset, thread)
        } else {
            n = try source.read(&buffer, thread)
        }
        if n <= 0 { return 0 }
        var out = IOBuffer(kernelBytes: buffer.bytes)
        let count: Int
        if let to {
            count = try target.write(&out, at: to.offset, thread)
        } else if toPipe || isNonblocking {
            count = try withoutBlocking(target) { () throws(Errno) -> Int in try target.write(&out, thread) }
        } else {
            count = try target.write(&out, thread)
        }
        // Another reader may have been quicker while a socket took its time: never take more than is there.
        if let pipe = (source as? PipeFile)?.pipe { pipe.drop(min(count, pipe.bytesHeld)) }
        from?.offset += Int64(count)
        try from?.finish()
        to?.offset += Int64(count)
        try to?.finish()
        return FileTransfers.modified(target, count)
    }

    private static func isSeekable(_ file: OpenFile) -> Bool {
        guard let inode = file.inode else { return false }
        return inode.isRegular || inode.type == FileMode.S_IFBLK
    }

    private static func tee(_ call: Call) throws(Errno) -> Int {
        guard call.u3 & ~0xf == 0 else { throw .EINVAL }
        let source = try call.files.readable(call.i0)
        let target = try call.files.writable(call.i1)
        guard let from = source as? PipeFile, let to = target as? PipeFile, from.pipe !== to.pipe else { throw .EINVAL }
        if call.a2 == 0 { return 0 }
        let thread = call.thread
        let isNonblocking = call.u3 & spliceNonblock != 0
        try wait(source, Poll.POLLIN, isNonblocking || source.isNonblocking, thread)
        try wait(target, Poll.POLLOUT, isNonblocking || target.isNonblocking, thread)
        var buffer = IOBuffer(kernelCapacity: Int(min(call.a2, UInt64(to.pipe.capacity))))
        guard try from.pipe.peek(&buffer) > 0 else { return 0 }
        var out = IOBuffer(kernelBytes: buffer.bytes)
        return try withoutBlocking(target) { () throws(Errno) -> Int in try target.write(&out, thread) }
    }

    private static func vmsplice(_ call: Call) throws(Errno) -> Int {
        guard call.u3 & ~0xf == 0 else { throw .EINVAL }
        let file = try call.files.real(call.i0)
        guard let pipe = file as? PipeFile else { throw .EBADF }
        var buffer = try FileTransfers.vector(call.a1, call.a2)
        if buffer.remaining == 0 { return 0 }
        let isNonblocking = call.u3 & spliceNonblock != 0 || pipe.isNonblocking
        if pipe.isWritable {
            try wait(file, Poll.POLLOUT, isNonblocking, call.thread)
            return isNonblocking
                ? try withoutBlocking(file) { () throws(Errno) -> Int in try file.write(&buffer, call.thread) }
                : try file.write(&buffer, call.thread)
        }
        try wait(file, Poll.POLLIN, isNonblocking, call.thread)
        return try withoutBlocking(file) { () throws(Errno) -> Int in try file.read(&buffer, call.thread) }
    }
}
