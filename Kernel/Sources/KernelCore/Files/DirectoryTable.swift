// SPDX-License-Identifier: Apache-2.0
//
// The entries of a directory in memory: a hash table from names to inodes that keeps insertion order, so that readdir has stable
// positions (cookies) while entries come and go. Lookup of a name inside a path allocates nothing.

import Machine

struct DirectoryTable {
    struct Entry {
        var name: [UInt8]
        /// nil until an entry of the lower layer is first used.
        var inode: Inode?
        /// st_ino and d_type, for entries that have no inode yet.
        var number: UInt64
        var type: UInt8
        var hash: UInt32
        var cookie: Int64
        var isLive = true
    }

    private(set) var entries: [Entry] = []
    /// Index + 1 of an entry; 0 is empty, -1 was removed.
    private var buckets: [Int32] = []
    /// Buckets that are not empty.
    private var used = 0
    private(set) var count = 0
    /// Positions 0 and 1 are `.` and `..`.
    private var nextCookie: Int64 = 2
    private let seed = UInt32(truncatingIfNeeded: Machine.random())

    @inline(__always)
    private func hash(_ path: [UInt8], _ name: Range<Int>) -> UInt32 {
        var h = seed ^ 0x811c_9dc5
        for i in name { h = (h ^ UInt32(path[i])) &* 0x0100_0193 }
        return h ^ h >> 15
    }

    @inline(__always)
    private func isEqual(_ entry: Int, _ path: [UInt8], _ name: Range<Int>) -> Bool {
        guard entries[entry].name.count == name.count else { return false }
        var k = 0
        for i in name {
            if entries[entry].name[k] != path[i] { return false }
            k += 1
        }
        return true
    }

    /// The entry called `path[name]`.
    @inline(__always)
    func find(_ path: [UInt8], _ name: Range<Int>) -> Int? {
        if buckets.isEmpty { return nil }
        let h = hash(path, name)
        let mask = buckets.count - 1
        var i = Int(h) & mask
        while true {
            let bucket = buckets[i]
            if bucket == 0 { return nil }
            if bucket > 0 {
                let entry = Int(bucket) - 1
                if entries[entry].hash == h && isEqual(entry, path, name) { return entry }
            }
            i = (i + 1) & mask
        }
    }
    func find(_ name: [UInt8]) -> Int? { find(name, 0..<name.count) }

    /// Adds a name that is not there.
    mutating func insert(_ name: [UInt8], _ inode: Inode?, number: UInt64, type: UInt8) {
        if (used + 1) * 4 > buckets.count * 3 || entries.count > 2 * count + 16 { rebuild(room: count + 1) }
        let h = hash(name, 0..<name.count)
        entries.append(Entry(name: name, inode: inode, number: number, type: type, hash: h, cookie: nextCookie))
        nextCookie += 1
        count += 1
        place(entries.count - 1, h)
    }

    private mutating func place(_ entry: Int, _ h: UInt32) {
        let mask = buckets.count - 1
        var i = Int(h) & mask
        while buckets[i] > 0 { i = (i + 1) & mask }
        if buckets[i] == 0 { used += 1 }
        buckets[i] = Int32(truncatingIfNeeded: entry + 1)
    }

    mutating func remove(_ entry: Int) {
        let mask = buckets.count - 1
        var i = Int(entries[entry].hash) & mask
        while buckets[i] != Int32(truncatingIfNeeded: entry + 1) {
            if buckets[i] == 0 { return }
            i = (i + 1) & mask
        }
        if buckets[(i + 1) & mask] == 0 {
            buckets[i] = 0
            used -= 1
        } else {
            buckets[i] = -1
        }
        entries[entry].isLive = false
        entries[entry].inode = nil
        entries[entry].name = []
        count -= 1
        while let last = entries.last, !last.isLive { entries.removeLast() }
    }

    mutating func set(_ entry: Int, _ inode: Inode) { entries[entry].inode = inode }
    mutating func set(_ entry: Int, _ inode: Inode, type: UInt8) {
        entries[entry].inode = inode
        entries[entry].number = inode.number
        entries[entry].type = type
    }

    mutating func removeAll() {
        entries = []
        buckets = []
        used = 0
        count = 0
    }

    /// Drops removed entries and sizes the buckets for `room` entries.
    private mutating func rebuild(room: Int) {
        if count < entries.count { entries.removeAll { !$0.isLive } }
        var size = 8
        while size * 3 < room * 4 + 8 { size *= 2 }
        if size < buckets.count && room * 4 > buckets.count { size = buckets.count }
        buckets = Array(repeating: 0, count: size)
        used = 0
        for i in 0..<entries.count { place(i, entries[i].hash) }
    }

    /// Index of the first entry at or after a position.
    func index(at cookie: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].cookie < cookie { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
