// SPDX-License-Identifier: Apache-2.0
//
// The signal mask that ppoll(2), pselect(2) and epoll_pwait(2) put in place for the time of the call.

import LinuxABI
import Machine

enum TemporaryMask {
    /// Reads and sets the mask at `address`, if there is one.
    static func set(_ address: UInt64, size: UInt64, _ thread: Thread) throws(Errno) {
        guard address != 0 else { return }
        Signals.beginTemporaryMask(thread, try Signals.readSet(address, size: size))
    }

    /// Ends the call: the old mask returns at once, unless a signal ended the call, which then is delivered under the new one.
    static func restore(_ thread: Thread, interrupted: Bool) {
        if thread.savedMask != nil { Signals.endTemporaryMask(thread, interrupted: interrupted) }
    }
}

/// Time limits of the waiting calls.
enum PollTimeout {
    /// From a relative `struct timespec`; nil where the address is 0.
    static func read(_ address: UInt64) throws(Errno) -> Deadline? {
        guard address != 0 else { return nil }
        let time = try UserMemory.read(address, Timespec.self)
        return try after(time)
    }
    static func after(_ time: Timespec) throws(Errno) -> Deadline {
        guard time.tv_sec >= 0, time.tv_nsec >= 0, time.tv_nsec < 1_000_000_000 else { throw .EINVAL }
        let (whole, overflow) = time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000)
        return .after(overflow ? .max : whole.addingReportingOverflow(time.tv_nsec).overflow ? .max : whole + time.tv_nsec)
    }
    static func milliseconds(_ value: Int32) -> Deadline? { value < 0 ? nil : .after(Int64(value) * 1_000_000) }

    /// What is left, for the calls that tell.
    static func remaining(_ deadline: Deadline) -> Timespec {
        let left = max(0, deadline.nanoseconds &- Machine.nanoseconds(deadline.clock))
        return Timespec(tv_sec: left / 1_000_000_000, tv_nsec: left % 1_000_000_000)
    }
}
