// SPDX-License-Identifier: Apache-2.0
// Moments as text, in UTC (RFC 3339).

internal import Foundation

extension Instant {
    static func parse(_ text: String) -> Instant? {
        let full = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        guard let date = try? Date(full, strategy: .iso8601) else { return nil }
        return Instant(seconds: Int64(date.timeIntervalSince1970), text: text)
    }

    static func text(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}
