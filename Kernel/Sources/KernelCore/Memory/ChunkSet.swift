// SPDX-License-Identifier: Apache-2.0
//
// Which chunks of a file hold data: one bit each.

struct ChunkSet {
    private var words: [UInt64] = []
    private(set) var count = 0

    /// No chunk at or above it is in the set.
    var end: Int { words.count * 64 }

    @inline(__always)
    func contains(_ index: Int) -> Bool {
        let word = index >> 6
        return word >= 0 && word < words.count && words[word] >> UInt64(index & 63) & 1 != 0
    }

    /// How many of the range are not in the set.
    func missing(_ first: Int, through last: Int) -> Int {
        if first > last { return 0 }
        if first == last { return contains(first) ? 0 : 1 }
        var found = 0
        var index = first
        while index <= min(last, end - 1) {
            if contains(index) { found += 1 }
            index += 1
        }
        return last - first + 1 - found
    }

    @inline(__always)
    mutating func insert(_ first: Int, through last: Int) {
        if first == last, contains(first) { return }
        var index = first
        while index <= last {
            while words.count <= index >> 6 { words.append(0) }
            let bit: UInt64 = 1 << UInt64(index & 63)
            if words[index >> 6] & bit == 0 {
                words[index >> 6] |= bit
                count += 1
            }
            index += 1
        }
    }

    mutating func remove(_ first: Int, before limit: Int) {
        var index = first
        let stop = min(limit, end)
        while index < stop {
            let bit: UInt64 = 1 << UInt64(index & 63)
            if words[index >> 6] & bit != 0 {
                words[index >> 6] &= ~bit
                count -= 1
            }
            index += 1
        }
    }
}
