// SPDX-License-Identifier: Apache-2.0
// Counters in the text format of Prometheus. The set of series is bounded: routes, statuses, outcomes.
import Synchronization

package final class BrokerMetrics: Sendable {
    private struct State {
        var counters: [String: UInt64] = [:]
        /// Requests by upper bound of their duration.
        var buckets = [UInt64](repeating: 0, count: BrokerMetrics.bounds.count + 1)
        var durationSum = 0.0
    }

    /// In milliseconds.
    private static let bounds = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

    private let state = Mutex(State())

    package init() {}

    func countRequest(method: String, route: String, status: Int, duration: Duration) {
        let milliseconds = duration / .milliseconds(1)
        let bucket = Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bounds.count
        // A method is the client's own word.
        let method = ["GET", "POST", "PUT", "DELETE", "HEAD"].contains(method) ? method : "other"
        let series = "cloister_broker_requests_total{method=\"\(method)\",route=\"\(route)\",status=\"\(status)\"}"
        state.withLock { state in
            state.counters[series, default: 0] += 1
            state.buckets[bucket] += 1
            state.durationSum += milliseconds
        }
    }

    func countAttestation(tee: String, outcome: String) {
        count("cloister_broker_attestations_total{tee=\"\(tee)\",outcome=\"\(outcome)\"}")
    }

    func countRelease(outcome: String) {
        count("cloister_broker_releases_total{outcome=\"\(outcome)\"}")
    }

    func countUnrecordedDenial() { count("cloister_broker_unrecorded_denials_total{}") }

    private func count(_ series: String) {
        state.withLock { $0.counters[series, default: 0] += 1 }
    }

    func text(sessions: Int, isUnlocked: Bool) -> String {
        let state = state.withLock { $0 }
        var lines: [String] = []
        let names = [
            "cloister_broker_attestations_total", "cloister_broker_releases_total", "cloister_broker_requests_total",
            "cloister_broker_unrecorded_denials_total",
        ]
        for name in names {
            lines.append("# TYPE \(name) counter")
            lines += state.counters.filter { $0.key.hasPrefix(name + "{") }.map { "\($0.key) \($0.value)" }.sorted()
        }
        let histogram = "cloister_broker_request_duration_milliseconds"
        lines.append("# TYPE \(histogram) histogram")
        var total: UInt64 = 0
        for (index, bound) in Self.bounds.enumerated() {
            total += state.buckets[index]
            lines.append("\(histogram)_bucket{le=\"\(bound)\"} \(total)")
        }
        total += state.buckets[Self.bounds.count]
        lines += ["\(histogram)_bucket{le=\"+Inf\"} \(total)", "\(histogram)_sum \(state.durationSum)", "\(histogram)_count \(total)"]
        lines += ["# TYPE cloister_broker_sessions gauge", "cloister_broker_sessions \(sessions)"]
        lines += ["# TYPE cloister_broker_unlocked gauge", "cloister_broker_unlocked \(isUnlocked ? 1 : 0)"]
        return lines.joined(separator: "\n") + "\n"
    }
}
