// SPDX-License-Identifier: Apache-2.0
//
// mremap, madvise and mlock on the map.

import LinuxABI
import Machine

/// What mremap(2) asks for; sizes are whole pages.
public struct RemapRequest {
    public var address: UInt64
    public var oldBytes: UInt64
    public var newBytes: UInt64
    public var mayMove = false
    public var keepOld = false
    /// MREMAP_FIXED.
    public var target: UInt64?
    public init(address: UInt64, oldBytes: UInt64, newBytes: UInt64) {
        self.address = address
        self.oldBytes = oldBytes
        self.newBytes = newBytes
    }
}

extension AddressSpace {
    public func remap(_ request: RemapRequest) throws(Errno) -> UInt64 {
        let start = request.address
        guard start & 4095 == 0, request.newBytes > 0, request.newBytes <= Machine.userEnd, start <= Machine.userEnd else {
            throw .EINVAL
        }
        if request.target != nil || request.keepOld { guard request.mayMove else { throw .EINVAL } }
        if request.keepOld { guard request.newBytes == request.oldBytes else { throw .EINVAL } }
        guard let found = area(at: start) else { throw .EFAULT }
        if let target = request.target {
            guard target & 4095 == 0, target >= Machine.userStart, target <= Machine.userEnd,
                request.newBytes <= Machine.userEnd - target
            else { throw .EINVAL }
            let (end, overflow) = start.addingReportingOverflow(request.oldBytes)
            guard !overflow, target + request.newBytes <= start || target >= end else { throw .EINVAL }
        }
        if request.oldBytes == 0 {
            // A second view of a shared mapping.
            guard found.isShared, found.content != nil else { throw .EINVAL }
            guard request.mayMove else { throw .ENOMEM }
            return try moveShared(found, start, request)
        }
        guard request.oldBytes <= found.end - start else { throw .EFAULT }
        if request.keepOld && (found.isShared || found.content != nil && found.kind != .file) && found.kind == .hostFile { throw .EINVAL }
        if request.target == nil && !request.keepOld {
            if request.newBytes == request.oldBytes { return start }
            if request.newBytes < request.oldBytes {
                try unmap(start + request.newBytes, request.oldBytes - request.newBytes)
                return start
            }
            let growth = request.newBytes - request.oldBytes
            if found.end == start + request.oldBytes, found.end <= Machine.userEnd - growth, isFree(found.end, growth), found.twin == nil {
                try grow(found, by: growth)
                return start
            }
            guard request.mayMove else { throw .ENOMEM }
        }
        return try move(found, start, request)
    }

    private func grow(_ found: Area, by growth: UInt64) throws(Errno) {
        var upper = found
        upper.start = found.end
        upper.end = found.end + growth
        upper.offset = found.offset + Int64(found.bytes)
        if found.kind == .anonymous, found.isShared, let content = found.content {
            // Shared anonymous memory has the size it was made with: beyond it is SIGBUS, as on Linux.
            _ = content
        }
        try establish(&upper)
        let i = index(above: found.start)
        areas[i].end = upper.end
        totalBytes += growth
        mergeAround(found.start, upper.end)
    }

    private func moveShared(_ found: Area, _ start: UInt64, _ request: RemapRequest) throws(Errno) -> UInt64 {
        var mapping = MapRequest(bytes: request.newBytes, protection: found.protection)
        mapping.isShared = true
        mapping.content = found.content
        mapping.offset = found.offset + Int64(start - found.start)
        mapping.file = found.file
        mapping.kind = found.kind
        if let target = request.target {
            mapping.address = target
            mapping.isFixed = true
        }
        return try map(mapping)
    }

