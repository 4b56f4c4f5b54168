// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a regular file, or of shared anonymous memory, in page memory. What is read, written and mapped is one and the same
// memory, so all views are coherent. A lower source (the image, the host) fills pages when they are first needed.

import LinuxABI
import Machine

/// Where the first contents come from. Subclasses verify what they read.
open class ContentSource {
    public init() {}
    /// Fills `count` bytes (a multiple of the page size, but for the end of the file) at `offset` into page memory.
    open func load(offset: Int64, count: Int, to address: KernelAddress) throws(Errno) {}
}

public final class FileContent {
    struct Extent {
        var offset: Int64
        var address: KernelAddress
        var bytes: Int
    }
    public private(set) var size: Int64
    private var extents: [Extent] = []
    /// Bytes covered by extents.
    private(set) var covered: Int64 = 0
    private var source: ContentSource?
    /// Which 64 KiB chunks were loaded from the source. Empty when there is no source.
    private var loaded = ChunkSet()
    private var sourceSize: Int64 = 0
    /// Which chunks behind the source hold data; the rest are holes.
    private var present = ChunkSet()
    /// Bytes counted as the programs' memory (Commitment.swift).
    private var counted: Int64 = 0
    /// Whether it was ever mapped otherwise than as a code twin.
    var isMapped = false
    /// Rewritten copies of executable ranges.
    public var twins: [CodeTwin] = []
    private static let chunk = 65536

    public init() { size = 0 }

    /// Contents of `size` bytes that `source` supplies. A host may claim any size: EFBIG beyond what this kernel holds.
    public init(source: ContentSource, size: Int64) throws(Errno) {
        guard size >= 0, size <= FileContent.maximumSize else { throw .EFBIG }
        self.source = source
        self.size = size
        sourceSize = size
    }

    deinit {
        kernel.giveShared(counted)
        for extent in extents { kernel.pages.release(extent.address, pages: extent.bytes / pageSize) }
    }

    /// Bytes of page memory reserved, for st_blocks.
    public var allocatedBytes: Int64 {
        let whole = (size + 4095) & ~4095
        return source != nil ? whole : held(size: size)
    }

    /// Bytes in present chunks, were `[first, last]` present as well; the last chunk counts only as far as the file goes.
    private func held(size: Int64, adding first: Int = 0, through last: Int = -1) -> Int64 {
        let chunk = Int64(FileContent.chunk)
        let bytes = Int64(present.count + present.missing(first, through: last)) * chunk
        let end = Int(truncatingIfNeeded: (size - 1) / chunk)
        guard size > 0, present.contains(end) || (first <= end && end <= last) else { return bytes }
        return bytes - ((Int64(end) + 1) * chunk - ((size + 4095) & ~4095))
    }

    /// Asks for the memory that the chunks `[first, last]` take.
    private func admit(_ first: Int, through last: Int, end: Int64) throws(Errno) {
        guard kernel.memoryLimit != 0 else { return }
        let growth = held(size: max(size, end), adding: first, through: last) - counted
        guard kernel.takeShared(growth) else { throw .ENOMEM }
        if growth > 0 { counted += growth }
    }

    /// After the size or what is present changed.
    private func recount() {
        guard kernel.memoryLimit != 0 else { return }
        let now = held(size: size)
        kernel.giveShared(counted - now)
        counted = now
    }

    /// The next data (or hole) at or after `offset`, which lies before the end; nil when only a hole follows (lseek(2)).
    public func next(data wantsData: Bool, from offset: Int64) -> Int64? {
        var at = offset
        while at < size {
            let isData = source != nil && at < sourceSize || present.contains(Int(at / Int64(FileContent.chunk)))
            if isData == wantsData { return at }
            if source != nil, at < sourceSize {
                at = sourceSize
            } else {
                let limit = present.end
                let index = Int(at / Int64(FileContent.chunk))
                if !isData, index >= limit { break }
                at = Int64(index + 1) * Int64(FileContent.chunk)
            }
        }
        return wantsData ? nil : size
    }

    /// Makes extents cover `[0, end)`.
    private func cover(_ end: Int64) throws(Errno) {
        while covered < end {
            // Files of known size get one run; growing ones double, so that they have few.
            let needed = end - covered
            let wanted = max(needed, min(covered, 64 << 20))
            let pages = PageStore.rounded(pages: Int((wanted + 4095) / 4096))
            let address = try kernel.pages.allocate(pages: pages)
            extents.append(Extent(offset: covered, address: address, bytes: pages * pageSize))
            covered += Int64(pages * pageSize)
        }
    }

    /// Makes `[offset, offset + count)` present: extents exist and the source's bytes are loaded.
    public func prepare(_ offset: Int64, _ count: Int64) throws(Errno) {
        let end = offset + count
        if source == nil || end > sourceSize {
            let first = Int(max(offset, source == nil ? 0 : sourceSize) / Int64(FileContent.chunk))
            try admit(first, through: Int(max(end - 1, 0) / Int64(FileContent.chunk)), end: end)
        }
        if covered < end { try cover(max(end, source == nil ? 0 : sourceSize)) }
        if source == nil || end > sourceSize {
            let first = Int(max(offset, source == nil ? 0 : sourceSize) / Int64(FileContent.chunk))
            present.insert(first, through: Int(max(end - 1, 0) / Int64(FileContent.chunk)))
        }
        if let source, offset < sourceSize {
            let first = Int(offset) / FileContent.chunk
            let last = Int(min(end, sourceSize) - 1) / FileContent.chunk
            if last < first { return }
            for index in first...last where !loaded.contains(index) {
                let start = Int64(index * FileContent.chunk)
                let bytes = Int(min(Int64(FileContent.chunk), sourceSize - start))
                var at = start
                while at < start + Int64(bytes) {
                    let run = self.run(at: at)
                    let n = min(run.bytes, Int(start + Int64(bytes) - at))
                    try source.load(offset: at, count: n, to: run.address)
                    at += Int64(n)
                }
                loaded.insert(index, through: index)
            }
        }
    }

