// SPDX-License-Identifier: Apache-2.0
// Shape of the hash tree: level 0 holds the hashes of the blocks, 128 to a node; the last level is one node.
// Levels are stored one after another, level 0 first; unused places in a node are zero (as dm-verity does it).

public struct MerkleLayout: Sendable, Equatable {
    public struct Level: Sendable, Equatable {
        /// First node of this level, counted from the tree's start.
        public let firstNode: UInt64
        public let nodeCount: UInt64
    }

    public let blockCount: UInt64
    public let levels: [Level]
    public let nodeCount: UInt64

    public init(blockCount: UInt64) {
        self.blockCount = blockCount
        var levels: [Level] = []
        var total: UInt64 = 0
        var width = blockCount
        repeat {
            width = width / UInt64(ImageFormat.fanOut) + (width % UInt64(ImageFormat.fanOut) == 0 ? 0 : 1)
            levels.append(Level(firstNode: total, nodeCount: width))
            total &+= width
        } while width > 1
        self.levels = levels
        nodeCount = total
    }
}
