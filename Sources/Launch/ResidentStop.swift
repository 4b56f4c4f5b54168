// SPDX-License-Identifier: Apache-2.0
// `cloister stop`: asks, waits, and ends by force what does not listen.
internal import CLaunch
internal import Formats

package enum ResidentStop {
    /// Ends an enclave; returns whether force was needed.
    package static func stop(
        _ entry: EnclaveEntry, graceSeconds: UInt32, in registry: Registry
    ) throws(LaunchError) -> Bool {
        let watch = Descriptor(owning: try System.check(claunch_pidfd(entry.pid), "watch", "process \(entry.pid)"))
        // Taken after the descriptor: from here on it is this very process or nothing.
        var forced = false
        if entry.isRunning {
            try? askToStop(entry, graceSeconds, registry)
            let limit = Int32(clamping: (Int64(graceSeconds) + 1) * 1000)
            if try System.waitReadable([watch.number], timeoutMilliseconds: graceSeconds == 0 ? 0 : limit).isEmpty {
                forced = true
                _ = claunch_kill_group(entry.pid, Signals.SIGKILL)
                _ = try System.waitReadable([watch.number], timeoutMilliseconds: 5000)
            }
        }
        try registry.remove(entry.name)
        return forced
    }

    private static func askToStop(
        _ entry: EnclaveEntry, _ graceSeconds: UInt32, _ registry: Registry
    ) throws(LaunchError) {
        let folder = registry.state.folder(entry.name)
        let channel = try ControlChannel(directory: folder, name: StateDirectory.socketName)
        try channel.send(.stop(graceSeconds: graceSeconds))
        // The kernel answers or just ends; either way the process tells.
        _ = try channel.receive(withinMilliseconds: 1000)
    }
}
