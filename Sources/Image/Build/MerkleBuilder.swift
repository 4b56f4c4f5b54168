// SPDX-License-Identifier: Apache-2.0
// Builds the hash tree over the root's blocks; the shape is MerkleLayout's.

internal import Formats

struct MerkleTree: Sendable {
    /// All nodes, level 0 first.
    let nodes: [UInt8]
    let rootHash: Digest256

    init(leafDigests: [UInt8]) {
        let blockCount = UInt64(leafDigests.count / Digest256.byteCount)
        var nodes: [UInt8] = []
        var level = leafDigests
        var top = Digest256.zero
        repeat {
            var parents: [UInt8] = []
            for start in stride(from: 0, to: level.count, by: ImageFormat.blockSize) {
                var node = Array(level[start..<min(start + ImageFormat.blockSize, level.count)])
                node += [UInt8](repeating: 0, count: ImageFormat.blockSize - node.count)
                top = sha256(node)
                parents += top.bytes
                nodes += node
            }
            level = parents
        } while level.count > Digest256.byteCount
        self.nodes = nodes
        rootHash = sha256(ImageFormat.rootPreimage(topHash: top, blockCount: blockCount))
    }
}
