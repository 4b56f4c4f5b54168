// SPDX-License-Identifier: Apache-2.0
//
// Page memory: file contents and shared anonymous memory, in one mapping that every process of the enclave has.

import CMachine

/// An address in the kernel's own shared memory. Only the page store and the machine layer make them.
public struct KernelAddress: Equatable {
    public let value: UInt64
    @inlinable public init(_ value: UInt64) { self.value = value }
    @inlinable public func advanced(by bytes: Int) -> KernelAddress { KernelAddress(value &+ UInt64(bitPattern: Int64(bytes))) }

    /// Whether `[self, self + count)` lies in page memory.
    @inlinable public func isPageMemory(_ count: Int) -> Bool {
        count >= 0 && value >= Machine.pagesBase && value <= Machine.pagesBase &+ Machine.pagesBytes
            && UInt64(count) <= Machine.pagesBase &+ Machine.pagesBytes &- value
    }

    /// The offset in the memory file, for mapping it into a guest.
    public var fileOffset: UInt64 { cm_file_offset_of_page(value) }
}

/// Raw access to page memory; every call checks its range.
public enum PageMemory {
    // SAFETY (all): isPageMemory holds, and page memory is always mapped readable and writable.
    public static func zero(_ at: KernelAddress, _ count: Int) {
        guard at.isPageMemory(count) else { return }
        cm_zero(at.value, UInt64(count))
    }
    public static func copy(from: KernelAddress, to: KernelAddress, _ count: Int) {
        guard from.isPageMemory(count), to.isPageMemory(count) else { return }
        unsafe _ = cm_copy(cm_unmanaged(to.value), cm_unmanaged(from.value), UInt64(count))
    }
    public static func load(_ at: KernelAddress, into bytes: inout [UInt8], at offset: Int, _ count: Int) {
        guard at.isPageMemory(count), offset >= 0, count <= bytes.count - offset else { return }
        unsafe bytes.withUnsafeMutableBytes { b in
            guard let base = b.baseAddress else { return }
            unsafe _ = cm_copy(base + offset, cm_unmanaged(at.value), UInt64(count))
        }
    }
    public static func store(_ bytes: [UInt8], from offset: Int, _ count: Int, at: KernelAddress) {
        guard at.isPageMemory(count), offset >= 0, count >= 0, count <= bytes.count - offset else { return }
        unsafe bytes.withUnsafeBytes { b in
            guard let base = b.baseAddress else { return }
            unsafe _ = cm_copy(cm_unmanaged(at.value), base + offset, UInt64(count))
        }
    }
    public static func storeGatePointers(at: KernelAddress) {
        guard at.isPageMemory(64) else { return }
        cm_store_gate_pointer(at.value)
    }

    /// Rewrites a system-call site in a code twin; see rewrite.c. 0 when the site fits no shape.
    public static func rewriteSite(
        code: KernelAddress, codeBytes: Int, site: Int, stub: KernelAddress, stubDistance: Int64, gateDistance: Int64
    ) -> Int32 {
        guard code.isPageMemory(codeBytes), stub.isPageMemory(64), site >= 0, site < codeBytes else { return 0 }
        var request = cm_rewrite()
        request.code = code.value
        request.code_bytes = UInt64(codeBytes)
        request.site = UInt64(site)
        request.stub = stub.value
        request.stub_distance = stubDistance
        request.gate_slot = UInt64(bitPattern: gateDistance)
        return unsafe cm_rewrite_site(&request)
    }
}
