// SPDX-License-Identifier: Apache-2.0
// An image file opened for reading by the host tools: raw parts, nothing believed.

public import Formats
internal import Foundation

public final class ImageFile: FileBlocks {
    public let path: String
    public let header: ImageHeader
    private let handle: FileHandle
    private let fileBlocks: UInt64
    // Blocks are mostly read in order, so one larger read serves many of them.
    private var window = Data()
    private var windowStart: UInt64 = 0
    private static let windowBlocks: UInt64 = 64

    public init(path: String) throws(ImageToolError) {
        try NamedFile.image.checkReadable(path)
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ImageToolError(.image, "it cannot be read", at: "image \(path)")
        }
        self.path = path
        self.handle = handle
        do {
            let size = try handle.seekToEnd()
            fileBlocks = size / UInt64(ImageFormat.blockSize)
            try handle.seek(toOffset: 0)
            let first = try handle.read(upToCount: ImageFormat.blockSize) ?? Data()
            header = try ImageHeader(decoding: Array(first))
            guard size == header.fileBlockCount * UInt64(ImageFormat.blockSize) else {
                throw ImageToolError(.image, "its size is not what its header says (truncated?)", at: "image \(path)")
            }
        } catch let error as ImageToolError {
            throw error
        } catch let error as ImageError {
            throw ImageToolError(.image, error.text, at: "image \(path)")
        } catch {
            throw ImageToolError(.image, "it cannot be read", at: "image \(path)")
        }
    }

    deinit { try? handle.close() }

    public func readFileBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        guard number < fileBlocks else { throw .unreadable(block: number) }
        let blockSize = ImageFormat.blockSize
        if number < windowStart || number - windowStart >= UInt64(window.count / blockSize) {
            let start = number - number % Self.windowBlocks
            do {
                try handle.seek(toOffset: start * UInt64(blockSize))
                window = try handle.read(upToCount: Int(Self.windowBlocks) * blockSize) ?? Data()
            } catch {
                throw .unreadable(block: number)
            }
            windowStart = start
        }
        let offset = Int(number - windowStart) * blockSize
        guard offset + blockSize <= window.count else { throw .unreadable(block: number) }
        let first = window.startIndex + offset
        return Array(window[first..<first + blockSize])
    }

    public func signatureBlock() throws(ImageError) -> SignatureBlock {
        try SignatureBlock(decoding: try readFileBlock(header.signatureBlock))
    }

    public func manifestBytes() throws(ImageError) -> [UInt8] {
        var bytes: [UInt8] = []
        for block in header.manifestBlock..<header.rootBlock { bytes += try readFileBlock(block) }
        return Array(bytes.prefix(Int(header.manifestSize)))
    }
}

/// The root behind its hash tree.
final class VerifiedRoot: VerifiedBlocks {
    private var verifier: MerkleVerifier<ImageFile, CryptoSHA256>
    private var recent: [UInt64: [UInt8]] = [:]

    init(_ file: ImageFile, rootHash: Digest256) throws(ImageError) {
        verifier = try MerkleVerifier(source: file, hash: CryptoSHA256(), expectedRoot: rootHash)
    }

    var rootBlockCount: UInt64 { verifier.layout.blockCount }

    func readVerifiedBlock(_ number: UInt64) throws(ImageError) -> [UInt8] {
        if let known = recent[number] { return known }
        let bytes = try verifier.readBlock(number)
        if recent.count >= 1024 { recent.removeAll(keepingCapacity: true) }
        recent[number] = bytes
        return bytes
    }

    func expectedDigest(ofBlock number: UInt64) throws(ImageError) -> Digest256 {
        try verifier.expectedDigest(ofBlock: number)
    }

    /// Checks a block without keeping it.
    func check(_ number: UInt64) throws(ImageError) { _ = try verifier.readBlock(number) }
}
