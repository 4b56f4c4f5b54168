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
}

extension Kernel {
    /// Whether all programs together stay within the enclave's limit when `growth` bytes are added.
    func hasMemory(for growth: UInt64) -> Bool {
        if memoryLimit == 0 { return true }
        guard growth <= memoryLimit else { return false }
        var sum = growth
        for process in processes.all where process.state == .running {
            // What vfork shares is counted once.
            sum &+= process.memory.committedBytes / UInt64(max(process.memory.users, 1))
        }
        return sum <= memoryLimit
    }
}
