// SPDX-License-Identifier: Apache-2.0
// UTC calendar fields of a Unix time (Howard Hinnant's civil-from-days, in integers only).

struct CivilTime {
    let year: Int
    let month: Int
    let day: Int
    let hours: Int
    let minutes: Int
    let seconds: Int

    init(_ unix: Int64) {
        let days = unix >= 0 ? unix / 86_400 : (unix - 86_399) / 86_400
        let rest = Int(unix - days * 86_400)
        (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60)
        // Years that begin in March make the leap day the last of its year; 400 of them are an era.
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// As Intel's collateral writes it: 2025-06-19T10:16:03Z.
    var text: String {
        "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))T\(Self.padded(hours)):\(Self.padded(minutes)):\(Self.padded(seconds))Z"
    }

    private static func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
