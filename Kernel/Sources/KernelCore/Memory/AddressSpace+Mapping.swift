// SPDX-License-Identifier: Apache-2.0
//
// mmap, munmap, mprotect and brk: the map and the host's memory together.

import LinuxABI
import Machine

/// What to map.
public struct MapRequest {
    public var address: UInt64 = 0
    public var bytes: UInt64
    public var protection: Int32
    public var isShared = false
    public var isFixed = false
    /// MAP_FIXED_NOREPLACE.
    public var mustBeFree = false
    public var content: FileContent?
    public var offset: Int64 = 0
    public var file: OpenFile?
    public var kind = Area.Kind.anonymous
    public var populate = false
    public var noReserve = false
    public var maxProtection: Int32 = 7
    /// MAP_32BIT: below 2 GiB.
    public var isLow = false
    public init(bytes: UInt64, protection: Int32) {
        self.bytes = bytes
        self.protection = protection
    }
}

extension AddressSpace {
    /// Maps and returns the address. `bytes` is rounded up to pages.
    public func map(_ request: MapRequest) throws(Errno) -> UInt64 {
        guard request.bytes > 0 else { throw .EINVAL }
        guard request.bytes <= Machine.userEnd else { throw .ENOMEM }
        let bytes = (request.bytes + 4095) & ~4095
        var address = request.address & ~4095
        if request.isFixed || request.mustBeFree {
            guard request.address & 4095 == 0 else { throw .EINVAL }
            guard address >= Machine.userStart, bytes <= Machine.userEnd, address <= Machine.userEnd - bytes else {
                throw address < Machine.userStart ? .EPERM : .ENOMEM
            }
            if request.mustBeFree && !isFree(address, bytes) { throw .EEXIST }
        } else if address < Machine.userStart || address > Machine.userEnd - min(bytes, Machine.userEnd) || !isFree(address, bytes) {
            let gap = request.content == nil || request.isShared ? 0 : UInt64(CodeTwin.stubBytes)
            address = try findFree(bytes, gap: gap, below: request.isLow ? 0x8000_0000 : nil)
        }
        guard areas.count < 65_530 else { throw .ENOMEM }
        try Headroom.check()
        var area = Area(
            start: address, end: address + bytes, protection: request.protection, kind: request.kind, isShared: request.isShared,
            content: request.content, offset: request.offset, twin: nil, file: request.file)
        area.maxProtection = request.maxProtection
        area.isReservation = request.noReserve
        if request.isShared && request.content == nil {
            let content = FileContent()
            content.extend(to: Int64(bytes))
            area.content = content
        }
        if request.isFixed { cut(address, address + bytes) }
        do {
            try establish(&area, noReserve: request.noReserve)
        } catch {
            // The range may be half mapped: leave nothing there.
            kernel.host.unmap(address, bytes)
            throw error
        }
        insert(area)
        if lockFuture { lockedBytes += bytes }
        if request.populate { kernel.host.populate(address, bytes, writable: request.protection & Mman.PROT_WRITE != 0) }
        return address
    }

    /// Has the host map the area.
    func establish(_ area: inout Area, noReserve: Bool = false) throws(Errno) {
        guard let content = area.content else {
            try kernel.host.mapAnonymous(area.start, area.bytes, area.protection)
            return
        }
        if area.protection & Mman.PROT_EXEC != 0, area.protection & Mman.PROT_WRITE == 0, !area.isShared, area.kind == .file {
            if try establishTwin(&area, content) { return }
        }
        // Pages past the end of the file raise SIGBUS: they stay unmapped, and the fault handler looks again.
        content.isMapped = true
        let present = max(0, min(Int64(area.bytes), ((content.size + 4095) & ~4095) - area.offset))
        if present < Int64(area.bytes) {
            try kernel.host.mapAnonymous(area.start + UInt64(present), area.bytes - UInt64(present), 0)
        }
        if present > 0 { try mapContent(area, content, from: 0, count: present) }
    }

    /// Maps `[from, from + count)` of the area onto the content's runs.
    func mapContent(_ area: Area, _ content: FileContent, from: Int64, count: Int64) throws(Errno) {
        try content.prepare(area.offset + from, count)
        var done = from
        while done < from + count {
            let run = content.run(at: area.offset + done)
            let n = min(Int64(run.bytes), from + count - done)
            try kernel.host.mapPages(
                area.start + UInt64(done), UInt64(n), area.protection, page: run.address, isShared: area.isShared)
            done += n
        }
    }