    private func move(_ found: Area, _ start: UInt64, _ request: RemapRequest) throws(Errno) -> UInt64 {
        // Rewritten code works only at its distance from the stubs.
        guard found.twin == nil else { throw .ENOMEM }
        let target: UInt64
        if let wanted = request.target { target = wanted } else { target = try findFree(request.newBytes) }
        let kept = min(request.oldBytes, request.newBytes)
        if request.target != nil { try unmap(target, request.newBytes) }
        // The host moves page by page within one of its mappings; content runs may be several.
        var pieces: [(UInt64, UInt64)] = []
        if let content = found.content, found.twin == nil {
            var done: UInt64 = 0
            while done < kept {
                let offset = found.offset + Int64(start - found.start) + Int64(done)
                let limit = max(0, ((content.size + 4095) & ~4095) - offset)
                // Behind the end, or where a file that grew since has no memory yet, nothing of it can be mapped.
                if limit == 0 || offset >= content.covered {
                    pieces.append((done, kept - done))
                    break
                }
                let n = min(UInt64(min(Int64(content.run(at: offset).bytes), limit)), kept - done)
                pieces.append((done, n))
                done += n
            }
        } else {
            pieces.append((0, kept))
        }
        for (offset, bytes) in pieces {
            try kernel.host.remap(start + offset, bytes, to: target + offset, bytes, keepOld: request.keepOld)
        }
        var moved = found
        moved.start = target
        moved.end = target + kept
        moved.offset = found.offset + Int64(start - found.start)
        moved.twin = nil
        if !request.keepOld {
            cut(start, start + request.oldBytes)
            if request.oldBytes > kept { kernel.host.unmap(start + kept, request.oldBytes - kept) }
        }
        insert(moved)
        if request.newBytes > kept {
            try grow(area(at: target) ?? moved, by: request.newBytes - kept)
        }
        return target
    }

    public func advise(_ start: UInt64, _ bytes: UInt64, _ advice: Int32) throws(Errno) {
        switch advice {
        case Madvise.MADV_NORMAL, Madvise.MADV_RANDOM, Madvise.MADV_SEQUENTIAL, Madvise.MADV_WILLNEED, Madvise.MADV_HUGEPAGE,
            Madvise.MADV_NOHUGEPAGE, Madvise.MADV_MERGEABLE, Madvise.MADV_UNMERGEABLE, Madvise.MADV_DONTDUMP, Madvise.MADV_DODUMP,
            Madvise.MADV_COLD, Madvise.MADV_PAGEOUT:
            break
        case Madvise.MADV_DONTNEED, Madvise.MADV_FREE, Madvise.MADV_DONTFORK, Madvise.MADV_DOFORK, Madvise.MADV_WIPEONFORK,
            Madvise.MADV_KEEPONFORK, Madvise.MADV_POPULATE_READ, Madvise.MADV_POPULATE_WRITE, Madvise.MADV_REMOVE:
            if bytes == 0 { return }
            try apply(start, bytes, advice)
        default: throw .EINVAL
        }
        if bytes > 0 && !isMapped(start, bytes) { throw .ENOMEM }
    }

    private func apply(_ start: UInt64, _ bytes: UInt64, _ advice: Int32) throws(Errno) {
        var at = start
        while at < start + bytes {
            let i = index(above: at)
            guard i < areas.count, areas[i].start < start + bytes else { break }
            let from = max(at, areas[i].start)
            let to = min(areas[i].end, start + bytes)
            let area = areas[i]
            switch advice {
            case Madvise.MADV_FREE, Madvise.MADV_WIPEONFORK:
                guard !area.isShared, area.content == nil else { throw .EINVAL }
                try kernel.host.advise(from, to - from, advice)
            case Madvise.MADV_DONTNEED:
                if area.isLocked { throw .EINVAL }
                try kernel.host.advise(from, to - from, advice)
            case Madvise.MADV_REMOVE:
                guard area.isShared, let content = area.content else { throw .EINVAL }
                let offset = area.offset + Int64(from - area.start)
                content.discard(offset, offset + Int64(to - from))
            default:
                try kernel.host.advise(from, to - from, advice)
            }
            at = to
        }
    }

    public func setLocked(_ start: UInt64, _ bytes: UInt64, _ value: Bool) {
        split(at: start)
        split(at: start + bytes)
        var i = index(above: start)
        while i < areas.count, areas[i].start < start + bytes {
            if areas[i].isLocked != value {
                areas[i].isLocked = value
                if value { lockedBytes += areas[i].bytes } else { lockedBytes -= min(lockedBytes, areas[i].bytes) }
            }
            i += 1
        }
        mergeAround(start, start + bytes)
    }
}
