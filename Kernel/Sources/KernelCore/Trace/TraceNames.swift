// SPDX-License-Identifier: Apache-2.0
//
// Flags and selectors by name.

import LinuxABI
import Machine

typealias NamedValue = (UInt64, StaticString)

enum TraceNames {
    static func append(_ kind: ArgumentKind, _ value: UInt64, to text: inout [UInt8]) {
        let low = UInt64(UInt32(truncatingIfNeeded: value))
        switch kind {
        case .openFlags: openFlags(low, to: &text)
        case .descriptorFlags: appendFlags(low, TraceTables.descriptorFlags, to: &text)
        case .accessMode: low == 0 ? text.append("F_OK") : appendFlags(low, TraceTables.accessModes, to: &text)
        case .atFlags: appendFlags(low, TraceTables.atFlags, to: &text)
        case .renameFlags: appendFlags(low, TraceTables.renameFlags, to: &text)
        case .closeRangeFlags: appendFlags(low, TraceTables.closeRangeFlags, to: &text)
        case .eventFlags: appendFlags(low, TraceTables.eventFlags, to: &text)
        case .timerFlags: appendFlags(low, TraceTables.timerFlags, to: &text)
        case .randomFlags: appendFlags(low, TraceTables.randomFlags, to: &text)
        case .memfdFlags: appendFlags(low, TraceTables.memfdFlags, to: &text)
        case .protection: low == 0 ? text.append("PROT_NONE") : appendFlags(low, TraceTables.protections, to: &text)
        case .mapFlags: appendFlags(low, TraceTables.mapFlags, to: &text)
        case .remapFlags: appendFlags(low, TraceTables.remapFlags, to: &text)
        case .syncFlags: appendFlags(low, TraceTables.syncFlags, to: &text)
        case .cloneFlags: cloneFlags(value, to: &text)
        case .waitOptions: appendFlags(low, TraceTables.waitOptions, to: &text)
        case .lockOperation: appendFlags(low, TraceTables.lockOperations, to: &text)
        case .messageFlags: appendFlags(low, TraceTables.messageFlags, to: &text)
        case .statxMask: appendFlags(low, TraceTables.statxMasks, to: &text)
        case .socketType:
            name(low & 0xf, TraceTables.socketTypes, to: &text)
            if low & ~0xf != 0 {
                text.append("|")
                appendFlags(low & ~0xf, TraceTables.socketTypeFlags, to: &text)
            }
        case .futexOperation:
            name(low & 0x7f, TraceTables.futexOperations, to: &text)
            if low & 128 != 0 { text.append("|FUTEX_PRIVATE_FLAG") }
            if low & 256 != 0 { text.append("|FUTEX_CLOCK_REALTIME") }
        case .whence: name(low, TraceTables.whences, to: &text)
        case .fcntlCommand: name(low, TraceTables.fcntlCommands, to: &text)
        case .advice: name(low, TraceTables.advices, to: &text)
        case .waitIDType: name(low, TraceTables.waitIDTypes, to: &text)
        case .prctlOption: name(low, TraceTables.prctlOptions, to: &text)
        case .archPrctlCode: name(low, TraceTables.archPrctlCodes, to: &text)
        case .epollOperation: name(low, TraceTables.epollOperations, to: &text)
        case .maskHow: name(low, TraceTables.maskHows, to: &text)
        case .intervalTimer: name(low, TraceTables.intervalTimers, to: &text)
        case .family: name(low, TraceTables.families, to: &text)
        case .socketLevel: name(low, TraceTables.socketLevels, to: &text)
        case .shutdownHow: name(low, TraceTables.shutdownHows, to: &text)
        case .ioctlRequest: name(low, TraceTables.ioctlRequests, to: &text)
        case .signal: signal(low, to: &text)
        case .clock: name(low, TraceTables.clocks, to: &text)
        case .resource: name(low, TraceTables.resources, to: &text)
        default:
            text.append("0x")
            text.append(hex: value)
        }
    }

    /// The names of the bits that are set, the rest in hexadecimal; 0 when there is none.
    static func appendFlags(_ value: UInt64, _ table: [NamedValue], to text: inout [UInt8]) {
        if value == 0 { return text.append("0") }
        var rest = value
        var isFirst = true
        for (bits, label) in table where bits != 0 && rest & bits == bits {
            if !isFirst { text.append("|") }
            isFirst = false
            text.append(label)
            rest &= ~bits
        }
        if rest != 0 {
            text.append(isFirst ? "0x" : "|0x")
            text.append(hex: rest)
        }
    }

    static func name(_ value: UInt64, _ table: [NamedValue], to text: inout [UInt8]) {
        for (number, label) in table where number == value { return text.append(label) }
        if value < 4096 { return text.append(decimal: Int(value)) }
        text.append("0x")
        text.append(hex: value)
    }

    private static func openFlags(_ value: UInt64, to text: inout [UInt8]) {
        name(value & 3, TraceTables.openModes, to: &text)
        if value & ~3 != 0 {
            text.append("|")
            appendFlags(value & ~3, TraceTables.openFlags, to: &text)
        }
    }

    private static func cloneFlags(_ value: UInt64, to text: inout [UInt8]) {
        if value & ~0xff != 0 { appendFlags(value & ~0xff, TraceTables.cloneFlags, to: &text) }
        if value & 0xff != 0 || value == 0 {
            if value & ~0xff != 0 { text.append("|") }
            signal(value & 0xff, to: &text)
        }
    }

    private static func signal(_ value: UInt64, to text: inout [UInt8]) {
        if value >= 34 && value <= 64 {
            text.append("SIGRT_")
            return text.append(decimal: Int(value) - 32)
        }
        name(value, TraceTables.signals, to: &text)
    }
}
