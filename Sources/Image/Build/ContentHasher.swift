// SPDX-License-Identifier: Apache-2.0
// Hashes file contents block by block, on all cores, skipping what the cache knows.

internal import Formats
internal import Foundation

/// The block hashes of one content.
struct HashedContent: Sendable, Equatable {
    var size: UInt64
    /// 32 bytes a block; the last block is padded with zeros.
    var blockDigests: [UInt8]

    /// Equal contents have equal identities: they are stored once.
    var identity: Digest256 {
        sha256(littleEndianBytes(of: size) + blockDigests)
    }

    init(size: UInt64, blockDigests: [UInt8]) {
        self.size = size
        self.blockDigests = blockDigests
    }

    init(bytes: [UInt8]) {
        self.init(size: UInt64(bytes.count), blockDigests: Self.digests(Data(bytes)))
    }

    init(ofFile path: String) throws(ImageToolError) {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ImageToolError(.input, "cannot read \(path)") }
        defer { try? file.close() }
        var size: UInt64 = 0
        var digests: [UInt8] = []
        do {
            // A regular file gives full chunks until its end, so only the last one can be ragged.
            while let chunk = try file.read(upToCount: Self.chunkSize), !chunk.isEmpty {
                guard size % UInt64(ImageFormat.blockSize) == 0 else {
                    throw ImageToolError(.input, "\(path) changed while it was read")
                }
                size += UInt64(chunk.count)
                digests += Self.digests(chunk)
            }
        } catch let error as ImageToolError {
            throw error
        } catch {
            throw ImageToolError(.input, "cannot read \(path): \(error.localizedDescription)")
        }
        self.init(size: size, blockDigests: digests)
    }

    private static let chunkSize = 1 << 20

    private static func digests(_ data: Data) -> [UInt8] {
        var result: [UInt8] = []
        var start = data.startIndex
        while start < data.endIndex {
            let end = min(start + ImageFormat.blockSize, data.endIndex)
            var block = data[start..<end]
            if block.count < ImageFormat.blockSize { block.append(Data(count: ImageFormat.blockSize - block.count)) }
            result += sha256(block).bytes
            start = end
        }
        return result
    }
}

private func littleEndianBytes(of value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
}

struct ContentHasher: Sendable {
    let parallelism: Int
    let progress: @Sendable (BuildProgress) -> Void

    /// Hashes in input order; the result does not depend on `parallelism`.
    func hash(_ contents: [FileContent], cache: inout HashCache) async throws -> [HashedContent] {
        let known = cache.entries
        let batches = stride(from: 0, to: contents.count, by: Self.batchSize).map { start in
            start..<min(start + Self.batchSize, contents.count)
        }
        var results = [Outcome?](repeating: nil, count: contents.count)
        var completed = 0
        try await withThrowingTaskGroup(of: (Range<Int>, [Outcome]).self) { group in
            var pending = batches.makeIterator()
            func startNext() {
                guard let range = pending.next() else { return }
                group.addTask {
                    (range, try contents[range].map { try Self.hash($0, known) })
                }
            }
            for _ in 0..<max(1, parallelism) { startNext() }
            while let (range, outcomes) = try await group.next() {
                for (index, outcome) in zip(range, outcomes) { results[index] = outcome }
                completed += range.count
                progress(
                    BuildProgress(phase: .hashing, completed: UInt64(completed), total: UInt64(contents.count)))
                startNext()
            }
        }
        return results.compactMap { outcome in
            if let path = outcome?.path, let file = outcome?.file, let hashed = outcome?.hashed {
                cache.record(path, file, hashed, wasKnown: outcome?.wasKnown == true)
            }
            return outcome?.hashed
        }
    }

    private static let batchSize = 16

    private struct Outcome: Sendable {
        var hashed: HashedContent
        var path: String?
        var file: HostFile?
        var wasKnown = false
    }

    private static func hash(
        _ content: FileContent, _ known: [String: HashCache.Entry]
    ) throws(ImageToolError) -> Outcome {
        switch content {
        case .bytes(let bytes): return Outcome(hashed: HashedContent(bytes: bytes))
        case .host(let path):
            guard let file = HostFile(path) else { throw ImageToolError(.input, "\(path) vanished") }
            if let entry = known[path], let hashed = entry.hashed(ifStill: file) {
                return Outcome(hashed: hashed, path: path, file: file, wasKnown: true)
            }
            let hashed = try HashedContent(ofFile: path)
            guard HostFile(path) == file, hashed.size == file.size else {
                throw ImageToolError(.input, "\(path) changed while it was read")
            }
            return Outcome(hashed: hashed, path: path, file: file)
        }
    }
}
