// SPDX-License-Identifier: Apache-2.0
// System calls of the agent.
//
// SAFETY, for every call below: the paths are Swift strings that live for the call, and a (pointer, count) pair comes from one
// buffer that does.
import Glibc

enum Files {
    static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("open", path) }
        defer { close(file) }
        return try readAll(file, path, limit: limit)
    }

    static func readAll(_ file: Int32, _ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path) }
            if count == 0 { return content }
            content += piece[..<count]
            guard content.count <= limit else { throw SystemError("read", path, code: EFBIG) }
        }
    }

    /// Writes to a file that exists, in one call.
    static func overwrite(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("open", path) }
        defer { close(file) }
        try write(bytes, to: file, path)
    }

    /// A new file that only its owner can read, and nobody can write.
    static func create(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
        guard file >= 0 else { throw SystemError("create", path) }
        defer { close(file) }
        do throws(SystemError) { try write(bytes, to: file, path) } catch {
            remove(path)
            throw error
        }
    }

    static func makeFolders(above path: String) throws(SystemError) {
        var folder = ""
        for name in path.split(separator: "/").dropLast() {
            folder += "/" + name
            if unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST { continue }
            // On a file system that cannot be written to, that it exists is told second.
            let code = errno
            guard unsafe access(folder, F_OK) == 0 else { throw SystemError("create", folder, code: code) }
        }
    }

    static func rename(_ path: String, to target: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, target) == 0 else { throw SystemError("create", target) }
    }

    static func remove(_ path: String) {
        _ = unsafe unlink(path)
    }

    /// Both ends of a new pipe, which programs do not inherit.
    static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw SystemError("make", "a pipe") }
        for end in ends where fcntl(end, F_SETFD, FD_CLOEXEC) < 0 { throw SystemError("make", "a pipe") }
        return (ends[0], ends[1])
    }

    /// Writes what another process waits for, and closes.
    static func tell(_ descriptor: Int32, _ bytes: [UInt8]) {
        // Whoever waits sees the end when this fails.
        try? write(bytes, to: descriptor, "a pipe")
        close(descriptor)
    }

    static func say(_ text: String) {
        // Nobody is left to tell if this fails.
        try? write(Array(text.utf8), to: 2, "standard error")
    }

    private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write", path) }
            done += count
        }
    }
}

struct SystemError: Error, Equatable {
    let code: Int32
    let text: String

    init(_ verb: String, _ path: String, code: Int32 = errno) {
        self.code = code
        // SAFETY: strerror gives a text that nobody changes while it is copied: there is one thread that asks.
        text = unsafe "cannot \(verb) \(path): \(String(cString: strerror(code)))"
    }
}
