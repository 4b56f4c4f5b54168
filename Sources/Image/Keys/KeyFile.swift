// SPDX-License-Identifier: Apache-2.0
// Key files: the private key is readable by its owner only, from the first moment on.

internal import Foundation

public enum KeyFile {
    /// Writes `path` (private, 0600) and `path` with `.pub` before the extension, or appended (public, 0644).
    /// Refuses to overwrite.
    public static func create(_ key: SigningKey, at path: String) throws(ImageToolError) {
        let publicPath = publicPath(for: path)
        for file in [path, publicPath] where isTaken(file) {
            throw ImageToolError(
                .exists, file == path ? "a key of this name exists already" : "the public half would replace a file",
                at: "key \(file)", next: "choose another name, such as \(freePath(near: path)); a key is never overwritten")
        }
        try write(key.pem, to: path, mode: 0o600)
        do {
            try write(key.publicKey.pem, to: publicPath, mode: 0o644)
        } catch {
            // Nothing half done: a private key without its public half is none that anybody asked for.
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    /// Also a link that leads nowhere is a name in use.
    private static func isTaken(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    /// A name like `path` under which neither half of a key lies.
    private static func freePath(near path: String) -> String {
        let (stem, ending) = path.hasSuffix(".pem") ? (String(path.dropLast(4)), ".pem") : (path, "")
        var number = 2
        while isTaken("\(stem)-\(number)\(ending)") || isTaken(publicPath(for: "\(stem)-\(number)\(ending)")) {
            number += 1
        }
        return "\(stem)-\(number)\(ending)"
    }

    public static func publicPath(for path: String) -> String {
        path.hasSuffix(".pem") ? String(path.dropLast(4)) + ".pub.pem" : path + ".pub"
    }

    public static func loadSigningKey(from path: String) throws(ImageToolError) -> SigningKey {
        let text = try read(path)
        if (try? SigningKey(pem: text)) == nil, (try? VerifyingKey(pem: text)) != nil {
            throw ImageToolError(
                .key, "a public key, which cannot sign", at: "key \(path)", next: "give the private key of the pair")
        }
        let key: SigningKey
        do {
            key = try SigningKey(pem: text)
        } catch {
            throw ImageToolError(.key, error.message, at: "key \(path)", next: "make one with cloister keys new")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path))
        if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
            throw ImageToolError(
                .key, "it can be read by others", at: "key \(path)", next: "run chmod 600 \(path)")
        }
        return key
    }

    /// Takes a public key file, or the public half of a private one.
    public static func loadVerifyingKey(from path: String) throws(ImageToolError) -> VerifyingKey {
        let text = try read(path)
        if let key = try? SigningKey(pem: text) { return key.publicKey }
        do {
            return try VerifyingKey(pem: text)
        } catch {
            throw ImageToolError(.key, error.message, at: "key \(path)")
        }
    }

    private static func read(_ path: String) throws(ImageToolError) -> String {
        try NamedFile.key.checkReadable(path)
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw ImageToolError(.key, "not a PEM file", at: "key \(path)") }
        return text
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// The file gets its mode while it is still empty, then its content.
    private static func write(_ text: String, to path: String, mode: Int) throws(ImageToolError) {
        let files = FileManager.default
        guard files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: mode]),
            let file = FileHandle(forWritingAtPath: path)
        else {
            throw ImageToolError(
                .output, "cannot be created", at: "key \(path)", next: "check that its folder exists and can be written")
        }
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            try? files.removeItem(atPath: path)
            throw ImageToolError(.output, "cannot be written", at: "key \(path)", next: "check the free space")
        }
    }
}
