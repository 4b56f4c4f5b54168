// SPDX-License-Identifier: Apache-2.0
//
// The kernel's messages, on the enclave's standard error. Never program data.

import LinuxABI
import Machine

public enum Log {
    public static func absentCall(_ number: Int, _ thread: Thread) {
        var text: [UInt8] = [UInt8]("cloister: system call ")
        if let name = SyscallName.name(of: number) { text.append(name) }
        text.append(" (")
        text.append(decimal: number)
        text.append(") is not implemented; it returns ENOSYS (reported once)\n")
        Machine.print(text)
    }
    public static func note(_ message: StaticString) {
        Machine.print("cloister: ")
        Machine.print(message)
        Machine.print("\n")
    }
}

extension Array where Element == UInt8 {
    /// Decimal digits without the Unicode tables that String needs.
    public mutating func append(decimal value: Int) {
        if value < 0 { append(0x2d) }
        var digits: [UInt8] = []
        var rest = value.magnitude
        repeat {
            digits.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        append(contentsOf: digits.reversed())
    }
    public mutating func append(hex value: UInt64, width: Int = 1) {
        var digits: [UInt8] = []
        var rest = value
        while rest > 0 || digits.count < width {
            let d = UInt8(truncatingIfNeeded: rest & 15)
            digits.append(d < 10 ? 0x30 + d : 0x57 + d)
            rest >>= 4
        }
        append(contentsOf: digits.reversed())
    }
}
