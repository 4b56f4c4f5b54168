// SPDX-License-Identifier: Apache-2.0
// Remembers block hashes of host files between builds, in a folder beside the output.
//
// A file counts as unchanged when size, modification time and inode number are. A file modified within the last
// seconds is not remembered: a second change in the same clock tick would go unseen.

internal import Formats
internal import Foundation

struct HashCache {
    struct Entry: Codable, Sendable {
        var size: UInt64
        var modified: Double
        var inode: UInt64
        var digests: Data

        func hashed(ifStill file: HostFile) -> HashedContent? {
            guard file.kind == .regular, file.size == size, file.modified == modified, file.inode == inode,
                UInt64(digests.count) == ImageFormat.blocks(forBytes: size) * UInt64(Digest256.byteCount)
            else { return nil }
            return HashedContent(size: size, blockDigests: Array(digests))
        }
    }

    private(set) var entries: [String: Entry]
    private var next: [String: Entry] = [:]
    private(set) var reusedCount = 0
    private let path: String
    private let settledBefore = Date().timeIntervalSince1970 - 2

    /// A cache that cannot be read is an empty one.
    init(folder: String) {
        path = folder + "/hashes.v1.plist"
        entries =
            FileManager.default.contents(atPath: path)
            .flatMap { try? PropertyListDecoder().decode([String: Entry].self, from: $0) } ?? [:]
    }

    mutating func record(_ path: String, _ file: HostFile, _ hashed: HashedContent, wasKnown: Bool) {
        if wasKnown { reusedCount += 1 }
        guard file.modified < settledBefore else { return }
        next[path] = Entry(
            size: file.size, modified: file.modified, inode: file.inode, digests: Data(hashed.blockDigests))
    }

    /// Keeps what this build used. Failing to save only costs time later.
    func save() {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        guard let data = try? encoder.encode(next) else { return }
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