    /// The page memory at `offset`, and how many bytes follow contiguously. The offset must be covered.
    @inline(__always)
    public func run(at offset: Int64) -> (address: KernelAddress, bytes: Int) {
        if extents.count == 1 {
            let extent = extents[0]
            return (extent.address.advanced(by: Int(offset)), extent.bytes - Int(offset))
        }
        var low = 0
        var high = extents.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if extents[middle].offset <= offset { low = middle } else { high = middle - 1 }
        }
        let extent = extents[low]
        let inside = Int(offset - extent.offset)
        return (extent.address.advanced(by: inside), extent.bytes - inside)
    }

    public func read(_ offset: Int64, _ buffer: inout IOBuffer) throws(Errno) -> Int {
        guard offset >= 0 else { throw .EINVAL }
        guard offset < size else { return 0 }
        let count = Int(min(Int64(buffer.remaining), size - offset))
        if count == 0 { return 0 }
        try prepareForReading(offset, Int64(count))
        var done = 0
        while done < count {
            let at = offset + Int64(done)
            if at >= covered {
                let n = try buffer.putZeros(count - done)
                done += n
                break
            }
            let run = self.run(at: at)
            let n = min(run.bytes, count - done)
            let moved: Int
            do { moved = try buffer.put(from: run.address, n) } catch {
                if done == 0 { throw error }
                break
            }
            done += moved
            if moved < n { break }
        }
        return done
    }

    /// A sparse file's tail has no extents; reading it must not make any.
    @inline(__always)
    private func prepareForReading(_ offset: Int64, _ count: Int64) throws(Errno) {
        if source != nil { try prepare(offset, count) }
    }

    public func write(_ offset: Int64, _ buffer: inout IOBuffer) throws(Errno) -> Int {
        var count = buffer.remaining
        if count == 0 { return 0 }
        let (end, overflow) = offset.addingReportingOverflow(Int64(count))
        guard offset >= 0, !overflow, end <= FileContent.maximumSize else { throw .EFBIG }
        defer { recount() }
        while true {
            do {
                try prepare(offset, Int64(count))
                break
            } catch {
                // What still fits is written, as on a full disk: at last the rest of one page.
                guard error == .ENOMEM else { throw error }
                let page = pageSize - Int(offset & 4095)
                guard count > page else { throw .ENOSPC }
                count = max(count / 2, page)
                buffer.limit(count)
            }
        }
        var done = 0
        while done < count {
            let run = self.run(at: offset + Int64(done))
            let n = min(run.bytes, count - done)
            let moved: Int
            do { moved = try buffer.take(to: run.address, n) } catch {
                if done == 0 { throw error }
                break
            }
            done += moved
            if moved < n { break }
        }
        if done > 0 {
            size = max(size, offset + Int64(done))
            if !twins.isEmpty { twins = [] }
        }
        return done
    }

    public static let maximumSize: Int64 = 1 << 42

    public func truncate(_ newSize: Int64) throws(Errno) {
        defer { recount() }
        guard newSize >= 0 else { throw .EINVAL }
        guard newSize <= FileContent.maximumSize else { throw .EFBIG }
        if newSize < size {
            if source != nil {
                if newSize == 0 {
                    source = nil
                    loaded = ChunkSet()
                } else {
                    try prepare(0, newSize)
                    loaded.insert(0, through: Int((sourceSize - 1) / Int64(FileContent.chunk)))
                }
            }
            discard(newSize, max(covered, size))
            twins = []
            size = newSize
            mappingsShrank()
        }
        size = newSize
    }

    /// Zeroes `[offset, end)`, giving whole pages back to the host (truncate, FALLOC_FL_PUNCH_HOLE).
    public func discard(_ offset: Int64, _ end: Int64) {
        defer { recount() }
        let firstWhole = (offset + Int64(FileContent.chunk) - 1) / Int64(FileContent.chunk)
        present.remove(Int(firstWhole), before: Int(end == max(covered, size) ? .max : end / Int64(FileContent.chunk)))
        var at = offset
        let stop = min(end, covered)
        while at < stop {
            let run = self.run(at: at)
            let n = min(run.bytes, Int(stop - at))
            let lead = min(n, (pageSize - Int(at & 4095)) & 4095)
            PageMemory.zero(run.address, lead)
            let whole = (n - lead) & ~4095
            if whole > 0 { kernel.host.discardPages(run.address.advanced(by: lead), bytes: whole) }
            let tail = n - lead - whole
            if tail > 0 { PageMemory.zero(run.address.advanced(by: lead + whole), tail) }
            at += Int64(n)
        }
    }

    /// fallocate without KEEP_SIZE, or shared memory of a given size.
    public func extend(to newSize: Int64) {
        size = max(size, newSize)
        recount()
    }
}
