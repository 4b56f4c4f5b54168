// SPDX-License-Identifier: Apache-2.0
// What a build reports while it runs and when it is done.

public struct BuildProgress: Sendable, Equatable {
    public enum Phase: String, Sendable {
        case resolving
        case collecting
        case hashing
        case writing
    }

    public var phase: Phase
    public var completed: UInt64
    /// Zero when not known. Files while hashing, bytes while writing.
    public var total: UInt64
}

public struct BuildResult: Sendable {
    public var identity: ImageIdentity
    public var output: String
    public var fileCount: Int
    public var dataBytes: UInt64
    public var imageBytes: UInt64
    public var packageCount: Int
    /// Files whose hashes were taken from the cache.
    public var reusedFiles: Int
    /// The output already was this very image and was left alone.
    public var wasUpToDate: Bool
    public var warnings: [String]
}

/// Who an image is, in hexadecimal.
public struct ImageIdentity: Codable, Sendable, Equatable {
    public var measurement: String
    public var signer: String
}
