// SPDX-License-Identifier: Apache-2.0
//
// Sleeping until the kernel wakes the thread or one of some host descriptors is ready, whichever comes first. The host is only
// asked whether to look again: what it says is checked, and a lie costs a wasted look or a late one, never more.

import LinuxABI
import Machine

/// Host descriptors to wait for, as the bytes of `struct pollfd`.
struct HostPollSet {
    fileprivate(set) var bytes: [UInt8] = []
    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count / 8 }

    mutating func add(_ descriptor: Int32, _ events: PollEvents) {
        bytes.append(littleEndian: descriptor)
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: events))
        bytes.append(littleEndian: UInt16(0))
    }
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

extension Thread {
    /// Sleeps until woken, until a host descriptor in `hosts` is ready, or until the deadline. The caller has cleared the wake word,
    /// registered its waiter where it needs one, and found its condition false since.
    func sleep(orHost hosts: inout HostPollSet, until deadline: Deadline?) -> WaitResult {
        if hosts.isEmpty { return sleep(until: deadline) }
        if isInterrupted { return .interrupted }
        var limit = Timespec()
        if let deadline {
            let left = max(0, deadline.nanoseconds.subtractingReportingOverflow(Machine.nanoseconds(deadline.clock)).partialValue)
            limit = Timespec(tv_sec: left / 1_000_000_000, tv_nsec: left % 1_000_000_000)
        }
        let raw = kernel.host.raw
        let count = UInt64(hosts.count)
        let hasLimit = deadline != nil
        let result = Machine.withAddress(of: &limit) { limitAddress in
            Machine.withAddress(of: &hosts.bytes) { address in raw.sleeping(271, address, count, hasLimit ? limitAddress : 0, 0, 8) }
        }
        if isInterrupted { return .interrupted }
        return result == 0 && !block.isWoken ? .timedOut : .woken
    }
}

extension Thread {
    /// As `sleep(orHost:)`, in the host's epoll set itself: of the sets that watch one host descriptor exclusively, the host wakes one
    /// that is waited for. `number` events are in `events` afterwards.
    func sleep(inHostSet set: Int32, _ events: inout [UInt8], _ number: inout Int, until deadline: Deadline?) -> WaitResult {
        number = 0
        if isInterrupted { return .interrupted }
        var limit = Int64(-1)
        if let deadline {
            let left = max(0, deadline.nanoseconds.subtractingReportingOverflow(Machine.nanoseconds(deadline.clock)).partialValue)
            limit = min(left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1), Int64(Int32.max))
        }
        let raw = kernel.host.raw
        let room = events.count / 12
        let result = Machine.withAddress(of: &events) {
            raw.sleeping(281, UInt64(bitPattern: Int64(set)), $0, UInt64(room), UInt64(bitPattern: limit), 0, 8)
        }
        if result > 0 && result <= Int64(room) { number = Int(result) }
        if isInterrupted { return .interrupted }
        return result == 0 && !block.isWoken ? .timedOut : .woken
    }
}

extension Host {
    /// The events that hold now on one host descriptor.
    func pollNow(_ descriptor: Int32, _ events: PollEvents) -> PollEvents {
        var entry = HostPollEntry(descriptor: descriptor, events: UInt16(truncatingIfNeeded: events), returned: 0)
        let raw = self.raw
        let result = Machine.withAddress(of: &entry) { raw.call(7, $0, 1, 0) }
        guard result == 1 else { return 0 }
        return PollEvents(entry.returned) & (events & 0xffff | PollEvents(Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL))
    }
}

struct HostPollEntry: BitwiseCopyable {
    var descriptor: Int32
    var events: UInt16
    var returned: UInt16
}
