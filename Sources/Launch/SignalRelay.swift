// SPDX-License-Identifier: Apache-2.0
// Signals this command receives become messages to the program in the enclave.
internal import CLaunch
internal import Formats

struct SignalRelay: ~Copyable {
    /// Becomes readable when a signal is waiting.
    let queue: Descriptor
    private var impatience = Impatience()

    init() throws(LaunchError) {
        queue = try System.signalQueue(Signals.relayed + [Signals.SIGWINCH])
    }

    /// Passes on what is waiting. Returns true when the user insists on the end (see Impatience).
    mutating func relay(to channel: borrowing ControlChannel) throws(LaunchError) -> Bool {
        while true {
            let signal = try System.check(claunch_signal_next(queue.number), "read", "signals")
            switch signal {
            case 0: return false
            case Signals.SIGWINCH:
                if let size = RawTerminal.windowSize(0) {
                    Self.deliver(.windowSize(TerminalSize(rows: size.rows, columns: size.columns)), to: channel)
                }
            case Signals.SIGTSTP:
                Self.deliver(.signal(UInt8(signal)), to: channel)
                _ = claunch_stop_self()
            default:
                Self.deliver(.signal(UInt8(signal)), to: channel)
                if impatience.insists(on: signal, atMicroseconds: claunch_monotonic_microseconds()) { return true }
            }
        }
    }

    /// A closed connection is no error here: the end of the program is noticed elsewhere.
    private static func deliver(_ request: ControlRequest, to channel: borrowing ControlChannel) {
        try? channel.send(request)
    }
}

/// Three requests to end within two seconds mean that the program is not listening: the enclave is killed.
struct Impatience {
    private static let count = 3
    private static let windowMicroseconds: Int64 = 2_000_000
    private var times: [Int64] = []

    mutating func insists(on signal: Int32, atMicroseconds now: Int64) -> Bool {
        guard signal == Signals.SIGINT || signal == Signals.SIGTERM || signal == Signals.SIGQUIT else { return false }
        times = times.filter { now - $0 < Self.windowMicroseconds } + [now]
        return times.count >= Self.count
    }
}
