// SPDX-License-Identifier: Apache-2.0
//
// Pending signals of a thread or a process (signal(7)). Standard signals are kept once, real-time signals queue in order.

import LinuxABI
import Machine

public struct PendingSignals {
    public private(set) var set = SignalSet.empty
    private var queue: [Siginfo] = []
    public init() {}

    @inline(__always) public var isEmpty: Bool { self.set.isEmpty }
    /// Queued entries, for RLIMIT_SIGPENDING.
    public var count: Int { queue.count }

    /// What became of a signal.
    enum Insertion {
        case added
        /// A standard signal that was pending already.
        case merged
        /// The limit is reached; only the fact is kept, not the information.
        case withoutInfo
    }

    mutating func insert(_ info: Siginfo, _ signal: Int32, room: Bool) -> Insertion {
        if signal < Signal.SIGRTMIN && set.contains(signal) { return .merged }
        set.insert(signal)
        guard room else { return .withoutInfo }
        var entry = info
        entry.si_signo = signal
        queue.append(entry)
        return .added
    }

    /// The signal Linux would deliver next among `allowed`: faults first, then by number.
    func next(_ allowed: SignalSet) -> Int32? {
        let ready = set.intersection(allowed)
        if ready.isEmpty { return nil }
        let faults = ready.intersection(PendingSignals.synchronous)
        return faults.isEmpty ? ready.first : faults.first
    }

    /// Takes the oldest entry of `signal`.
    mutating func take(_ signal: Int32) -> Siginfo {
        // The bare fact looks like a signal of unknown origin, as on Linux.
        var info = Siginfo(si_signo: signal, si_code: SignalCode.SI_USER)
        var found = false
        var more = false
        var i = 0
        while i < queue.count {
            if queue[i].si_signo == signal {
                if found {
                    more = true
                    break
                }
                info = queue[i]
                found = true
                queue.remove(at: i)
                continue
            }
            i += 1
        }
        if !more { set.remove(signal) }
        return info
    }

    /// Discards whatever is in `signals`.
    mutating func remove(_ signals: SignalSet) {
        if set.intersection(signals).isEmpty { return }
        set = set.subtracting(signals)
        queue.removeAll { signals.contains($0.si_signo) }
    }

    /// Whether an entry with this number and code waits (POSIX timers queue at most one each).
    func hasTimer(_ signal: Int32, _ timer: Int32) -> Bool {
        if !set.contains(signal) { return false }
        return queue.contains { $0.si_signo == signal && $0.si_code == SignalCode.SI_TIMER && $0.si_timerid == timer }
    }
    mutating func removeTimer(_ signal: Int32, _ timer: Int32) {
        queue.removeAll { $0.si_signo == signal && $0.si_code == SignalCode.SI_TIMER && $0.si_timerid == timer }
        if !queue.contains(where: { $0.si_signo == signal }) { set.remove(signal) }
    }

    /// SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS.
    static let synchronous = SignalSet(bits: 1 << 10 | 1 << 6 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 30)
}

extension SignalSet {
    static let stops = SignalSet(bits: 1 << 18 | 1 << 19 | 1 << 20 | 1 << 21)
    /// SIGCHLD, SIGCONT, SIGURG, SIGWINCH: ignored by default.
    static let ignoredByDefault = SignalSet(bits: 1 << 16 | 1 << 17 | 1 << 22 | 1 << 27)
    /// Those whose default action dumps core.
    static let dumping = SignalSet(
        bits: 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 23 | 1 << 24 | 1 << 30)
}
