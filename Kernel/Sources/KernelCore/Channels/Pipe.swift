// SPDX-License-Identifier: Apache-2.0
//
// A pipe (pipe(7)): bytes between descriptions, in the page-sized slots that Linux counts in. A slot is free again only when all of
// it was read; that decides F_SETPIPE_SZ, POLLOUT and when a writer goes on.

import LinuxABI
import Machine

final class Pipe {
    /// Messages up to this size go in whole.
    static let atomicBytes = 4096
    static let defaultCapacity = 65536
    static let maximumCapacity = 1 << 20

    private var ring = ByteRing()
    private(set) var capacity = Pipe.defaultCapacity
    /// Kept only while packets (O_DIRECT) are in the pipe: all its contents in order.
    private var segments: [Segment] = []

    var readers = 0
    var writers = 0
    /// How often either end was opened, for the FIFO rules.
    var readerOpens = 1
    var writerOpens = 1
    /// Descriptions that do both wait on `readQueue` only.
    var bothWays = 0
    let readQueue = WaitQueue()
    let writeQueue = WaitQueue()
    let openQueue = WaitQueue()
    /// Threads inside a blocking open.
    var opening = 0

    private struct Segment {
        var start: Int
        var end: Int
        var isPacket: Bool
    }

    init() {}
    deinit { ring.release() }

    var isUnused: Bool { readers == 0 && writers == 0 && opening == 0 }
    @inline(__always) var isEmpty: Bool { ring.isEmpty && segments.isEmpty }
    /// FIONREAD.
    var bytesHeld: Int {
        if segments.isEmpty { return ring.count }
        var sum = 0
        for segment in segments { sum += segment.end - segment.start }
        return sum
    }
    private var usedSlots: Int { (ring.tail + 4095) / 4096 - ring.head / 4096 }
    @inline(__always) var isFull: Bool { usedSlots * 4096 >= capacity }
    @inline(__always) private var freeBytes: Int { max(0, capacity - usedSlots * 4096) + (-ring.tail & 4095) }

    func setCapacity(_ bytes: Int) throws(Errno) {
        guard bytes >= usedSlots * 4096 else { throw .EBUSY }
        capacity = bytes
        notifyWriters()
    }

    // MARK: reading

    func read(_ buffer: inout IOBuffer, _ file: OpenFile, _ thread: Thread) throws(Errno) -> Int {
        if buffer.isEmpty { return 0 }
        while isEmpty {
            if writers == 0 { return 0 }
            if file.isNonblocking { throw .EAGAIN }
            if thread.sleep(on: readQueue) == .interrupted && isEmpty && writers > 0 { throw thread.interrupted(.ifHandlerAllows) }
        }
        let wasFull = isFull
        let done = segments.isEmpty ? try ring.take(&buffer, ring.count) : try readSegments(&buffer)
        if wasFull && !isFull { notifyWriters() }
        return done
    }

    /// Copies what could be read now without taking it (tee(2), splice(2)).
    func peek(_ buffer: inout IOBuffer) throws(Errno) -> Int {
        let end = segments.first?.end ?? ring.tail
        let start = segments.first?.start ?? ring.head
        return try ring.peek(&buffer, from: start, end - start)
    }
    /// Takes `bytes` of what `peek` showed.
    func drop(_ bytes: Int) {
        let wasFull = isFull
        if segments.isEmpty {
            ring.drop(bytes)
        } else {
            segments[0].start += min(bytes, segments[0].end - segments[0].start)
            if segments[0].isPacket || segments[0].start == segments[0].end { segments.removeFirst() }
            let next = segments.first?.start ?? ring.tail
            ring.drop(next - ring.head)
        }
        if wasFull && !isFull { notifyWriters() }
    }

