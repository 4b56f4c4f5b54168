// SPDX-License-Identifier: Apache-2.0
//
// timerfd_create(2): reads give the number of expiries since the last read.

import LinuxABI
import Machine

final class TimerFile: OpenFile {
    let timer: FileTimer

    init(_ clock: ProgramClock, flags: Int32) {
        timer = FileTimer(clock)
        super.init(flags: Open.O_RDWR | flags & Open.O_NONBLOCK, inode: kernel.channels.sharedAnonymousInode)
    }

    deinit { timer.disarm() }

    func set(_ value: Int64, interval: Int64, isAbsolute: Bool) {
        timer.hasExpired = false
        timer.arm(value, interval: interval, isAbsolute: isAbsolute)
        timer.queue.notifyAll()
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        guard buffer.remaining >= 8 else { throw .EINVAL }
        while !timer.hasExpired {
            if isNonblocking { throw .EAGAIN }
            if thread.sleep(on: timer.queue) == .interrupted && !timer.hasExpired { throw thread.interrupted(.ifHandlerAllows) }
        }
        let count = max(timer.advance(), 1)
        timer.hasExpired = false
        try buffer.put(word: UInt64(count))
        return 8
    }

    override func poll() -> PollEvents { timer.hasExpired ? PollEvents(Poll.POLLIN) : 0 }
    override var waitQueue: WaitQueue? { timer.queue }
    override var linkText: [UInt8] { [UInt8]("anon_inode:[timerfd]") }
}

/// It rests after it ran out until somebody reads: nobody counts expiries that nobody asks for.
final class FileTimer: ClockTimer {
    let queue = WaitQueue()
    var hasExpired = false
    override func expired() {
        hasExpired = true
        queue.notifyAll(PollEvents(Poll.POLLIN))
    }
}
