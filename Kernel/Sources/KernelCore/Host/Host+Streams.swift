// SPDX-License-Identifier: Apache-2.0
//
// Host calls on streams: the program's standard descriptors and the launcher's.

import LinuxABI
import Machine

extension Host {
    /// st_mode of a host descriptor; a character device when the host does not say.
    func fileMode(_ descriptor: Int32) -> UInt32 {
        var status = Stat()
        let result = Machine.withAddress(of: &status) { raw.call(5, UInt64(bitPattern: Int64(descriptor)), $0) }
        guard result == 0 else { return FileMode.S_IFCHR | 0o620 }
        return status.st_mode & (FileMode.S_IFMT | 0o777)
    }

    /// The events of one descriptor that hold now.
    func pollOne(_ descriptor: Int32, _ events: Int16) -> PollEvents {
        var entry = PollFd(fd: descriptor, events: events)
        let result = Machine.withAddress(of: &entry) { raw.call(7, $0, 1, 0) }
        guard result == 1 else { return 0 }
        let allowed = events | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL
        return UInt32(UInt16(bitPattern: entry.revents & allowed))
    }

    /// read or write directly on guest memory, without the kernel lock; a signal interrupts it.
    func blockingTransfer(
        _ thread: Thread, _ number: Int64, _ descriptor: Int32, _ address: UInt64, _ count: Int
    ) throws(Errno) -> Int {
        let block = thread.block
        block.clearWake()
        block.setInHostCall(true)
        let raw = self.raw
        Machine.unlock()
        let result = raw.interruptible(number, UInt64(bitPattern: Int64(descriptor)), address, UInt64(count))
        Machine.lock()
        block.setInHostCall(false)
        if result == -4 { throw thread.interrupted(.ifHandlerAllows) }
        return try check(result, limit: Int64(count))
    }

    func writeKernelBytes(_ descriptor: Int32, _ bytes: [UInt8]) throws(Errno) -> Int {
        var copy = bytes
        let count = copy.count
        let result = Machine.withAddress(of: &copy) { raw.call(1, UInt64(bitPattern: Int64(descriptor)), $0, UInt64(count)) }
        return try check(result, limit: Int64(count))
    }

    func readKernelBytes(_ descriptor: Int32, _ count: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = Machine.withAddress(of: &bytes) { raw.call(0, UInt64(bitPattern: Int64(descriptor)), $0, UInt64(count)) }
        let n = try check(result, limit: Int64(count))
        bytes.removeLast(count - n)
        return bytes
    }

    func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) throws(Errno) -> Int64 {
        let result = raw.call(8, UInt64(bitPattern: Int64(descriptor)), UInt64(bitPattern: offset), UInt64(bitPattern: Int64(whence)))
        return Int64(try check(result, limit: .max))
    }

}
