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
        let statistics = options.collectsStatistics ? try System.memoryFile("cloister-statistics") : nil

        let terminal = options.usesTerminal ? try RawTerminal(0) : nil
        let size = options.usesTerminal ? RawTerminal.windowSize(0) : nil
        let boot = try PreparedBoot(
            kernel: options.kernel, request: request, standardStreams: [0, 1, 2], control: kernelEnd.number,
            terminal: size.map { TerminalSize(rows: $0.rows, columns: $0.columns) }, isResident: false,
            trace: options.trace, statistics: statistics?.number)
        let kernel = try boot.start(diesWithParent: true)
        // The kernel holds its own copy: a closed one here lets each side see the other's end.
        _ = consume kernelEnd

        try superviseUntilEnd(kernel, channel, &relay)
        let end = try kernel.wait()
        _ = consume terminal
        return RunOutcome(
            end: end, statistics: try statistics.parsed(),
            elapsedMicroseconds: claunch_monotonic_microseconds() - started)
    }

    private static func superviseUntilEnd(
        _ kernel: borrowing KernelProcess, _ channel: borrowing ControlChannel, _ relay: inout SignalRelay
    ) throws(LaunchError) {
        while true {
            let ready = try System.waitReadable(
                [kernel.ended.number, relay.queue.number], timeoutMilliseconds: nil)
            if ready.contains(kernel.ended.number) { return }
            if try relay.relay(to: channel) { kernel.kill() }
        }
    }
}

extension Descriptor? {
    /// The JSON in a memory file; nil when there is no file or it holds none.
    borrowing func parsed() throws(LaunchError) -> JSON? {
        guard let number = self?.number else { return nil }
        return try? JSON(parsing: try System.readAll(number, name: "statistics"))
    }
}
