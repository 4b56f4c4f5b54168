// SPDX-License-Identifier: Apache-2.0
//
// A queue of bytes in page memory: the store of pipes and sockets. Guest memory is copied to it and from it in one or two large
// pieces. Positions count from the last time it was empty; the storage grows with what is held, up to what the owner allows.

import LinuxABI
import Machine

struct ByteRing {
    private var base = KernelAddress(0)
    /// Bytes at `base`, a power of two; 0 before the first byte.
    private var storage = 0
    /// Position of the oldest byte and of the next to come.
    private(set) var head = 0
    private(set) var tail = 0

    private static let smallest = 65536

    @inline(__always) var count: Int { tail - head }
    @inline(__always) var isEmpty: Bool { head == tail }

    /// Appends `wanted` bytes of `buffer`, fewer at a fault; EFAULT when none could be had.
    mutating func put(_ buffer: inout IOBuffer, _ wanted: Int) throws(Errno) -> Int {
        if count + wanted > storage { try grow(to: count + wanted) }
        var done = 0
        while done < wanted {
            let at = tail & (storage - 1)
            let piece = min(wanted - done, storage - at)
            let copied: Int
            do { copied = try buffer.take(to: base.advanced(by: at), piece) } catch {
                if done == 0 { throw error }
                break
            }
            tail += copied
            done += copied
            if copied < piece { break }
        }
        return done
    }

    /// Moves up to `wanted` of the oldest bytes to `buffer`.
    mutating func take(_ buffer: inout IOBuffer, _ wanted: Int) throws(Errno) -> Int {
        let done = try peek(&buffer, from: head, wanted)
        drop(done)
        return done
    }

    /// Copies up to `wanted` bytes from `position` on to `buffer`; they stay.
    func peek(_ buffer: inout IOBuffer, from position: Int, _ wanted: Int) throws(Errno) -> Int {
        guard position >= head, position <= tail else { return 0 }
        let wanted = min(wanted, tail - position)
        var done = 0
        while done < wanted {
            let at = (position + done) & (storage - 1)
            let piece = min(wanted - done, storage - at)
            let copied: Int
            do { copied = try buffer.put(from: base.advanced(by: at), piece) } catch {
                if done == 0 { throw error }
                break
            }
            done += copied
            if copied < piece { break }
        }
        return done
    }

    /// The byte at `index` from the oldest; 0 beyond the end.
    func byte(at index: Int) -> UInt8 {
        guard index >= 0, index < count else { return 0 }
        var bytes: [UInt8] = [0]
        PageMemory.load(base.advanced(by: (head + index) & (storage - 1)), into: &bytes, at: 0, 1)
        return bytes[0]
    }

    @inline(__always) mutating func drop(_ bytes: Int) {
        head += min(max(bytes, 0), count)
        // Small messages stay in the first page.
        if head == tail {
            head = 0
            tail = 0
        }
    }

    /// Takes the youngest bytes back (a message that ended in a fault).
    mutating func retract(_ bytes: Int) { tail -= min(max(bytes, 0), count) }

    /// Moves the end up to a multiple of `unit`; the bytes between have no meaning.
    mutating func pad(to unit: Int) throws(Errno) {
        let target = (tail + unit - 1) / unit * unit
        if target - head > storage { try grow(to: target - head) }
        tail = target
    }

    /// Gives the storage back.
    mutating func release() {
        if storage > 0 { kernel.channels.buffers.release(base, bytes: storage) }
        storage = 0
        head = 0
        tail = 0
    }

    private mutating func grow(to needed: Int) throws(Errno) {
        var size = max(storage, ByteRing.smallest)
        while size < needed { size *= 2 }
        let new = try kernel.channels.buffers.allocate(bytes: size)
        var position = head
        while position < tail {
            let from = position & (storage - 1)
            let to = position & (size - 1)
            let piece = min(tail - position, min(storage - from, size - to))
            PageMemory.copy(from: base.advanced(by: from), to: new.advanced(by: to), piece)
            position += piece
        }
        if storage > 0 { kernel.channels.buffers.release(base, bytes: storage) }
        base = new
        storage = size
    }
}

/// Runs of page memory for rings. A few of the smallest are kept, so that short-lived pipes cost no host call.
struct ByteRingBuffers {
    private var kept: [KernelAddress] = []
    private static let keptBytes = 65536
    private static let keptMaximum = 32

    mutating func allocate(bytes: Int) throws(Errno) -> KernelAddress {
        if bytes == ByteRingBuffers.keptBytes, let buffer = kept.popLast() { return buffer }
        guard kernel.takeShared(Int64(bytes)) else { throw .ENOMEM }
        do { return try kernel.pages.allocate(pages: bytes / pageSize) } catch {
            kernel.giveShared(Int64(bytes))
            throw error
        }
    }
    mutating func release(_ buffer: KernelAddress, bytes: Int) {
        if bytes == ByteRingBuffers.keptBytes && kept.count < ByteRingBuffers.keptMaximum {
            kept.append(buffer)
        } else {
            kernel.pages.release(buffer, pages: bytes / pageSize)
            kernel.giveShared(Int64(bytes))
        }
    }
}
