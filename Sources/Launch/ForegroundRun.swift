// SPDX-License-Identifier: Apache-2.0
// `cloister run`: one enclave that lives as long as its program, on this command's own standard streams.
internal import CLaunch
internal import Formats

/// What a foreground run needs beside the request.
package struct RunOptions: Sendable {
    package var kernel: String
    package var usesTerminal = false
    /// This process's descriptor that the system-call log is written to.
    package var trace: Int32?
    package var collectsStatistics = false
    /// nil starts an enclave that can give no evidence.
    package var platform: PlatformChoice?

    package init(kernel: String) {
        self.kernel = kernel
    }
}

/// How a foreground run ended.
package struct RunOutcome: Sendable {
    package let end: EnclaveEnd
    /// The kernel's own counts, where asked for and delivered.
    package let statistics: JSON?
    package let elapsedMicroseconds: Int64
}

package enum ForegroundRun {
    /// Starts the enclave, relays signals and window sizes, and waits for its end.
    package static func run(_ request: EnclaveRequest, _ options: RunOptions) throws(LaunchError) -> RunOutcome {
        let started = claunch_monotonic_microseconds()
        var relay = try SignalRelay()
        let ends = try System.check(claunch_socket_pair(), "create", "control socket")
        let channel = ControlChannel(Descriptor(owning: Int32(truncatingIfNeeded: ends)))
        let kernelEnd = Descriptor(owning: Int32(truncatingIfNeeded: ends >> 32))
        let statistics = try System.memoryFile("cloister-statistics")

        var platform = try options.platform.map { choice throws(LaunchError) in try PlatformSocket(choice) }

        let terminal = options.usesTerminal ? try RawTerminal(0) : nil
        let boot = KernelBoot(
            kernel: options.kernel, control: kernelEnd.number,
            terminal: options.usesTerminal ? RawTerminal.windowSize(0) : nil, trace: options.trace,
            statistics: options.collectsStatistics ? statistics.number : nil, platform: platform?.kernelEnd,
            platformKind: options.platform?.kind ?? .simulated)
        let kernel = try boot.start(request)
        // The kernel holds its own copy: a closed one here lets each side see the other's end.
        _ = consume kernelEnd
        platform?.closeKernelEnd()

        try superviseUntilEnd(kernel, channel, &relay, &platform)
        let end = try kernel.wait()
        _ = consume terminal
        return RunOutcome(
            end: end, statistics: try? JSON(parsing: try System.readAll(statistics.number, name: "statistics")),
            elapsedMicroseconds: claunch_monotonic_microseconds() - started)
    }

    /// After so long the run is no short one, and this command only waits.
    private static let idleMilliseconds: Int32 = 250

    private static func superviseUntilEnd(
        _ kernel: borrowing KernelProcess, _ channel: borrowing ControlChannel, _ relay: inout SignalRelay,
        _ platform: inout PlatformSocket?
    ) throws(LaunchError) {
        var timeout: Int32? = idleMilliseconds
        while true {
            let asked = platform.map { [$0.serviceEnd] } ?? []
            let ready = try System.waitReadable(
                [kernel.ended.number, relay.queue.number] + asked, timeoutMilliseconds: timeout)
            if ready.isEmpty {
                claunch_release_idle_memory()
                timeout = nil
                continue
            }
            if ready.contains(kernel.ended.number) { return }
            if let first = asked.first, ready.contains(first) {
                // The first question: from now on the service has the socket.
                try? platform?.startService(errors: 2)
                platform = nil
            }
            if try relay.relay(to: channel) { kernel.kill() }
        }
    }
}
