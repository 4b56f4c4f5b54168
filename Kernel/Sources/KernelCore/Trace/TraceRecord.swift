// SPDX-License-Identifier: Apache-2.0
//
// One call being traced: its arguments as they were, and the text so far.

import LinuxABI
import Machine

struct TraceRecord {
    let number: Int
    let arguments: [UInt64]
    let signature: SyscallSignature?
    var text: [UInt8] = []
    var start: Int64 = 0
    var hostCalls: UInt64 = 0
    /// The first argument that is decoded after the call.
    private var next = 0

    init(_ call: Call, _ number: Int) {
        self.number = number
        arguments = [call.a0, call.a1, call.a2, call.a3, call.a4, call.a5]
        signature = SyscallSignature.signature(of: number)
        text.reserveCapacity(128)
        if let name = SyscallName.name(of: number) { text.append(name) } else { text.append("syscall_") }
        if SyscallName.name(of: number) == nil { text.append(decimal: number) }
        text.append("(")
    }

    var isExec: Bool { number == SyscallNumber.execve || number == SyscallNumber.execveat }

    /// Decodes the arguments up to the first that the call fills in.
    mutating func decodeGiven() {
        guard let signature else { return }
        while next < signature.count {
            if TraceRecord.isFilled(signature[next], number) { return }
            append(signature[next], at: next, result: 0)
            next += 1
        }
    }

    /// Decodes the rest once the result is known.
    mutating func decodeFilled(_ result: Int64) {
        guard let signature else { return }
        while next < signature.count {
            let kind = signature[next]
            if result < 0 && TraceRecord.isFilled(kind, number) {
                separate(next)
                text.append(pointer: arguments[next])
            } else {
                append(kind, at: next, result: result)
            }
            next += 1
        }
    }

    mutating func appendResult(_ result: Int64) {
        text.append(") = ")
        if result < 0, result >= -4095 {
            text.append("-1 ")
            if let errno = Errno(rawValue: Int32(-result)) {
                text.append(errno.name)
            } else {
                text.append(decimal: Int(-result))
            }
            return
        }
        switch signature?.result ?? .long {
        case .address, .hex, .pointer: text.append(pointer: UInt64(bitPattern: result))
        default: text.append(decimal: Int(result))
        }
    }

    private mutating func separate(_ index: Int) {
        if index > 0 { text.append(", ") }
    }

    private mutating func append(_ kind: ArgumentKind, at index: Int, result: Int64) {
        // A mode counts only where a file may be made.
        let isOpen = number == SyscallNumber.open || number == SyscallNumber.openat
        if kind == .mode, isOpen, index > 0,
            arguments[index - 1] & UInt64(Open.O_CREAT | Open.O_TMPFILE & ~Open.O_DIRECTORY) == 0
        {
            return
        }
        separate(index)
        // Randomness is likely to become a key.
        if kind == .outBuffer, number == SyscallNumber.getrandom { return text.append(pointer: arguments[index]) }
        if kind == .stringVector, signature?[index - 1] == .stringVector {
            return TraceFormat.environment(arguments[index], to: &text)
        }
        let following = index < 5 ? arguments[index + 1] : 0
        TraceFormat.append(
            kind, arguments[index], following: following, result: result, arguments: arguments, to: &text)
    }

    /// Whether the call writes this argument, so that it is worth reading only afterwards.
    static func isFilled(_ kind: ArgumentKind, _ number: Int) -> Bool {
        switch kind {
        case .outBuffer, .fdPair, .stat, .rusage: return true
        case .pollFds: return true
        case .iovec:
            return number == SyscallNumber.readv || number == SyscallNumber.preadv || number == SyscallNumber.preadv2
        case .siginfo: return number == SyscallNumber.rt_sigtimedwait || number == SyscallNumber.waitid
        case .rlimit: return number == SyscallNumber.getrlimit
        case .timespec: return number == SyscallNumber.clock_gettime || number == SyscallNumber.clock_getres
        case .timeval: return number == SyscallNumber.gettimeofday
        case .sigset: return number == SyscallNumber.rt_sigpending
        case .msghdr: return number == SyscallNumber.recvmsg
        default: return false
        }
    }
}

extension Array where Element == UInt8 {
    mutating func append(pointer value: UInt64) {
        if value == 0 { return append("NULL") }
        append("0x")
        append(hex: value)
    }

    /// Text in quotes with C escapes, cut to `limit` bytes.
    mutating func append(quoted bytes: [UInt8], limit: Int) {
        append(0x22)
        for byte in bytes.prefix(limit) {
            switch byte {
            case 0x0a: append("\\n")
            case 0x0d: append("\\r")
            case 0x09: append("\\t")
            case 0x22: append("\\\"")
            case 0x5c: append("\\\\")
            case 0x20...0x7e: append(byte)
            default:
                append("\\x")
                append(hex: UInt64(byte), width: 2)
            }
        }
        append(0x22)
        if bytes.count > limit { append("...") }
    }
}
