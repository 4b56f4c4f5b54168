// SPDX-License-Identifier: Apache-2.0
//
// Clocks and resource usage as the host keeps them. A wrong answer misleads a program about time, nothing more.

import LinuxABI
import Machine

extension Host {
    /// Nanoseconds of a host clock, such as the CPU clock of another host process; 0 when there is none.
    func clock(_ id: Int32) -> Int64 {
        var time = Timespec()
        let result = Machine.withAddress(of: &time) { raw.call(228, UInt64(bitPattern: Int64(id)), $0) }
        guard result == 0 else { return 0 }
        return Time.saturating(time)
    }

    func clockResolution(_ id: Int32) -> Int64 {
        var time = Timespec()
        let result = Machine.withAddress(of: &time) { raw.call(229, UInt64(bitPattern: Int64(id)), $0) }
        guard result == 0, time.tv_sec == 0, time.tv_nsec > 0, time.tv_nsec < 1_000_000_000 else { return 1 }
        return time.tv_nsec
    }

    /// getrusage of the calling host process or thread.
    func usage(_ who: Int32) -> Rusage {
        var usage = Rusage()
        let result = Machine.withAddress(of: &usage) { raw.call(98, UInt64(bitPattern: Int64(who)), $0) }
        return result == 0 ? usage : Rusage()
    }
}