    /// Maps a code twin when there is room for its stubs at their distance.
    private func establishTwin(_ area: inout Area, _ content: FileContent) throws(Errno) -> Bool {
        guard area.start >= UInt64(area.offset) &+ UInt64(CodeTwin.stubBytes) + Machine.userStart else { return false }
        let stubStart = area.start - UInt64(area.offset) - UInt64(CodeTwin.stubBytes)
        let hasStubs = self.area(at: stubStart).map { $0.kind == .stubs && $0.start == stubStart } ?? false
        guard hasStubs ? false : isFree(stubStart, UInt64(CodeTwin.stubBytes)) else { return false }
        let wanted = Int(area.bytes)
        let offset = area.offset
        let twin: CodeTwin
        if let known = content.twins.first(where: { $0.offset == offset && $0.bytes == wanted }) {
            twin = known
        } else {
            twin = try CodeTwin(content: content, offset: area.offset, bytes: wanted)
            content.twins.append(twin)
        }
        try kernel.host.mapPages(area.start, area.bytes, area.protection, page: twin.code, isShared: false)
        try kernel.host.mapPages(
            stubStart, UInt64(CodeTwin.stubBytes), Mman.PROT_READ | Mman.PROT_EXEC, page: twin.stubs, isShared: false)
        insert(
            Area(
                start: stubStart, end: stubStart + UInt64(CodeTwin.stubBytes), protection: Mman.PROT_READ | Mman.PROT_EXEC, kind: .stubs,
                isShared: false, content: nil, offset: 0, twin: twin, file: nil))
        area.twin = twin
        return true
    }

    public func unmap(_ start: UInt64, _ bytes: UInt64) throws(Errno) {
        guard start & 4095 == 0, bytes > 0, bytes <= Machine.userEnd else { throw .EINVAL }
        let length = (bytes + 4095) & ~4095
        guard start <= Machine.userEnd - length else { throw .EINVAL }
        // A split needs one more area.
        guard areas.count < 65_530 else { throw .ENOMEM }
        // Nothing lies below the guest's first address, and the host's filter lets no call reach there.
        let first = max(start, Machine.userStart)
        guard first < start + length else { return }
        let twins = twinsMapped(first, start + length)
        kernel.host.unmap(first, start + length - first)
        cut(first, start + length)
        for twin in twins { unmapUnusedStubs(of: twin) }
    }

    /// The code twins with code in the range.
    private func twinsMapped(_ start: UInt64, _ end: UInt64) -> [CodeTwin] {
        var found: [CodeTwin] = []
        var i = index(above: start)
        while i < areas.count, areas[i].start < end {
            if let twin = areas[i].twin, areas[i].kind != .stubs, !found.contains(where: { $0 === twin }) { found.append(twin) }
            i += 1
        }
        return found
    }

    /// The stubs of a twin go when the last of its code is gone; what is left of it still jumps to them.
    private func unmapUnusedStubs(of twin: CodeTwin) {
        guard !areas.contains(where: { $0.twin === twin && $0.kind != .stubs }) else { return }
        while let stubs = areas.first(where: { $0.twin === twin && $0.kind == .stubs }) {
            kernel.host.unmap(stubs.start, stubs.bytes)
            cut(stubs.start, stubs.end)
        }
    }

    public func protect(_ start: UInt64, _ bytes: UInt64, _ protection: Int32) throws(Errno) {
        guard start & 4095 == 0 else { throw .EINVAL }
        if bytes == 0 { return }
        guard bytes <= Machine.userEnd, start <= Machine.userEnd - ((bytes + 4095) & ~4095) else { throw .ENOMEM }
        let end = start + ((bytes + 4095) & ~4095)
        guard areas.count < 65_528 else { throw .ENOMEM }
        // Linux changes what comes before the first hole, then fails.
        var at = start
        var failure: Errno?
        var i = index(above: start)
        while at < end {
            guard i < areas.count, areas[i].start <= at else {
                failure = .ENOMEM
                break
            }
            if protection & ~areas[i].maxProtection & 7 != 0 {
                failure = .EACCES
                break
            }
            at = min(areas[i].end, end)
            i += 1
        }
        if at > start {
            split(at: start)
            split(at: at)
            var k = index(above: start)
            while k < areas.count, areas[k].start < at {
                areas[k].protection = protection
                // Whoever makes part of a reservation writable means to use it.
                if protection & Mman.PROT_WRITE != 0 { areas[k].isReservation = false }
                k += 1
            }
            try kernel.host.protect(start, at - start, protection)
            hideBeyondEnd(from: start, to: at)
            mergeAround(start, at)
        }
        if let failure { throw failure }
    }

    /// brk(2): the new end, or the old one when it cannot be had.
    public func setBreak(_ wanted: UInt64) -> UInt64 {
        guard wanted >= heapStart, wanted <= Machine.userEnd else { return heapEnd }
        let oldTop = (heapEnd + 4095) & ~4095
        let newTop = (wanted + 4095) & ~4095
        if newTop > oldTop {
            guard isFree(oldTop, newTop - oldTop) else { return heapEnd }
            var request = MapRequest(bytes: newTop - oldTop, protection: Mman.PROT_READ | Mman.PROT_WRITE)
            request.address = oldTop
            request.isFixed = true
            request.kind = .heap
            do { _ = try map(request) } catch { return heapEnd }
        } else if newTop < oldTop {
            do { try unmap(newTop, oldTop - newTop) } catch { return heapEnd }
        }
        heapEnd = wanted
        return wanted
    }

    /// exec: an empty address space; one host call.
    public func removeAll() {
        lookAfter()
        generation += 1
        kernel.host.unmap(Machine.userStart, Machine.userEnd - Machine.userStart)
        areas = []
        totalBytes = 0
        lockedBytes = 0
        lockFuture = false
        mmapTop = AddressSpace.randomizedTop()
        heapStart = 0
        heapEnd = 0
    }
}
