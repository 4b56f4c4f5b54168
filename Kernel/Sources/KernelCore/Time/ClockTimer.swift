// SPDX-License-Identifier: Apache-2.0
//
// A timer on any clock, once or periodic: what interval timers, POSIX timers and timerfd share.

import LinuxABI
import Machine

public class ClockTimer: KernelTimer {
    var clock: ProgramClock
    /// When it runs out next, on its clock; nil when it is not armed.
    private(set) var expiry: Int64?
    private(set) var interval: Int64 = 0

    init(_ clock: ProgramClock) {
        self.clock = clock
        super.init()
    }

    /// It ran out. Either call `advance` now, or later when whoever was told has reacted.
    func expired() {}
    /// How many threads use up its CPU clock.
    var threads: Int { 1 }

    func arm(_ value: Int64, interval: Int64, isAbsolute: Bool) {
        kernel.timers.cancel(self)
        self.interval = interval
        guard value != 0 else {
            expiry = nil
            return
        }
        expiry = isAbsolute ? value : Time.sum(clock.now, value)
        queue()
    }

    func disarm() {
        kernel.timers.cancel(self)
        expiry = nil
        interval = 0
    }

    public override func fire() {
        guard let expiry else { return }
        if clock.now < expiry { queue() } else { expired() }
    }

    /// Goes on to the first expiry that lies ahead (or is over, when not periodic). How many were passed.
    func advance(atLeast minimum: Int64 = 0) -> Int64 {
        guard let current = expiry else { return 0 }
        let now = clock.now
        if current > now { return 0 }
        guard interval > 0 else {
            expiry = nil
            return 1
        }
        let passed = (now &- current) / interval &+ 1
        let (step, overflow) = interval.multipliedReportingOverflow(by: passed)
        expiry = overflow ? .max : Time.sum(current, step)
        queue(atLeast: minimum)
        return passed
    }

    /// What is left; 0 when not armed or over.
    func remaining() -> Int64 {
        guard let expiry else { return 0 }
        let now = clock.now
        if expiry > now { return expiry &- now }
        if interval == 0 { return 0 }
        return interval &- (now &- expiry) % interval
    }

    private func queue(atLeast minimum: Int64 = 0) {
        guard let expiry else { return }
        var at = clock.monotonic(at: expiry, threads: threads)
        if minimum > 0 { at = max(at, Time.sum(Machine.monotonicNanoseconds, minimum)) }
        kernel.timers.schedule(self, at: at)
    }
}
