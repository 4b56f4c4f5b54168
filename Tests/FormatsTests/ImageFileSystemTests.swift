// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import Testing

@testable import Formats

@Suite struct ImageFileSystemTests {
    private let root = sampleRoot()
    private func system() throws -> ImageFileSystem<UncheckedBlocks> {
        try ImageFileSystem(blocks: UncheckedBlocks(bytes: root))
    }

    @Test func everyNameIsFoundAndOthersAreNot() throws {
        let system = try system()
        #expect(try system.lookup(text("a"), in: 1)?.inode == 2)
        #expect(try system.lookup(text("dir"), in: 1)?.type == 4)
        for number in 100..<700 {
            #expect(try system.lookup(text("f\(number)"), in: 3)?.inode == UInt32(number - 96))
        }
        for missing in ["", "f", "f1", "f1000", "f700", "zzz", "A", "link\0"] {
            #expect(try system.lookup(text(missing), in: 3) == nil)
        }
        #expect(throws: ImageError.notADirectory(2)) { try system.lookup(text("x"), in: 2) }
    }

    @Test func directoriesAreListedInPieces() throws {
        let system = try system()
        var names: [[UInt8]] = []
        var offset: UInt32 = 0
        while true {
            let some = try system.entries(of: 3, from: offset, limit: 7)
            if some.isEmpty { break }
            names += some.map(\.name)
            offset += UInt32(some.count)
        }
        #expect(names.count == 601)
        #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(try system.entries(of: 3, from: .max, limit: 7).isEmpty)
    }

    @Test func filesAreReadToTheirEnd() throws {
        let system = try system()
        let inode = try system.inode(2)
        #expect(try system.read(inode, at: 0, count: .max) == [UInt8](repeating: 0x61, count: 5000))
        #expect(try system.read(inode, at: 4090, count: 10).count == 10)
        #expect(try system.read(inode, at: 4990, count: 100).count == 10)
        #expect(try system.read(inode, at: 5000, count: 1).isEmpty)
        #expect(system.block(of: inode, containing: 4096) == system.superblock.dataBlock + 1)
        #expect(system.block(of: inode, containing: 5000) == nil)
    }

    @Test func linksSayWhereTheyPoint() throws {
        let system = try system()
        let link = try #require(try system.lookup(text("link"), in: 3))
        #expect(try system.linkTarget(link.inode) == text("../a"))
        #expect(throws: ImageError.badInode(2)) { try system.linkTarget(2) }
    }

    @Test func inodesOutsideTheTableAreRefused() throws {
        let system = try system()
        for number in [UInt32(0), 605, .max] {
            #expect(throws: ImageError.badInode(number)) { try system.inode(number) }
        }
    }

    /// Signed nonsense: what a careless or hostile signer could make the kernel read.
    @Test func damagedMetadataNeverTraps() {
        var generator = SeededGenerator(seed: 3)
        let metadataSize = root.count - 2 * ImageFormat.blockSize
        let rounds = FuzzBudget.spend {
            var bytes = root
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                // The tables' beginnings decide most, so half of the damage goes there.
                let limit = Bool.random(using: &generator) ? 5 * 64 + ImageFormat.blockSize : metadataSize
                let position = Int.random(in: 0..<limit, using: &generator)
                bytes[position] = [0, 1, 0x7F, 0x80, 0xFF, bytes[position] &+ 1].randomElement(using: &generator) ?? 0
            }
            guard let system = try? ImageFileSystem(blocks: UncheckedBlocks(bytes: bytes)) else { return }
            for number in [UInt32(1), 2, 3, 4, 604] {
                guard let inode = try? system.inode(number) else { continue }
                _ = try? system.lookup(text("f300"), in: number)
                _ = try? system.entries(of: number, from: 0, limit: 10)
                _ = try? system.linkTarget(number)
                _ = try? system.read(inode, at: 4000, count: 200)
                _ = try? system.read(inode, at: .max - 5, count: 200)
            }
        }
        #expect(rounds > 0)
    }

    @Test func damagedFilesAreRefusedOrUnchanged() throws {
        let (file, rootHash) = sampleFile(root: root)
        let good = file.bytes
        var generator = SeededGenerator(seed: 4)
        _ = FuzzBudget.spend {
            file.bytes = mutated(good, with: &generator)
            guard var verifier = try? MerkleVerifier(source: file, hash: TestSHA256(), expectedRoot: rootHash) else {
                return
            }
            let number = UInt64.random(in: 0..<verifier.layout.blockCount, using: &generator)
            if let block = try? verifier.readBlock(number) {
                let start = Int(number) * ImageFormat.blockSize
                #expect(block == Array(root[start..<start + ImageFormat.blockSize]))
            }
        }
    }
}
