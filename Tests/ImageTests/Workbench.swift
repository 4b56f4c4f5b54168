// SPDX-License-Identifier: Apache-2.0
// A temporary folder with a pretended kernel, a key and helpers to build images in it.

import Foundation
import Testing

@testable import Image

final class Workbench {
    let folder: String
    let key: SigningKey

    init(kind: SigningKey.Kind = .ed25519) throws {
        folder = FileManager.default.temporaryDirectory.path + "/cloister-image-" + UUID().uuidString
        key = SigningKey(generating: kind)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("kernel", "pretended kernel")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        // Old enough that the hash cache trusts it.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_600_000_000)], ofItemAtPath: path(name))
    }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    func builder(_ yaml: String, output: String = "out.img") throws -> ImageBuilder {
        let manifest = try Manifest(yaml: yaml, baseDirectory: folder)
        var builder = ImageBuilder(manifest: manifest, kernel: path("kernel"), key: key, output: path(output))
        builder.mayDownload = false
        return builder
    }

    @discardableResult
    func build(_ yaml: String, output: String = "out.img") async throws -> BuildResult {
        try await builder(yaml, output: output).build()
    }

    /// Builds a sample with a file of several blocks and returns its path.
    func sampleImage() async throws -> String {
        try write("app/data.txt", String(repeating: "0123456789abcde\n", count: 1000))
        try write("app/empty", "")
        try await build("name: sample\nfiles:\n  app: /app\n")
        return path("out.img")
    }

    func findings(_ image: String, kernel: String? = nil) throws -> [VerificationFinding] {
        try ImageVerifier(image: image, kernel: kernel).verify().findings
    }

    /// A copy of the image with one byte changed.
    func tampered(_ image: String, at offset: Int) throws -> String {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: image)))
        bytes[offset] ^= 1
        let copy = path("tampered-\(offset).img")
        try Data(bytes).write(to: URL(fileURLWithPath: copy))
        return copy
    }
}

/// The message of the error that `body` throws.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "(no error)"
    } catch {
        return "\(error)"
    }
}
