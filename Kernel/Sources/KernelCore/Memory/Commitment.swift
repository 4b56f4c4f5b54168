// SPDX-License-Identifier: Apache-2.0
//
// Limits on memory. The kernel's own heap must never run out in the middle of a call, for that ends the enclave: calls that make
// something long-lived fail with ENOMEM while there is still a reserve. And the programs' memory together stays within the limit
// that the image sets.

import LinuxABI
import Machine

enum Headroom {
    /// What a call in progress may need beyond what is checked.
    static let reserve: UInt64 = 16 << 20

    static var isThere: Bool { Machine.heapHeadroom > reserve }

    @inline(__always)
    static func check(_ bytes: UInt64 = 0) throws(Errno) {
        guard Machine.heapHeadroom > reserve &+ bytes else { throw .ENOMEM }
    }
}

extension AddressSpace {
    /// Memory the program may fill without asking again: private writable areas, but for the main stack and MAP_NORESERVE.
    var committedBytes: UInt64 {
        var sum: UInt64 = 0
        for area in areas where area.protection & Mman.PROT_WRITE != 0 && !area.isShared && area.kind != .stack && !area.isReservation {
            sum &+= area.bytes
        }
        return sum
    }

    /// What of the range does not count yet, and would if it was made writable.
    func uncommittedBytes(_ start: UInt64, _ bytes: UInt64) -> UInt64 {
        let (end, overflow) = start.addingReportingOverflow(bytes)
        guard !overflow else { return 0 }
        var sum: UInt64 = 0
        var i = index(above: start)
        while i < areas.count, areas[i].start < end {
            let area = areas[i]
            if !area.isShared, area.kind != .stack, area.protection & Mman.PROT_WRITE == 0 || area.isReservation {
                sum &+= min(area.end, end) - max(area.start, start)
            }
            i += 1
        }
        return sum
    }
}

/// What counts as the programs' memory besides their private areas: contents of files in memory, shared memory, buffers of pipes.
/// What is only read from the image or the host does not count. Kept up only where there is a limit.
struct SharedMemoryUse {
    fileprivate(set) var bytes: Int64 = 0
    /// Granted by the last look at all programs and not yet used, so that not every write needs one.
    fileprivate var granted: Int64 = 0
    fileprivate static let grant: Int64 = 1 << 20
}

extension Kernel {
    /// Counts `growth` bytes of shared memory when they stay within the limit.
    func takeShared(_ growth: Int64) -> Bool {
        if memoryLimit == 0 || growth <= 0 { return true }
        if growth > sharedUse.granted {
            let wanted = growth &+ SharedMemoryUse.grant
            if hasMemory(for: UInt64(wanted)) {
                sharedUse.granted = wanted
            } else if hasMemory(for: UInt64(growth)) {
                sharedUse.granted = growth
            } else {
                return false
            }
        }
        sharedUse.granted -= growth
        sharedUse.bytes += growth
        return true
    }
    func giveShared(_ bytes: Int64) {
        if memoryLimit != 0 { sharedUse.bytes -= bytes }
    }

    /// Whether all programs together stay within the enclave's limit when `growth` bytes are added.
    func hasMemory(for growth: UInt64) -> Bool {
        if memoryLimit == 0 { return true }
        guard growth <= memoryLimit else { return false }
        var sum = growth &+ UInt64(max(sharedUse.bytes, 0))
        for process in processes.all where process.state == .running {
            // What vfork shares is counted once.
            sum &+= process.memory.committedBytes / UInt64(max(process.memory.users, 1))
        }
        return sum <= memoryLimit
    }
}
