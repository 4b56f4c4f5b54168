// SPDX-License-Identifier: Apache-2.0
//
// Timers that fire without a waiting thread (alarm, interval and POSIX timers, timerfd). The supervisor sleeps until the next one.

import Machine

open class KernelTimer {
    /// Absolute monotonic nanoseconds; meaningful while queued.
    public internal(set) var deadline: Int64 = 0
    public internal(set) var isQueued = false
    public init() {}
    /// Called by the supervisor under the kernel lock, after the timer left the queue.
    open func fire() {}
}

public final class TimerQueue {
    private var queued: [KernelTimer] = []
    public init() {}

    public var nextDeadline: Int64? { queued.last?.deadline }

    public func schedule(_ timer: KernelTimer, at deadline: Int64) {
        cancel(timer)
        timer.deadline = deadline
        timer.isQueued = true
        // Latest first, so that the next is at the end.
        var low = 0
        var high = queued.count
        while low < high {
            let middle = (low + high) / 2
            if queued[middle].deadline > deadline { low = middle + 1 } else { high = middle }
        }
        queued.insert(timer, at: low)
        if queued.last === timer { kernel.supervisor.ring() }
    }

    public func cancel(_ timer: KernelTimer) {
        guard timer.isQueued else { return }
        timer.isQueued = false
        queued.removeAll { $0 === timer }
    }

    /// Fires what is due. A timer that is due again at once, as under a clock that the host lets jump, waits for the next round.
    public func fireDue() {
        let now = Machine.monotonicNanoseconds
        var left = queued.count
        while left > 0, let timer = queued.last, timer.deadline <= now {
            left -= 1
            queued.removeLast()
            timer.isQueued = false
            timer.fire()
        }
    }
}
