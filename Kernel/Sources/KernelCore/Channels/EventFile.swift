// SPDX-License-Identifier: Apache-2.0
//
// eventfd(2).

import LinuxABI
import Machine

final class EventFile: OpenFile {
    private var counter: UInt64
    private let isSemaphore: Bool
    private let queue = WaitQueue()

    init(_ initial: UInt32, flags: Int32) {
        counter = UInt64(initial)
        isSemaphore = flags & Eventfd.EFD_SEMAPHORE != 0
        super.init(flags: Open.O_RDWR | flags & Open.O_NONBLOCK, inode: kernel.channels.sharedAnonymousInode)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        guard buffer.remaining >= 8 else { throw .EINVAL }
        while counter == 0 {
            if isNonblocking { throw .EAGAIN }
            if thread.sleep(on: queue) == .interrupted && counter == 0 { throw thread.interrupted(.ifHandlerAllows) }
        }
        let value = isSemaphore ? 1 : counter
        counter -= value
        queue.notifyAll(PollEvents(Poll.POLLOUT))
        try buffer.put(word: value)
        return 8
    }

    override func write(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        guard buffer.remaining >= 8 else { throw .EINVAL }
        let value = try buffer.takeWord()
        guard value != .max else { throw .EINVAL }
        while value > .max - 1 - counter {
            if isNonblocking { throw .EAGAIN }
            if thread.sleep(on: queue) == .interrupted && value > .max - 1 - counter { throw thread.interrupted(.ifHandlerAllows) }
        }
        counter += value
        queue.notifyAll(PollEvents(Poll.POLLIN))
        return 8
    }

    override func poll() -> PollEvents {
        var events: Int16 = 0
        if counter > 0 { events |= Poll.POLLIN }
        if counter == .max { events |= Poll.POLLERR }
        if counter < .max - 1 { events |= Poll.POLLOUT }
        return PollEvents(events)
    }
    override var waitQueue: WaitQueue? { queue }
    override var linkText: [UInt8] { [UInt8]("anon_inode:[eventfd]") }
}

extension IOBuffer {
    /// One 64-bit value, without an array where the guest's range has room for it in one piece.
    mutating func put(word: UInt64) throws(Errno) {
        if let range = nextGuestRange(), range.count >= 8 {
            try UserMemory.write(word, to: range.address)
            consume(8)
            return
        }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: word)
        _ = try put(bytes)
    }
    mutating func takeWord() throws(Errno) -> UInt64 {
        if let range = nextGuestRange(), range.count >= 8 {
            let word = try UserMemory.read(range.address, UInt64.self)
            consume(8)
            return word
        }
        return try takeBytes(8).littleEndian(UInt64.self, at: 0) ?? 0
    }
}
