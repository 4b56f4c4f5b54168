// SPDX-License-Identifier: Apache-2.0

/// The UTC calendar fields of a Unix time, in the Gregorian calendar, by integers alone.
///
/// Years are counted from March, so that the leap day is a year's last; 400 of them are an era.
package struct CivilTime: Equatable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hours: Int
    package let minutes: Int
    package let seconds: Int

    /// Seconds of year 0 to 9999: what four digits can say.
    private static let writable: ClosedRange<Int64> = -62_167_219_200...253_402_300_799
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    package init(year: Int, month: Int, day: Int, hours: Int = 0, minutes: Int = 0, seconds: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hours, self.minutes, self.seconds) = (hours, minutes, seconds)
    }

    package init(_ unix: Int64) {
        let days = Self.day(of: unix)
        let rest = Int(unix - days * 86_400)
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1,
            hours: rest / 3_600, minutes: rest / 60 % 60, seconds: rest % 60)
    }

    /// `2026-02-18T10:42:15Z`; nil for anything else.
    package init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A, bytes[19] == 0x5A
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for digit in bytes[range] {
                guard (0x30...0x39).contains(digit) else { return nil }
                value = value * 10 + Int(digit - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hours = number(11..<13),
            let minutes = number(14..<16), let seconds = number(17..<19), (1...12).contains(month), (1...31).contains(day), hours < 24,
            minutes < 60, seconds < 60
        else { return nil }
        self.init(year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds)
    }

    /// Seconds since 1970.
    package var unix: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Int64(days) * 86_400 + Int64(hours * 3_600 + minutes * 60 + seconds)
    }

    /// Seconds since 1970 as RFC 3339 writes them in UTC; beyond four digits of a year, where a number says more, as a number.
    package static func iso(_ unix: Int64) -> String {
        guard writable.contains(unix) else { return "second \(unix)" }
        let time = CivilTime(unix)
        let date = "\(padded(time.year, 4))-\(padded(time.month))-\(padded(time.day))"
        return "\(date)T\(padded(time.hours)):\(padded(time.minutes)):\(padded(time.seconds))Z"
    }

    /// Seconds since 1970 as RFC 9110 section 5.6.7 writes a date: `Wed, 18 Feb 2026 10:42:15 GMT`.
    package static func http(_ unix: Int64) -> String {
        let unix = min(max(unix, writable.lowerBound), writable.upperBound)
        let time = CivilTime(unix)
        let weekday = weekdays[Int((day(of: unix) % 7 + 7) % 7)]
        return "\(weekday), \(padded(time.day)) \(monthNames[time.month - 1]) \(padded(time.year, 4)) "
            + "\(padded(time.hours)):\(padded(time.minutes)):\(padded(time.seconds)) GMT"
    }

    private static func day(of unix: Int64) -> Int64 { unix / 86_400 - (unix % 86_400 < 0 ? 1 : 0) }

    private static func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
