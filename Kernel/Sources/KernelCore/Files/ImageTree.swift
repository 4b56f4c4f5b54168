// SPDX-License-Identifier: Apache-2.0
//
// The image behind the root: every block that comes from the host is checked against the Merkle tree before it is used, and nothing
// is read before it is needed. See docs/image-format.md.

import Formats
import LinuxABI
import Machine

struct KernelHash: SHA256Function, SHA384Function {
    func hash(_ bytes: [UInt8]) -> Digest256 { Digest256(Hashing.sha256(bytes)) ?? .zero }
    func hash384(_ bytes: [UInt8]) -> [UInt8] { Hashing.sha384(bytes) }
}

/// Blocks of the image file as the host gives them.
final class ImageFile: FileBlocks {
    let descriptor: Int32
    private let host: Host
    init(_ host: Host, descriptor: Int32) {
        self.host = host
        self.descriptor = descriptor
    }

    func readFileBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        guard number < ImageFormat.maximumBlocks else { throw .outOfBounds }
        var block = [UInt8](repeating: 0, count: ImageFormat.blockSize)
        let count: Int
        do { count = try host.read(descriptor, at: Int64(number) * 4096, into: &block) } catch { throw .unreadable(block: number) }
        guard count == block.count else { throw .unreadable(block: number) }
        return block
    }
}

/// Verified blocks of the root, with a small cache for the tables (file contents go straight to page memory).
final class ImageBlocks: VerifiedBlocks {
    private var verifier: MerkleVerifier<ImageFile, KernelHash>
    private let file: ImageFile
    private static let cached = 128
    private var numbers = [UInt64](repeating: .max, count: ImageBlocks.cached)
    private var blocks = [[UInt8]](repeating: [], count: ImageBlocks.cached)

    init(_ file: ImageFile, rootHash: Digest256) throws(ImageError) {
        self.file = file
        verifier = try MerkleVerifier(source: file, hash: KernelHash(), expectedRoot: rootHash)
    }

    var rootBlockCount: UInt64 { verifier.layout.blockCount }

    func readVerifiedBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        let slot = Int(number % UInt64(ImageBlocks.cached))
        if numbers[slot] == number { return blocks[slot] }
        let block = try verifier.readBlock(number)
        numbers[slot] = number
        blocks[slot] = block
        return block
    }

    /// Reads `count` blocks into page memory and checks each where it lies.
    func load(_ first: UInt64, count: Int, to page: KernelAddress) throws(ImageError) {
        let (end, overflow) = first.addingReportingOverflow(UInt64(count))
        guard !overflow, end <= rootBlockCount else { throw .outOfBounds }
        let offset = Int64(verifier.header.rootBlock &+ first) * 4096
        var done = 0
        while done < count * 4096 {
            let n: Int
            do { n = try kernel.host.read(file.descriptor, at: offset + Int64(done), count * 4096 - done, to: page.advanced(by: done)) } catch {
                throw .unreadable(block: first + UInt64(done / 4096))
            }
            guard n > 0 else { throw .unreadable(block: first + UInt64(done / 4096)) }
            done += n
        }
        for i in 0..<count {
            guard let bytes = Hashing.sha256(page.advanced(by: i * 4096), 4096), let digest = Digest256(bytes) else {
                throw .outOfBounds
            }
            try verifier.verify(digest: digest, ofBlock: first + UInt64(i))
        }
    }
}

/// One image as a tree of files.
final class ImageTree {
    let blocks: ImageBlocks
    let files: ImageFileSystem<ImageBlocks>

    init(_ image: BootConfig.ImageReference) throws(ImageError) {
        blocks = try ImageBlocks(ImageFile(kernel.host, descriptor: image.descriptor), rootHash: image.rootHash)
        files = try ImageFileSystem(blocks: blocks)
    }

    /// A block that fails is EIO for the program and a line in the log for its owner.
    static func report(_ error: ImageError) -> Errno {
        var text = [UInt8]("cloister: the image is damaged or was tampered with: ")
        switch error {
        case .blockMismatch(let block):
            text.append("block ")
            text.append(decimal: Int(truncatingIfNeeded: block))
            text.append(" of the root does not have the measured contents")
        case .treeMismatch(let level, let node):
            text.append("node ")
            text.append(decimal: Int(truncatingIfNeeded: node))
            text.append(" at level ")
            text.append(decimal: level)
            text.append(" of the hash tree does not match")
        case .unreadable(let block):
            text.append("the host does not deliver block ")
            text.append(decimal: Int(truncatingIfNeeded: block))
        default: text.append("its tables contradict each other")
        }
        text.append("\n")
        Machine.print(text)
        return .EIO
    }
}
