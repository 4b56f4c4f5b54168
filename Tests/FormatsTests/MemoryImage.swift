// SPDX-License-Identifier: Apache-2.0
// A tiny image built by hand from the format's own types, and a source that serves it from memory.

import Crypto
import Testing

@testable import Formats

struct TestSHA256: SHA256Function {
    func hash(_ bytes: [UInt8]) -> Digest256 { Digest256(Array(SHA256.hash(data: bytes))) ?? .zero }
}

final class MemoryFile: FileBlocks {
    var bytes: [UInt8]
    var readCount = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func readFileBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        readCount += 1
        let start = Int(number) * ImageFormat.blockSize
        guard start + ImageFormat.blockSize <= bytes.count else { throw .unreadable(block: number) }
        return Array(bytes[start..<start + ImageFormat.blockSize])
    }
}

/// Serves root blocks without a tree, for tests of the metadata reader alone.
struct UncheckedBlocks: VerifiedBlocks {
    var bytes: [UInt8]
    var rootBlockCount: UInt64 { UInt64(bytes.count / ImageFormat.blockSize) }

    func readVerifiedBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        let start = Int(truncatingIfNeeded: number) * ImageFormat.blockSize
        guard number < rootBlockCount else { throw .unreadable(block: number) }
        return Array(bytes[start..<start + ImageFormat.blockSize])
    }
}

func padded(_ bytes: [UInt8]) -> [UInt8] {
    let ragged = bytes.count % ImageFormat.blockSize
    return ragged == 0 ? bytes : bytes + [UInt8](repeating: 0, count: ImageFormat.blockSize - ragged)
}

/// Root: `/a` (5000 bytes of 0x61), `/dir`, `/dir/link` -> `../a`, and 600 files `/dir/fNNN` without content.
func sampleRoot() -> [UInt8] {
    let rootNames = ["a", "dir"]
    let directoryNames = (100..<700).map { "f\($0)" } + ["link"]
    var names: [UInt8] = []
    var entries: [UInt8] = []
    for (index, name) in (rootNames + directoryNames).enumerated() {
        let type: UInt8 = name == "dir" ? 4 : name == "link" ? 10 : 8
        entries += EntryRecord(
            name: text(name), nameOffset: UInt32(names.count), inode: UInt32(index + 2), type: type
        ).encoded()
        names += text(name)
    }
    let linkOffset = UInt64(names.count)
    names += text("../a")
    let count = UInt32(rootNames.count + directoryNames.count)
    var superblock = Superblock(
        inodeCount: count + 1, entryCount: count, nameBytes: UInt64(names.count), blockCount: 0)
    superblock.blockCount = superblock.dataBlock + 2

    func inode(_ kind: Inode.Kind, size: UInt64, start: UInt64, entries: UInt32 = 0, parent: UInt32 = 0) -> [UInt8] {
        Inode(
            mode: kind.rawValue | 0o755, userID: 0, groupID: 0, linkCount: 1, size: size, modificationTime: 1,
            start: start, entryCount: entries, parent: parent
        ).encoded()
    }
    var inodes = [UInt8](repeating: 0, count: 64)
    inodes += inode(.directory, size: 0, start: 0, entries: 2, parent: 1)
    inodes += inode(.regular, size: 5000, start: superblock.dataBlock)
    inodes += inode(.directory, size: 0, start: 2, entries: UInt32(directoryNames.count), parent: 1)
    for _ in 100..<700 { inodes += inode(.regular, size: 0, start: 0) }
    inodes += inode(.symbolicLink, size: 4, start: linkOffset)
    let data = padded([UInt8](repeating: 0x61, count: 5000))
    return superblock.encoded() + padded(inodes) + padded(entries) + padded(names) + data
}

/// Wraps a root into an image file; returns its root hash, too.
func sampleFile(root: [UInt8]) -> (file: MemoryFile, rootHash: Digest256) {
    let hash = TestSHA256()
    var level = stride(from: 0, to: root.count, by: ImageFormat.blockSize).flatMap {
        hash.hash(Array(root[$0..<$0 + ImageFormat.blockSize])).bytes
    }
    let blockCount = UInt64(level.count / 32)
    var tree: [UInt8] = []
    repeat {
        let nodes = padded(level)
        tree += nodes
        level = stride(from: 0, to: nodes.count, by: ImageFormat.blockSize).flatMap {
            hash.hash(Array(nodes[$0..<$0 + ImageFormat.blockSize])).bytes
        }
    } while level.count > 32
    let top = Digest256(level) ?? .zero
    let rootHash = hash.hash(ImageFormat.rootPreimage(topHash: top, blockCount: blockCount))
    let header = ImageHeader(manifestSize: 2, rootBlockCount: blockCount)
    let bytes = header.encoded() + padded(text("{}")) + root + tree + [UInt8](repeating: 0, count: 4096)
    return (MemoryFile(bytes), rootHash)
}
