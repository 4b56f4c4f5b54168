// SPDX-License-Identifier: Apache-2.0
//
// The common part of poll(2) and select(2): a set of descriptions with the events of interest, scanned, and slept on.

import LinuxABI
import Machine

struct PollSet {
    struct Entry {
        var file: OpenFile?
        var wanted: PollEvents
        var found: PollEvents = 0
    }
    var entries: [Entry] = []

    /// Looks at every description; returns how many have something.
    mutating func scan() -> Int {
        var ready = 0
        for i in 0..<entries.count {
            guard let file = entries[i].file else {
                if entries[i].found != 0 { ready += 1 }
                continue
            }
            let found = file.poll() & entries[i].wanted
            entries[i].found = found
            if found != 0 { ready += 1 }
        }
        return ready
    }

    /// Scans and sleeps until something is found or the deadline passes (0). EINTR, with `restart` noted, on a signal.
    mutating func wait(_ thread: Thread, until deadline: Deadline?, restart: RestartPolicy) throws(Errno) -> Int {
        let waiter = thread.threadWaiter
        var hosts = HostPollSet()
        for entry in entries {
            entry.file?.waitQueue?.add(waiter)
        }
        defer {
            for entry in entries { entry.file?.waitQueue?.remove(waiter) }
        }
        while true {
            thread.block.clearWake()
            let ready = scan()
            if ready > 0 { return ready }
            if let deadline, deadline.hasPassed { return 0 }
            // Anew each time: a nested epoll set may have come to watch a host descriptor.
            hosts.removeAll()
            for entry in entries {
                if let descriptor = entry.file?.hostDescriptor { hosts.add(descriptor, entry.wanted) }
            }
            if thread.sleep(orHost: &hosts, until: deadline) == .interrupted {
                let ready = scan()
                if ready > 0 { return ready }
                throw thread.interrupted(restart)
            }
        }
    }
}
