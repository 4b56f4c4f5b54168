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
        guard result == 0, Time.isValid(time), time.tv_sec < Host.longestSeconds else { return 0 }
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
        let isPlausible = Host.isSpan(usage.ru_utime) && Host.isSpan(usage.ru_stime) && usage.ru_maxrss >= 0 && usage.ru_minflt >= 0
        return result == 0 && isPlausible ? usage : Rusage()
    }

    /// Some thirty years: what a process may have used, with room for sums.
    private static let longestSeconds: Int64 = 1 << 30
    private static func isSpan(_ time: Timeval) -> Bool {
        time.tv_sec >= 0 && time.tv_sec < longestSeconds && time.tv_usec >= 0 && time.tv_usec < 1_000_000
    }
}

extension Host {
    /// membarrier(2). The commands for restartable sequences are left out, as rseq(2) is.
    func memoryBarrier(command: Int32, flags: UInt32) throws(Errno) -> Int {
        let known: Int32 = 0x7f
        guard flags == 0, command >= 0, command & ~known == 0 else { throw .EINVAL }
        let result = try check(raw.call(324, UInt64(command), 0, 0), limit: 0x3ff)
        return command == 0 ? result & Int(known) : 0
    }
}