    private func readSegments(_ buffer: inout IOBuffer) throws(Errno) -> Int {
        var done = 0
        while let first = segments.first, !buffer.isEmpty, !(first.isPacket && done > 0) {
            ring.drop(first.start - ring.head)
            let copied: Int
            do { copied = try ring.take(&buffer, first.end - first.start) } catch {
                if done == 0 { throw error }
                return done
            }
            done += copied
            if first.isPacket || copied == first.end - first.start {
                segments.removeFirst()
                // What the reader had no room for is lost, and the slot with it.
                let next = segments.first?.start ?? ring.tail
                ring.drop(next - ring.head)
                if first.isPacket { return done }
            } else {
                segments[0].start += copied
                return done
            }
        }
        return done
    }

    // MARK: writing

    func write(_ buffer: inout IOBuffer, _ file: OpenFile, _ thread: Thread) throws(Errno) -> Int {
        if buffer.isEmpty {
            if readers == 0 { throw brokenPipe(thread) }
            return 0
        }
        let isPacket = file.flags & Open.O_DIRECT != 0
        let wanted = buffer.remaining
        let isAtomic = wanted <= Pipe.atomicBytes
        var done = 0
        var isInterrupted = false
        while true {
            if readers == 0 {
                let error = brokenPipe(thread)
                if done > 0 { return done }
                throw error
            }
            let room = isPacket ? max(0, capacity - usedSlots * 4096) : freeBytes
            if isAtomic ? room >= wanted : room > 0 {
                do {
                    let n = min(room, buffer.remaining)
                    let copied = isPacket || !segments.isEmpty ? try putSegment(&buffer, n, isPacket) : try ring.put(&buffer, n)
                    done += copied
                    readQueue.notifyAll(UInt32(Poll.POLLIN | Poll.POLLRDNORM))
                    if copied < n && !isPacket { return done }
                } catch {
                    if done == 0 { throw error }
                    return done
                }
                if buffer.isEmpty { return done }
                if isPacket && !isFull { continue }
            }
            if done > 0 && (file.isNonblocking || isInterrupted) { return done }
            if file.isNonblocking { throw .EAGAIN }
            if isInterrupted { throw thread.interrupted(.ifHandlerAllows) }
            isInterrupted = thread.sleep(on: writeQueue) == .interrupted
        }
    }

    /// One packet of at most a slot, or plain bytes behind packets.
    private func putSegment(_ buffer: inout IOBuffer, _ wanted: Int, _ isPacket: Bool) throws(Errno) -> Int {
        if segments.isEmpty && !ring.isEmpty { segments.append(Segment(start: ring.head, end: ring.tail, isPacket: false)) }
        let joins = !isPacket && segments.last.map { !$0.isPacket && $0.end == ring.tail } ?? false
        if !joins { try ring.pad(to: 4096) }
        let start = ring.tail
        let copied = try ring.put(&buffer, isPacket ? min(wanted, 4096) : min(wanted, max(0, capacity - usedSlots * 4096) + (-start & 4095)))
        if joins {
            segments[segments.count - 1].end += copied
        } else {
            segments.append(Segment(start: start, end: start + copied, isPacket: isPacket))
        }
        return copied
    }

    private func brokenPipe(_ thread: Thread) -> Errno {
        BrokenPipe.signal(thread)
        return .EPIPE
    }

    // MARK: telling

    func notifyWriters() {
        writeQueue.notifyAll(UInt32(Poll.POLLOUT | Poll.POLLWRNORM))
        if bothWays > 0 { readQueue.notifyAll(UInt32(Poll.POLLOUT | Poll.POLLWRNORM)) }
    }

    /// An end was closed.
    func endClosed(wasReader: Bool, wasWriter: Bool) {
        if wasReader {
            readers -= 1
            if wasWriter { bothWays -= 1 }
        }
        if wasWriter { writers -= 1 }
        if (readers == 0) != (writers == 0) {
            let events = UInt32(Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDNORM | Poll.POLLWRNORM | Poll.POLLERR | Poll.POLLHUP)
            readQueue.notifyAll(events)
            writeQueue.notifyAll(events)
        }
    }
}
