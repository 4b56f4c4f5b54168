// SPDX-License-Identifier: Apache-2.0
//
// Page memory: contents of files and shared memory live in one sparse memory file that every process of the enclave maps. This
// hands out power-of-two runs of it. Fresh and freed runs read as zero and cost the host nothing until touched.

import LinuxABI
import Machine

public let pageSize = 4096

public final class PageStore {
    private var next: UInt64 = Machine.pagesBase
    /// Free runs by order (log2 of pages).
    private var free: [[UInt64]] = Array(repeating: [], count: 33)
    /// Pages handed out, whether touched or not.
    public private(set) var allocatedPages = 0
    public init() {}

    /// A zeroed run of at least `pages` pages (rounded up to a power of two); ENOMEM when page memory is used up.
    public func allocate(pages: Int) throws(Errno) -> KernelAddress {
        let order = PageStore.order(pages)
        guard order < 32 else { throw .ENOMEM }
        if let address = free[order].popLast() {
            allocatedPages += 1 << order
            return KernelAddress(address)
        }
        let bytes = UInt64(pageSize) << UInt64(order)
        // Runs are aligned to their size up to 2 MiB, so that large ones can be huge pages.
        let alignment = min(bytes, 2 << 20)
        let start = (next + alignment - 1) & ~(alignment - 1)
        guard bytes <= Machine.pagesBase + Machine.pagesBytes - start else { throw .ENOMEM }
        next = start + bytes
        allocatedPages += 1 << order
        return KernelAddress(start)
    }

    /// Gives a run from `allocate(pages:)` back.
    public func release(_ address: KernelAddress, pages: Int) {
        let order = PageStore.order(pages)
        allocatedPages -= 1 << order
        let bytes = pageSize << order
        if !kernel.host.giveBack(address, bytes: bytes) {
            // To clear a large run by hand would touch memory that perhaps nobody ever used: it is not handed out again.
            if bytes > 1 << 20 { return }
            PageMemory.zero(address, bytes)
        }
        free[order].append(address.value)
    }

    /// Pages that a run for `pages` really has.
    public static func rounded(pages: Int) -> Int { 1 << order(pages) }
    private static func order(_ pages: Int) -> Int {
        pages <= 1 ? 0 : Int.bitWidth - (pages - 1).leadingZeroBitCount
    }
}
