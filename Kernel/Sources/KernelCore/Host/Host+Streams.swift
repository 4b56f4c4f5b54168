// SPDX-License-Identifier: Apache-2.0
//
// Host calls on streams: the program's standard descriptors and the launcher's.

import LinuxABI
import Machine

extension Host {
    /// Attributes of a stream; nil when the host does not say, or says what cannot be.
    func streamStatus(_ descriptor: Int32) -> Stat? {
        var status = Stat()
        let result = Machine.withAddress(of: &status) { raw.call(5, Host.word(descriptor), $0) }
        guard result == 0, Host.isPlausible(status) else { return nil }
        return status
    }
    /// A character device when the host does not say.
    static func streamMode(_ status: Stat?) -> UInt32 {
        guard let status else { return FileMode.S_IFCHR | 0o620 }
        return status.st_mode & (FileMode.S_IFMT | 0o777)
    }
    /// F_GETFL; nil for a descriptor that is closed.
    func statusFlags(_ descriptor: Int32) -> Int32? {
        let result = raw.call(72, Host.word(descriptor), 3)
        return result >= 0 && result <= Int64(Int32.max) ? Int32(result) : nil
    }

    /// The events of one descriptor that hold now.
    func pollOne(_ descriptor: Int32, _ events: Int16) -> PollEvents {
        var entry = PollFd(fd: descriptor, events: events)
        let result = Machine.withAddress(of: &entry) { raw.call(7, $0, 1, 0) }
        guard result == 1 else { return 0 }
        let allowed = events | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL
        return UInt32(UInt16(bitPattern: entry.revents & allowed))
    }

    /// read or write directly on memory of the guest, without the kernel lock; a signal interrupts it.
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

    /// The same between the stream and bytes of the kernel, which nobody else may hold.
    func blockingTransfer(_ thread: Thread, _ number: Int64, _ descriptor: Int32, _ bytes: inout [UInt8]) throws(Errno) -> Int {
        let count = bytes.count
        var done = 0
        var failure: Errno?
        Machine.withAddress(of: &bytes) { address in
            do throws(Errno) { done = try blockingTransfer(thread, number, descriptor, address, count) } catch { failure = error }
        }
        if let failure { throw failure }
        return done
    }

    func writeKernelBytes(_ descriptor: Int32, _ bytes: [UInt8]) throws(Errno) -> Int {
        var copy = bytes
        let count = copy.count
        let result = Machine.withAddress(of: &copy) { raw.call(1, UInt64(bitPattern: Int64(descriptor)), $0, UInt64(count)) }
        return try check(result, limit: Int64(count))
    }

    func sendWithoutWaiting(_ descriptor: Int32, _ bytes: [UInt8]) throws(Errno) -> Int {
        var copy = bytes
        let count = copy.count
        // MSG_DONTWAIT | MSG_NOSIGNAL
        let result = Machine.withAddress(of: &copy) { raw.call(44, Host.word(descriptor), $0, UInt64(count), 0x4040) }
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
