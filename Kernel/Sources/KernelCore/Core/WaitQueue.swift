// SPDX-License-Identifier: Apache-2.0
//
// Waiting. Everything here runs under the kernel lock; a sleeping thread releases it in `Machine.park`.
//
// The pattern for a blocking call is `thread.waitUntil(queue) { attempt }`: the attempt runs under the lock, and again after each
// notification, until it returns a value. A signal ends the wait with EINTR only when the attempt still fails.

import LinuxABI
import Machine

/// Something that wants to know when an object's state changed. Subclasses: a sleeping thread, an epoll item, a poll set.
open class Waiter {
    public init() {}
    /// Called under the kernel lock. Must not sleep, and must not change the queue it is called from.
    open func notify(_ queue: WaitQueue) {}
    /// Whether one of several such waiters is enough (EPOLLEXCLUSIVE). Must not change while it is in a queue.
    open var isExclusive: Bool { false }
    /// As `notify`; true when that woke somebody.
    open func notifyExclusively(_ queue: WaitQueue) -> Bool { false }
}

public final class ThreadWaiter: Waiter {
    let block: ThreadBlock
    init(_ block: ThreadBlock) {
        self.block = block
    }
    public override func notify(_ queue: WaitQueue) { block.wake() }
}

/// The waiters of one object.
public final class WaitQueue {
    private var waiters: [Waiter] = []
    private var exclusiveCount = 0
    /// The poll events that the notification in progress is about; all of them where the notifier did not say.
    public private(set) var events: PollEvents = .max
    public init() {}

    @inline(__always) public var isEmpty: Bool { waiters.isEmpty }
    public func add(_ waiter: Waiter) {
        waiters.append(waiter)
        if waiter.isExclusive { exclusiveCount += 1 }
    }
    public func remove(_ waiter: Waiter) {
        var i = waiters.count - 1
        while i >= 0 {
            if waiters[i] === waiter {
                waiters.remove(at: i)
                if waiter.isExclusive { exclusiveCount -= 1 }
                return
            }
            i -= 1
        }
    }

    /// Tells every waiter. `events` are the poll events that may hold now; an epoll item that asked for none of them stays quiet,
    /// and of those that are exclusive one is woken. Without `events` it is told to all.
    @inline(__always) public func notifyAll(_ events: PollEvents = .max) {
        if waiters.isEmpty { return }
        notifySlow(events)
    }
    private func notifySlow(_ events: PollEvents) {
        self.events = events
        guard exclusiveCount > 0, events != .max else {
            for waiter in waiters { waiter.notify(self) }
            return
        }
        for waiter in waiters where !waiter.isExclusive { waiter.notify(self) }
        for waiter in waiters where waiter.isExclusive {
            if waiter.notifyExclusively(self) { break }
        }
    }
}

public enum WaitResult {
    case woken
    case timedOut
    case interrupted
}

/// When a wait ends, and by which clock (absolute nanoseconds).
public struct Deadline {
    public var nanoseconds: Int64
    public var clock: Machine.Clock
    public init(nanoseconds: Int64, clock: Machine.Clock = .monotonic) {
        self.nanoseconds = nanoseconds
        self.clock = clock
    }
    /// `duration` nanoseconds from now on the monotonic clock; saturates.
    public static func after(_ duration: Int64) -> Deadline {
        let (sum, overflow) = Machine.monotonicNanoseconds.addingReportingOverflow(max(duration, 0))
        return Deadline(nanoseconds: overflow ? .max : sum)
    }
    public var hasPassed: Bool { Machine.nanoseconds(clock) >= nanoseconds }
}

extension Thread {
    /// Sleeps once on `queue`. The caller checks its condition again whatever the result.
    public func sleep(on queue: WaitQueue, until deadline: Deadline? = nil) -> WaitResult {
        block.clearWake()
        if isInterrupted { return .interrupted }
        let waiter = threadWaiter
        queue.add(waiter)
        let inTime = Machine.park(until: deadline?.nanoseconds, clock: deadline?.clock ?? .monotonic)
        queue.remove(waiter)
        if process.memory.isStale { process.memory.lookAfter() }
        if isInterrupted { return .interrupted }
        return inTime ? .woken : .timedOut
    }

    /// Sleeps until woken by `block.wake()` alone (no queue).
    public func sleep(until deadline: Deadline? = nil) -> WaitResult {
        if isInterrupted { return .interrupted }
        let inTime = Machine.park(until: deadline?.nanoseconds, clock: deadline?.clock ?? .monotonic)
        if isInterrupted { return .interrupted }
        return inTime ? .woken : .timedOut
    }

    /// Runs `attempt` until it returns a value. Throws EINTR on a signal and `timeoutError` at the deadline.
    public func waitUntil<R>(
        _ queue: WaitQueue, deadline: Deadline? = nil, timeoutError: Errno = .ETIMEDOUT, restart: RestartPolicy = .ifHandlerAllows,
        _ attempt: () throws(Errno) -> R?
    ) throws(Errno) -> R {
        if let value = try attempt() { return value }
        while true {
            let result = sleep(on: queue, until: deadline)
            if let value = try attempt() { return value }
            switch result {
            case .woken: continue
            case .timedOut: throw timeoutError
            case .interrupted: throw interrupted(restart)
            }
        }
    }

    /// Notes how the interrupted call may be restarted; returns EINTR.
    public func interrupted(_ policy: RestartPolicy) -> Errno {
        restart = policy
        return .EINTR
    }
}

/// What happens to a call that a signal interrupted (signal(7), "Interruption of system calls").
public enum RestartPolicy: UInt8 {
    case never
    /// ERESTARTSYS: restarted when no handler runs or the handler has SA_RESTART.
    case ifHandlerAllows
    /// ERESTARTNOHAND: restarted only when no handler runs.
    case withoutHandler
    /// ERESTART_RESTARTBLOCK: as withoutHandler, continuing towards `Thread.restartDeadline`.
    case withDeadline
    /// ERESTARTNOINTR: always restarted.
    case always
}
