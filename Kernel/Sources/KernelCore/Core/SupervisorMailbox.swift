// SPDX-License-Identifier: Apache-2.0
//
// What guest threads ask of the supervisor, the process that runs no guest code: fresh host processes, timers, the end.

import Machine

public final class SupervisorMailbox {
    /// Host eventfd the supervisor polls.
    public var doorbell: Int32 = -1
    /// Threads whose exec waits for a fresh host process.
    public var spawnRequests: [Thread] = []
    public var isRung = false
    public init() {}

    public func ring() {
        if isRung || doorbell < 0 { return }
        isRung = true
        kernel.host.ringDoorbell(doorbell)
    }

    public func requestSpawn(_ thread: Thread) {
        spawnRequests.append(thread)
        ring()
    }
}
