// SPDX-License-Identifier: Apache-2.0
// The platform's folder: private, and each file in it is there whole or not at all.
//
// SAFETY, for every call below: the paths are Swift strings that live for the call, and a (pointer, count) pair comes from one
// buffer that does.
internal import Glibc

struct PlatformFiles {
    let folder: String

    /// Makes the folder (and those above it) where it is missing; refuses one that others can look into.
    init(folder: String) throws(PlatformError) {
        self.folder = folder
        try Self.makeFolders(folder)
        var status = stat()
        guard unsafe lstat(folder, &status) == 0 else { throw Self.failure("look at", folder) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw PlatformError(.store, "the platform's folder \(folder) must be a folder of this user with mode 0700")
        }
    }

    /// The content of a file; nil when there is none.
    func read(_ name: String, limit: Int = 1 << 20) throws(PlatformError) -> [UInt8]? {
        let path = "\(folder)/\(name)"
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw Self.failure("open", path)
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw Self.failure("look at", path) }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw PlatformError(.store, "\(path) must be this user's alone (mode 0600)")
        }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("read", path) }
            if count == 0 { return content }
            content += piece[..<count]
            guard content.count <= limit else { throw PlatformError(.damaged, "\(path) is too large") }
        }
    }

    /// Writes a new file, unless there is one by now: of two that make it, both get the same. Returns the file's content.
    func create(_ name: String, _ content: [UInt8]) throws(PlatformError) -> [UInt8] {
        let path = "\(folder)/\(name)"
        let draft = "\(path).\(getpid()).\(UInt64.random(in: .min ... .max)).new"
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.failure("create", draft) }
        defer { _ = unsafe unlink(draft) }
        try Self.write(content, to: file, draft)
        // Unlike rename, link never replaces what another process has made meanwhile.
        if unsafe link(draft, path) == 0 {
            try synchronize()
            return content
        }
        guard errno == EEXIST else { throw Self.failure("create", path) }
        guard let other = try read(name) else { throw PlatformError(.store, "\(path) came and went") }
        return other
    }

    private static func write(_ content: [UInt8], to file: Int32, _ path: String) throws(PlatformError) {
        defer { close(file) }
        var done = 0
        while done < content.count {
            let count = unsafe content.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
        guard fsync(file) == 0 else { throw failure("write", path) }
    }

    private func synchronize() throws(PlatformError) {
        let directory = unsafe open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard directory >= 0 else { throw Self.failure("open", folder) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure("write", folder) }
    }

    private static func makeFolders(_ path: String) throws(PlatformError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let above = path.split(separator: "/").dropLast().joined(separator: "/")
        guard errno == ENOENT, !above.isEmpty else { throw failure("create", path) }
        try makeFolders(path.hasPrefix("/") ? "/" + above : above)
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("create", path) }
    }

    private static func failure(_ operation: String, _ path: String) -> PlatformError {
        PlatformError(.store, unsafe "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
