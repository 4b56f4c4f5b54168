// SPDX-License-Identifier: Apache-2.0
//
// One mapped range of a guest's address space.

import LinuxABI
import Machine

public struct Area {
    public var start: UInt64
    public var end: UInt64
    public var protection: Int32
    public var kind: Kind
    public var isShared: Bool
    /// Contents of file mappings and of shared anonymous memory.
    public var content: FileContent?
    /// Offset in `content` of `start`.
    public var offset: Int64
    /// The code twin the host has mapped here instead of the content.
    public var twin: CodeTwin?
    /// The mapped file, for /proc/self/maps and so that it stays alive.
    public var file: OpenFile?
    public var isLocked = false
    public var maxProtection: Int32 = 7
    /// MAP_NORESERVE: does not count against the enclave's memory.
    var isReservation = false

    public enum Kind: UInt8 {
        case anonymous
        case file
        case stack
        case heap
        /// A stub area of a code twin; hidden from /proc/self/maps.
        case stubs
        /// A host descriptor mapped as it is (host mounts).
        case hostFile
    }

    public var bytes: UInt64 { end - start }

    /// Whether `next` may be merged into this one.
    func canMerge(_ next: Area) -> Bool {
        end == next.start && protection == next.protection && kind == next.kind && isShared == next.isShared && content == nil
            && next.content == nil && twin == nil && next.twin == nil && file == nil && next.file == nil && isLocked == next.isLocked
            && isReservation == next.isReservation && kind != .stubs
    }
}
