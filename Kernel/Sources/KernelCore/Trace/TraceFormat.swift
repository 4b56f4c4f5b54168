// SPDX-License-Identifier: Apache-2.0
//
// One argument as text, by its kind. Guest memory is only read here; what cannot be read is printed as its address.

import LinuxABI
import Machine

enum TraceFormat {
    /// Bytes of data shown at most.
    static let dataLimit = 32

    static func append(
        _ kind: ArgumentKind, _ value: UInt64, following: UInt64, result: Int64, arguments: [UInt64],
        to text: inout [UInt8]
    ) {
        let low = Int(Int32(truncatingIfNeeded: value))
        switch kind {
        case .absent: break
        case .int, .fd, .pid, .milliseconds: text.append(decimal: low)
        case .unsigned: text.append(decimal: Int(UInt32(truncatingIfNeeded: value)))
        case .uid, .gid:
            text.append(
                decimal: UInt32(truncatingIfNeeded: value) == .max ? -1 : Int(UInt32(truncatingIfNeeded: value)))
        case .long, .offset: text.append(decimal: Int(Int64(bitPattern: value)))
        case .size:
            if value <= UInt64(Int.max) { text.append(decimal: Int(value)) } else { text.append(pointer: value) }
        case .hex, .device:
            text.append("0x")
            text.append(hex: value)
        case .dirfd: if low == Int(At.AT_FDCWD) { text.append("AT_FDCWD") } else { text.append(decimal: low) }
        case .address, .pointer: text.append(pointer: value)
        case .path, .string: string(value, limit: kind == .path ? 256 : dataLimit, to: &text)
        case .stringVector: stringVector(value, to: &text)
        case .inBuffer: data(value, following, to: &text)
        case .outBuffer: data(value, min(following, UInt64(max(result, 0))), to: &text)
        case .iovec: vector(value, count: following, to: &text)
        case .mode:
            text.append("0")
            octal(value & 0xfff_ffff, to: &text)
        default:
            if !TraceStructures.append(kind, value, following: following, to: &text) {
                TraceNames.append(kind, value, to: &text)
            }
        }
    }

    private static func octal(_ value: UInt64, to text: inout [UInt8]) {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            digits.append(UInt8(0x30 + rest & 7))
            rest >>= 3
        } while rest > 0
        text.append(contentsOf: digits.reversed())
    }

    static func string(_ address: UInt64, limit: Int, to text: inout [UInt8]) {
        if address == 0 { return text.append("NULL") }
        do {
            text.append(quoted: try UserMemory.readString(address, limit: 4096), limit: limit)
        } catch {
            text.append(pointer: address)
        }
    }

    private static func stringVector(_ address: UInt64, to text: inout [UInt8]) {
        if address == 0 { return text.append("NULL") }
        text.append("[")
        var index: UInt64 = 0
        do {
            while true {
                let pointer = try UserMemory.read(address &+ index &* 8, UInt64.self)
                if pointer == 0 { break }
                if index > 0 { text.append(", ") }
                if index == 8 {
                    text.append("...")
                    break
                }
                string(pointer, limit: dataLimit, to: &text)
                index += 1
            }
        } catch { text.append("?") }
        text.append("]")
    }

    /// An environment is counted, not shown: it may hold secrets.
    static func environment(_ address: UInt64, to text: inout [UInt8]) {
        var count = 0
        do {
            while address != 0, count < 100_000, try UserMemory.read(address &+ UInt64(count) &* 8, UInt64.self) != 0 {
                count += 1
            }
        } catch {}
        text.append("[")
        text.append(decimal: count)
        text.append(" variables]")
    }

    private static func data(_ address: UInt64, _ count: UInt64, to text: inout [UInt8]) {
        if address == 0 { return text.append("NULL") }
        do {
            // One more than is shown, so that the cut is visible.
            let bytes = try UserMemory.readBytes(address, Int(min(count, UInt64(dataLimit + 1))))
            text.append(quoted: bytes, limit: dataLimit)
        } catch {
            text.append(pointer: address)
        }
    }

    private static func vector(_ address: UInt64, count: UInt64, to text: inout [UInt8]) {
        text.append("[")
        for index in 0..<min(count, 4) {
            if index > 0 { text.append(", ") }
            do {
                let piece = try UserMemory.read(address &+ index &* 16, Iovec.self)
                data(piece.iov_base, piece.iov_len, to: &text)
                text.append(":")
                text.append(decimal: Int(clamping: piece.iov_len))
            } catch { text.append("?") }
        }
        if count > 4 { text.append(", ...") }
        text.append("]")
    }
}
