// SPDX-License-Identifier: Apache-2.0
//
// Structures in guest memory as text.

import LinuxABI
import Machine

enum TraceStructures {
    /// False when `kind` is no structure.
    static func append(_ kind: ArgumentKind, _ address: UInt64, following: UInt64, to text: inout [UInt8]) -> Bool {
        switch kind {
        case .fdPair, .stat, .timespec, .timeval, .itimerspec, .sigaction, .sigset, .siginfo, .msghdr, .rusage, .rlimit,
            .epollEvent,
            .pollFds, .sockaddr:
            if address == 0 {
                text.append("NULL")
                return true
            }
            var new: [UInt8] = []
            do {
                try decode(kind, address, following, &new)
                text.append(contentsOf: new)
            } catch {
                text.append(pointer: address)
            }
            return true
        default: return false
        }
    }

    private static func decode(_ kind: ArgumentKind, _ address: UInt64, _ following: UInt64, _ text: inout [UInt8])
        throws(Errno)
    {
        switch kind {
        case .fdPair:
            text.append("[")
            text.append(decimal: Int(try UserMemory.read(address, Int32.self)))
            text.append(", ")
            text.append(decimal: Int(try UserMemory.read(address &+ 4, Int32.self)))
            text.append("]")
        case .stat:
            let stat = try UserMemory.read(address, Stat.self)
            text.append("{st_mode=0x")
            text.append(hex: UInt64(stat.st_mode))
            text.append(", st_size=")
            text.append(decimal: Int(stat.st_size))
            text.append(", ...}")
        case .timespec, .timeval: try pair(address, ".", &text)
        case .itimerspec:
            text.append("{it_interval=")
            try pair(address, ".", &text)
            text.append(", it_value=")
            try pair(address &+ 16, ".", &text)
            text.append("}")
        case .rlimit:
            text.append("{cur=")
            try limit(address, &text)
            text.append(", max=")
            try limit(address &+ 8, &text)
            text.append("}")
        case .sigaction:
            let handler = try UserMemory.read(address, UInt64.self)
            text.append("{")
            if handler == 0 {
                text.append("SIG_DFL")
            } else if handler == 1 {
                text.append("SIG_IGN")
            } else {
                text.append(pointer: handler)
            }
            text.append(", flags=0x")
            text.append(hex: try UserMemory.read(address &+ 8, UInt64.self))
            text.append("}")
        case .sigset: signals(try UserMemory.read(address, UInt64.self), &text)
        case .siginfo:
            text.append("{")
            TraceNames.append(.signal, UInt64(try UserMemory.read(address, UInt32.self)), to: &text)
            text.append(", code=")
            text.append(decimal: Int(try UserMemory.read(address &+ 8, Int32.self)))
            text.append("}")
        case .msghdr:
            text.append("{iovlen=")
            text.append(decimal: Int(clamping: try UserMemory.read(address &+ 24, UInt64.self)))
            text.append(", controllen=")
            text.append(decimal: Int(clamping: try UserMemory.read(address &+ 40, UInt64.self)))
            text.append("}")
        case .rusage:
            text.append("{utime=")
            try pair(address, ".", &text)
            text.append(", ...}")
        case .epollEvent:
            text.append("{events=")
            TraceNames.appendFlags(UInt64(try UserMemory.read(address, UInt32.self)), TraceTables.pollEvents, to: &text)
            text.append(", data=0x")
            text.append(hex: try UserMemory.read(address &+ 4, UInt64.self))
            text.append("}")
        case .pollFds: try pollSet(address, following, &text)
        case .sockaddr: try socketAddress(address, following, &text)
        default: text.append(pointer: address)
        }
    }

    private static func pair(_ address: UInt64, _ separator: StaticString, _ text: inout [UInt8]) throws(Errno) {
        text.append("{")
        text.append(decimal: Int(try UserMemory.read(address, Int64.self)))
        text.append(", ")
        text.append(decimal: Int(try UserMemory.read(address &+ 8, Int64.self)))
        text.append("}")
    }

    private static func limit(_ address: UInt64, _ text: inout [UInt8]) throws(Errno) {
        let value = try UserMemory.read(address, UInt64.self)
        if value == .max { text.append("RLIM_INFINITY") } else { text.append(decimal: Int(clamping: value)) }
    }

    private static func signals(_ bits: UInt64, _ text: inout [UInt8]) {
        if bits == .max { return text.append("~[]") }
        text.append("[")
        var isFirst = true
        for signal in UInt64(1)...64 where bits >> (signal - 1) & 1 != 0 {
            if !isFirst { text.append(" ") }
            isFirst = false
            TraceNames.append(.signal, signal, to: &text)
        }
        text.append("]")
    }

    private static func pollSet(_ address: UInt64, _ count: UInt64, _ text: inout [UInt8]) throws(Errno) {
        text.append("[")
        for index in 0..<min(count, 8) {
            if index > 0 { text.append(", ") }
            let at = address &+ index &* 8
            text.append("{fd=")
            text.append(decimal: Int(try UserMemory.read(at, Int32.self)))
            text.append(", events=")
            TraceNames.appendFlags(UInt64(try UserMemory.read(at &+ 4, UInt16.self)), TraceTables.pollEvents, to: &text)
            let got = try UserMemory.read(at &+ 6, UInt16.self)
            if got != 0 {
                text.append(", revents=")
                TraceNames.appendFlags(UInt64(got), TraceTables.pollEvents, to: &text)
            }
            text.append("}")
        }
        if count > 8 { text.append(", ...") }
        text.append("]")
    }

    private static func socketAddress(_ address: UInt64, _ count: UInt64, _ text: inout [UInt8]) throws(Errno) {
        let bytes = try UserMemory.readBytes(address, Int(min(count, 110)))
        guard let family = bytes.littleEndian(UInt16.self, at: 0) else { return text.append(pointer: address) }
        text.append("{")
        TraceNames.append(.family, UInt64(family), to: &text)
        switch Int32(family) {
        case SocketFamily.AF_UNIX where bytes.count > 2:
            text.append(", ")
            let path = bytes[2...]
            if path.first == 0 {
                text.append("@")
                text.append(quoted: [UInt8](path.dropFirst()), limit: 108)
            } else {
                text.append(quoted: [UInt8](path.prefix { $0 != 0 }), limit: 108)
            }
        case SocketFamily.AF_INET where bytes.count >= 8:
            text.append(", ")
            for i in 4..<8 {
                if i > 4 { text.append(".") }
                text.append(decimal: Int(bytes[i]))
            }
            text.append(":")
            text.append(decimal: Int(bytes.bigEndian(UInt16.self, at: 2) ?? 0))
        case SocketFamily.AF_INET6 where bytes.count >= 24:
            text.append(", [")
            for i in 0..<8 {
                if i > 0 { text.append(":") }
                text.append(hex: UInt64(bytes.bigEndian(UInt16.self, at: 8 + 2 * i) ?? 0))
            }
            text.append("]:")
            text.append(decimal: Int(bytes.bigEndian(UInt16.self, at: 2) ?? 0))
        default: break
        }
        text.append("}")
    }
}
