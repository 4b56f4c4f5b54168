// SPDX-License-Identifier: Apache-2.0
// A token bucket for each client address, in a table of bounded size.
import Synchronization

final class RateLimiter: Sendable {
    private struct Bucket {
        var level: Double
        var time: ContinuousClock.Instant
    }

    private let buckets = Mutex<[String: Bucket]>([:])
    private let perSecond: Double
    private let burst: Double
    private static let capacity = 65_536

    init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = max(burst, 1)
    }

    /// nil if the request may go on, else the seconds to wait.
    func take(_ client: String, at now: ContinuousClock.Instant) -> Int? {
        if perSecond <= 0 { return nil }
        return buckets.withLock { buckets in
            if buckets.count >= Self.capacity, buckets[client] == nil {
                // Full buckets say nothing that an absent one does not.
                buckets = buckets.filter { held($0.value, now) < burst }
                if buckets.count >= Self.capacity { return 1 }
            }
            let level = buckets[client].map { held($0, now) } ?? burst
            let isAllowed = level >= 1
            buckets[client] = Bucket(level: isAllowed ? level - 1 : level, time: now)
            return isAllowed ? nil : max(1, Int(((1 - level) / perSecond).rounded(.up)))
        }
    }

    private func held(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
        let passed = now - bucket.time
        return min(burst, bucket.level + perSecond * (passed / .seconds(1)))
    }
}
