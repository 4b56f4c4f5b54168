// SPDX-License-Identifier: Apache-2.0
//
// poll(2), ppoll(2), select(2), pselect6(2).

import LinuxABI
import Machine

public enum Polling {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.poll) { call throws(Errno) in try poll(call) },
            SyscallEntry(SyscallNumber.ppoll) { call throws(Errno) in try ppoll(call) },
            SyscallEntry(SyscallNumber.select) { call throws(Errno) in try select(call) },
            SyscallEntry(SyscallNumber.pselect6) { call throws(Errno) in try pselect(call) },
        ]
    }

    // MARK: poll

    private static func poll(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        // Restarted, the call continues towards its old end.
        let deadline = thread.isRestarting ? thread.restartDeadline : PollTimeout.milliseconds(call.i2)
        do { return try poll(call, until: deadline, isPoll: call.i2 == 0, restart: .withDeadline) } catch {
            if error == .EINTR { thread.restartDeadline = deadline }
            throw error
        }
    }

    private static func ppoll(_ call: Call) throws(Errno) -> Int {
        let deadline = try PollTimeout.read(call.a2)
        try TemporaryMask.set(call.a3, size: call.a4, call.thread)
        do {
            let ready = try poll(call, until: deadline, isPoll: false, restart: .withoutHandler)
            TemporaryMask.restore(call.thread, interrupted: false)
            tellRemaining(call.a2, deadline, isTimeval: false)
            return ready
        } catch {
            TemporaryMask.restore(call.thread, interrupted: error == .EINTR)
            tellRemaining(call.a2, deadline, isTimeval: false)
            throw error
        }
    }

    private static func poll(_ call: Call, until deadline: Deadline?, isPoll: Bool, restart: RestartPolicy) throws(Errno) -> Int {
        let count = Int(call.u1)
        guard count <= call.process.limits.openFiles else { throw .EINVAL }
        let address = call.a0
        guard UserMemory.isValid(address, UInt64(count) * 8) else { throw .EFAULT }
        let always = PollEvents(Poll.POLLERR | Poll.POLLHUP)
        // First without remembering anything: most calls find something.
        var ready = 0
        for i in 0..<count {
            var entry = try UserMemory.read(address + UInt64(i) * 8, PollFd.self)
            var found: PollEvents = 0
            if entry.fd >= 0 {
                if let file = lookUp(call.files, entry.fd) {
                    found = file.poll() & (PollEvents(UInt16(bitPattern: entry.events)) | always)
                } else {
                    found = PollEvents(Poll.POLLNVAL)
                }
            }
            if found != 0 { ready += 1 }
            entry.revents = Int16(truncatingIfNeeded: found)
            try UserMemory.write(entry.revents, to: address + UInt64(i) * 8 + 6)
        }
        if ready > 0 || isPoll { return ready }
        if let deadline, deadline.hasPassed { return 0 }
        var set = PollSet()
        set.entries.reserveCapacity(count)
        for i in 0..<count {
            let entry = try UserMemory.read(address + UInt64(i) * 8, PollFd.self)
            let file = entry.fd >= 0 ? lookUp(call.files, entry.fd) : nil
            let found = entry.fd >= 0 && file == nil ? PollEvents(Poll.POLLNVAL) : 0
            set.entries.append(PollSet.Entry(file: file, wanted: PollEvents(UInt16(bitPattern: entry.events)) | always, found: found))
        }
        ready = try set.wait(call.thread, until: deadline, restart: restart)
        if ready > 0 {
            for i in 0..<count {
                try UserMemory.write(Int16(truncatingIfNeeded: set.entries[i].found), to: address + UInt64(i) * 8 + 6)
            }
        }
        return ready
    }

    /// nil for what is not open, and for O_PATH.
    @inline(__always)
    private static func lookUp(_ files: FileTable, _ descriptor: Int32) -> OpenFile? {
        do { return try files.real(descriptor) } catch { return nil }
    }

    /// Linux ignores a fault here.
    private static func tellRemaining(_ address: UInt64, _ deadline: Deadline?, isTimeval: Bool) {
        guard address != 0, let deadline else { return }
        var left = PollTimeout.remaining(deadline)
        if isTimeval { left.tv_nsec /= 1000 }
        do { try UserMemory.write(left, to: address) } catch { return }
    }

    // MARK: select

    private static func select(_ call: Call) throws(Errno) -> Int {
        var deadline: Deadline?
        if call.a4 != 0 {
            let time = try UserMemory.read(call.a4, Timeval.self)
            let (seconds, overflow) = time.tv_sec.addingReportingOverflow(time.tv_usec / 1_000_000)
            guard !overflow else { throw .EINVAL }
            deadline = try PollTimeout.after(Timespec(tv_sec: seconds, tv_nsec: time.tv_usec % 1_000_000 * 1000))
        }
        do {
            let ready = try select(call, until: deadline)
            tellRemaining(call.a4, deadline, isTimeval: true)
            return ready
        } catch {
            tellRemaining(call.a4, deadline, isTimeval: true)
            throw error
        }
    }

    private static func pselect(_ call: Call) throws(Errno) -> Int {
        var mask = PselectSignals()
        if call.a5 != 0 { mask = try UserMemory.read(call.a5, PselectSignals.self) }
        let deadline = try PollTimeout.read(call.a4)
        try TemporaryMask.set(mask.ss, size: mask.ss_len, call.thread)
        do {
            let ready = try select(call, until: deadline)
            TemporaryMask.restore(call.thread, interrupted: false)
            tellRemaining(call.a4, deadline, isTimeval: false)
            return ready
        } catch {
            TemporaryMask.restore(call.thread, interrupted: error == .EINTR)
            tellRemaining(call.a4, deadline, isTimeval: false)
            throw error
        }
    }

    private static func select(_ call: Call, until deadline: Deadline?) throws(Errno) -> Int {
        guard call.i0 >= 0 else { throw .EINVAL }
        let count = min(Int(call.i0), call.process.limits.openFiles)
        let words = (count + 63) / 64
        var set = PollSet()
        /// Descriptor of each entry, and which of the three sets ask for it.
        var descriptors: [Int] = []
        var asked: [UInt8] = []
        let addresses: InlineArray<3, UInt64> = [call.a1, call.a2, call.a3]
        for word in 0..<words {
            var bits: InlineArray<3, UInt64> = [0, 0, 0]
            for k in 0..<3 where addresses[k] != 0 { bits[k] = try UserMemory.read(addresses[k] &+ UInt64(word) * 8, UInt64.self) }
            var any = bits[0] | bits[1] | bits[2]
            if word == words - 1 && count & 63 != 0 { any &= 1 << UInt64(count & 63) - 1 }
            while any != 0 {
                let bit = any.trailingZeroBitCount
                any &= any - 1
                let descriptor = word * 64 + bit
                let file = try call.files.real(Int32(descriptor))
                var wanted: PollEvents = 0
                var which: UInt8 = 0
                for k in 0..<3 where bits[k] >> UInt64(bit) & 1 != 0 {
                    wanted |= events(k)
                    which |= 1 << UInt8(k)
                }
                set.entries.append(PollSet.Entry(file: file, wanted: wanted))
                descriptors.append(descriptor)
                asked.append(which)
            }
        }
        var ready = set.scan()
        if ready == 0 && !(deadline?.hasPassed ?? false) {
            ready = try set.wait(call.thread, until: deadline, restart: .withoutHandler)
        }
        // One count for each bit that stays.
        var total = 0
        for k in 0..<3 where addresses[k] != 0 {
            var result = [UInt64](repeating: 0, count: words)
            for i in 0..<descriptors.count where asked[i] >> UInt8(k) & 1 != 0 && set.entries[i].found & events(k) != 0 {
                result[descriptors[i] / 64] |= 1 << UInt64(descriptors[i] & 63)
                total += 1
            }
            for word in 0..<words { try UserMemory.write(result[word], to: addresses[k] &+ UInt64(word) * 8) }
        }
        return total
    }

    /// POLLIN_SET, POLLOUT_SET and POLLEX_SET of Linux's fs/select.c.
    private static func events(_ set: Int) -> PollEvents {
        switch set {
        case 0: PollEvents(Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLRDBAND | Poll.POLLHUP | Poll.POLLERR)
        case 1: PollEvents(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND | Poll.POLLERR)
        default: PollEvents(Poll.POLLPRI)
        }
    }
}
