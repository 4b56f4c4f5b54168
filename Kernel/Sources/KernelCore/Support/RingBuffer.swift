// SPDX-License-Identifier: Apache-2.0
//
// A queue of bytes with a limit: the store of pipes, sockets and terminals. The storage is a power of two, grows with
// what is held up to the limit, and is copied by whole runs, never byte by byte.

struct RingBuffer {
    private var storage: [UInt8] = []
    private var head = 0
    /// Bytes held.
    private(set) var count = 0
    /// Bytes that may be held at most.
    private(set) var limit: Int

    private static let smallestStorage = 256

    init(limit: Int) {
        precondition(limit >= 0, "a ring buffer needs a limit")
        self.limit = limit
    }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count >= limit }
    var freeCount: Int { max(0, limit - count) }

    /// Changes the limit; false, and no change, when more than that is held.
    mutating func setLimit(_ newLimit: Int) -> Bool {
        guard newLimit >= count else { return false }
        limit = newLimit
        return true
    }

    /// The byte at `index` from the oldest.
    subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "ring buffer index out of range")
        return storage[(head &+ index) & (storage.count &- 1)]
    }

    // MARK: adding

    /// Adds one byte; false when full.
    mutating func append(_ byte: UInt8) -> Bool {
        guard !isFull else { return false }
        reserve(count + 1)
        storage[(head &+ count) & (storage.count &- 1)] = byte
        count += 1
        return true
    }

    /// Adds what fits of `bytes` and returns how much that was.
    mutating func append(contentsOf bytes: Span<UInt8>) -> Int {
        var copied = 0
        return produce(upTo: bytes.count) { room in
            let piece = room.count
            for index in 0..<piece {
                room[index] = bytes[copied + index]
            }
            copied += piece
            return piece
        }
    }

    /// Lets `fill` write into the free runs, at most two and `maximum` bytes in all. It returns how much of a run it
    /// filled; a short fill ends the call. An error is passed on only when nothing was added, as read(2) and write(2)
    /// want it.
    mutating func produce<Failure: Error>(
        upTo maximum: Int,
        _ fill: (inout MutableSpan<UInt8>) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let wanted = min(maximum, freeCount)
        guard wanted > 0 else { return 0 }
        reserve(count + wanted)
        var added = 0
        while added < wanted {
            let start = (head &+ count) & (storage.count &- 1)
            let run = min(wanted - added, storage.count - start)
            var room = storage.mutableSpan
            var piece = room._mutatingExtracting(start..<start + run)
            let filled: Int
            do throws(Failure) {
                filled = try fill(&piece)
            } catch {
                if added == 0 { throw error }
                return added
            }
            precondition(filled >= 0 && filled <= run, "a run was filled past its end")
            count += filled
            added += filled
            if filled < run { break }
        }
        return added
    }

    // MARK: removing

    /// Hands the oldest bytes to `take` by runs, at most two and `maximum` bytes in all. It returns how much of a run
    /// it took; a short take ends the call. An error is passed on only when nothing was taken.
    mutating func consume<Failure: Error>(
        upTo maximum: Int,
        _ take: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let taken = try peek(upTo: maximum, take)
        removeFirst(taken)
        return taken
    }

    /// As `consume`, but the bytes stay.
    func peek<Failure: Error>(
        upTo maximum: Int,
        _ take: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        let wanted = min(maximum, count)
        var taken = 0
        while taken < wanted {
            let start = (head &+ taken) & (storage.count &- 1)
            let run = min(wanted - taken, storage.count - start)
            let used: Int
            do throws(Failure) {
                used = try take(storage.span.extracting(start..<start + run))
            } catch {
                if taken == 0 { throw error }
                return taken
            }
            precondition(used >= 0 && used <= run, "a run was taken past its end")
            taken += used
            if used < run { break }
        }
        return taken
    }

    /// Removes and returns the oldest bytes, at most `maximum`.
    mutating func read(upTo maximum: Int) -> [UInt8] {
        let result = copy(upTo: maximum, capacity: min(max(0, maximum), count))
        removeFirst(result.count)
        return result
    }

    /// Drops the oldest bytes.
    mutating func removeFirst(_ dropped: Int) {
        precondition(dropped >= 0 && dropped <= count, "more removed than held")
        count -= dropped
        // An empty ring starts over, so that the next message is one run.
        head = count == 0 ? 0 : (head &+ dropped) & (storage.count &- 1)
    }

    /// Drops the youngest bytes.
    mutating func removeLast(_ dropped: Int) {
        precondition(dropped >= 0 && dropped <= count, "more removed than held")
        count -= dropped
        if count == 0 { head = 0 }
    }

    /// Drops everything, and the storage with it.
    mutating func removeAll() {
        storage = []
        head = 0
        count = 0
    }

    // MARK: storage

    private mutating func reserve(_ needed: Int) {
        guard needed > storage.count else { return }
        var size = max(RingBuffer.smallestStorage, storage.count)
        while size < needed { size *= 2 }
        var larger = copy(upTo: count, capacity: size)
        larger.append(contentsOf: repeatElement(0, count: size - larger.count))
        storage = larger
        head = 0
    }

    private func copy(upTo maximum: Int, capacity: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(capacity)
        let wanted = min(max(0, maximum), count)
        let first = min(wanted, storage.count - head)
        result.append(contentsOf: storage[head..<head + first])
        result.append(contentsOf: storage[0..<wanted - first])
        return result
    }
}
