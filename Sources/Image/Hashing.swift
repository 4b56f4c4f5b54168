// SPDX-License-Identifier: Apache-2.0
// The hashes of this project by swift-crypto, in the shapes that Formats asks for.

internal import Crypto
public import Formats
internal import Foundation

public struct CryptoSHA256: SHA256Function, Sendable {
    public init() {}

    public func hash(_ bytes: [UInt8]) -> Digest256 { sha256(bytes) }
}

func sha256(_ bytes: some DataProtocol) -> Digest256 {
    // SHA-256 always has 32 bytes; the fallback only satisfies the compiler.
    Digest256(Array(SHA256.hash(data: bytes))) ?? .zero
}

func sha384(_ bytes: [UInt8]) -> [UInt8] { Array(SHA384.hash(data: bytes)) }

/// SHA-384 of a whole file.
func sha384(ofFile path: String) throws(ImageToolError) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else {
        try NamedFile.kernel.checkReadable(path)
        throw ImageToolError(.input, "it cannot be read", at: "kernel \(path)")
    }
    defer { try? file.close() }
    var hash = SHA384()
    do {
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
    } catch {
        throw ImageToolError(.input, "cannot read \(path): \(error.localizedDescription)")
    }
    return Array(hash.finalize())
}
