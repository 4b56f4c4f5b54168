// SPDX-License-Identifier: Apache-2.0
//
// The kernel's own map of a guest's memory. It chooses every address; the host only carries out what it is told, and an answer
// outside of that is an attack. Kept as a sorted array: programs have tens of areas, and lookups are by binary search.

import LinuxABI
import Machine

public final class AddressSpace {
    public internal(set) var areas: [Area] = []
    /// Where the search for free addresses starts (downwards).
    public internal(set) var mmapTop: UInt64
    public var heapStart: UInt64 = 0
    public var heapEnd: UInt64 = 0
    public internal(set) var totalBytes: UInt64 = 0
    public var lockedBytes: UInt64 = 0
    public var lockFuture = false
    /// Processes using it: more than one after vfork or clone(CLONE_VM).
    public var users = 1
    public var codeRange: (UInt64, UInt64) = (0, 0)
    public var stackRange: (UInt64, UInt64) = (0, 0)
    public var argumentRange: (UInt64, UInt64) = (0, 0)
    public var environmentRange: (UInt64, UInt64) = (0, 0)
    /// Set when a mapped file shrank while another process ran.
    var isStale = false
    /// What other processes wait for a thread of this memory to copy.
    var errands: [MemoryErrand] = []
    /// Counts programs: who opened the memory of one does not get at the next.
    var generation = 0
    public var residentPeakKilobytes: Int64 = 0

    public init() {
        mmapTop = AddressSpace.randomizedTop()
    }

    /// 28 bits of randomness below the stack's room.
    static func randomizedTop() -> UInt64 {
        Machine.userEnd - 0x4_0000_0000 - (Machine.random() & 0xfff_ffff) << 12 & 0xff_ffff_f000
    }

    /// fork: the host copies the memory itself, copy-on-write.
    public func copy() -> AddressSpace {
        let new = AddressSpace()
        new.areas = areas
        new.mmapTop = mmapTop
        new.heapStart = heapStart
        new.heapEnd = heapEnd
        new.totalBytes = totalBytes
        new.codeRange = codeRange
        new.stackRange = stackRange
        new.argumentRange = argumentRange
        new.environmentRange = environmentRange
        for i in 0..<new.areas.count { new.areas[i].isLocked = false }
        return new
    }

    // MARK: lookup

    /// Index of the first area that ends above `address`.
    @inline(__always)
    func index(above address: UInt64) -> Int {
        var low = 0
        var high = areas.count
        while low < high {
            let middle = (low + high) / 2
            if areas[middle].end > address { high = middle } else { low = middle + 1 }
        }
        return low
    }

    public func area(at address: UInt64) -> Area? {
        let i = index(above: address)
        return i < areas.count && areas[i].start <= address ? areas[i] : nil
    }

    public func isFree(_ start: UInt64, _ bytes: UInt64) -> Bool {
        let i = index(above: start)
        return i >= areas.count || areas[i].start >= start + bytes
    }

    /// Whether every page of the range is mapped.
    public func isMapped(_ start: UInt64, _ bytes: UInt64) -> Bool {
        var at = start
        var i = index(above: start)
        while at < start + bytes {
            guard i < areas.count, areas[i].start <= at else { return false }
            at = areas[i].end
            i += 1
        }
        return true
    }

    /// A free range of `bytes`, with `gap` free bytes below it, searched downwards from `top`.
    public func findFree(_ bytes: UInt64, gap: UInt64 = 0, below top: UInt64? = nil, alignment: UInt64 = 4096) throws(Errno) -> UInt64 {
        let needed = bytes + gap
        var end = top ?? mmapTop
        var i = index(above: end - 1)
        if i < areas.count, areas[i].start < end { end = areas[i].start }
        i -= 1
        while true {
            let floor = i >= 0 ? areas[i].end : Machine.userStart
            if end > floor, end - floor >= needed {
                let start = (end - bytes) & ~(alignment - 1)
                if start >= floor + gap { return start }
            }
            if i < 0 { break }
            end = areas[i].start
            i -= 1
        }
        if top == nil && mmapTop < Machine.userEnd - 0x1_0000_0000 {
            return try findFree(bytes, gap: gap, below: Machine.userEnd - 0x1_0000_0000, alignment: alignment)
        }
        throw .ENOMEM
    }

    // MARK: changing the map (the host's memory is changed by the callers in AddressSpace+Mapping)

    /// Inserts an area into a free range, merging with neighbours.
    func insert(_ area: Area) {
        totalBytes += area.bytes
        let i = index(above: area.start)
        if i > 0, areas[i - 1].canMerge(area) {
            areas[i - 1].end = area.end
            if i < areas.count, areas[i - 1].canMerge(areas[i]) {
                areas[i - 1].end = areas[i].end
                areas.remove(at: i)
            }
            return
        }
        if i < areas.count, area.canMerge(areas[i]) {
            areas[i].start = area.start
            return
        }
        areas.insert(area, at: i)
    }

    /// Makes `address` an area boundary.
    func split(at address: UInt64) {
        let i = index(above: address)
        guard i < areas.count, areas[i].start < address else { return }
        var upper = areas[i]
        upper.start = address
        upper.offset += Int64(address - areas[i].start)
        areas[i].end = address
        areas.insert(upper, at: i + 1)
    }

    /// Takes the range out of the map.
    func cut(_ start: UInt64, _ end: UInt64) {
        let first = index(above: start)
        guard first < areas.count, areas[first].start < end else { return }
        split(at: start)
        split(at: end)
        let from = index(above: start)
        var to = from
        while to < areas.count, areas[to].start < end {
            totalBytes -= areas[to].bytes
            if areas[to].isLocked { lockedBytes -= min(lockedBytes, areas[to].bytes) }
            to += 1
        }
        areas.removeSubrange(from..<to)
    }

    /// Merges neighbours in `[start, end]` that became alike.
    func mergeAround(_ start: UInt64, _ end: UInt64) {
        var i = max(index(above: start) - 1, 0)
        while i + 1 < areas.count, areas[i].start <= end {
            if areas[i].canMerge(areas[i + 1]) {
                areas[i].end = areas[i + 1].end
                areas.remove(at: i + 1)
            } else {
                i += 1
            }
        }
    }
}
