// SPDX-License-Identifier: Apache-2.0
// Key files: the private key is readable by its owner only, from the first moment on.

internal import Foundation

public enum KeyFile {
    /// Writes `path` (private, 0600) and `path` with `.pub` before the extension, or appended (public, 0644).
    /// Refuses to overwrite.
    public static func create(_ key: SigningKey, at path: String) throws(ImageToolError) {
        try write(key.pem, to: path, mode: 0o600)
        try write(key.publicKey.pem, to: publicPath(for: path), mode: 0o644)
    }

    public static func publicPath(for path: String) -> String {
        path.hasSuffix(".pem") ? String(path.dropLast(4)) + ".pub.pem" : path + ".pub"
    }

    public static func loadSigningKey(from path: String) throws(ImageToolError) -> SigningKey {
        let text = try read(path)
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path))
        if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
            throw ImageToolError(.key, "\(path) can be read by others; run: chmod 600 \(path)")
        }
        do {
            return try SigningKey(pem: text)
        } catch {
            throw ImageToolError(.key, "\(path): \(error.message)")
        }
    }

    /// Takes a public key file, or the public half of a private one.
    public static func loadVerifyingKey(from path: String) throws(ImageToolError) -> VerifyingKey {
        let text = try read(path)
        if let key = try? SigningKey(pem: text) { return key.publicKey }
        do {
            return try VerifyingKey(pem: text)
        } catch {
            throw ImageToolError(.key, "\(path): \(error.message)")
        }
    }

    private static func read(_ path: String) throws(ImageToolError) -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw ImageToolError(.key, "cannot read key \(path)") }
        return text
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// The file gets its mode while it is still empty, then its content.
    private static func write(_ text: String, to path: String, mode: Int) throws(ImageToolError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: path) else { throw ImageToolError(.key, "\(path) already exists") }
        guard files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: mode]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ImageToolError(.key, "cannot create \(path)") }
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            try? files.removeItem(atPath: path)
            throw ImageToolError(.key, "cannot write \(path)")
        }
    }
}
