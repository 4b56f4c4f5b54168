// SPDX-License-Identifier: Apache-2.0
// Safe functions over the C shims. The only file of this module that passes pointers.
//
// SAFETY, for every call below: the shims read or write only within the (pointer, count) pair they are given, keep
// no pointer after they return, and each pair comes from one Swift buffer that lives for the whole call.
internal import CLaunch
internal import Formats

/// Calls to the host; every failure becomes a `LaunchError` that names the operation and its object.
package enum System {
    /// Turns -errno into an error.
    static func check<Value: BinaryInteger>(
        _ value: Value, _ operation: String, _ object: String
    ) throws(LaunchError) -> Value {
        if value >= 0 { return value }
        throw hostError(Int32(truncatingIfNeeded: -Int64(value)), operation, object)
    }

    static func hostError(_ errno: Int32, _ operation: String, _ object: String) -> LaunchError {
        let code: LaunchError.Code =
            switch errno {
            case 2, 20: .notFound
            case 1, 13: .refused
            default: .hostFailure
            }
        return LaunchError(
            code, "cannot \(operation): \(ErrnoText.text(errno))", at: object, next: ErrnoText.advice(errno))
    }

    package static func monotonicMicroseconds() -> Int64 { claunch_monotonic_microseconds() }

    /// Seconds since 1970.
    package static func now() -> Int64 { claunch_wall_seconds() }

    // MARK: Files

    package static func open(
        _ path: String, flags: Int32, mode: UInt32 = 0o600
    ) throws(LaunchError) -> Descriptor {
        Descriptor(owning: try check(unsafe claunch_open(path, flags, mode), "open", path))
    }

    package static func memoryFile(_ name: String, holding bytes: [UInt8] = []) throws(LaunchError) -> Descriptor {
        let file = Descriptor(owning: try check(unsafe claunch_memory_file(name), "create memory file", name))
        try write(bytes, to: file.number, name: name)
        return file
    }

    package static func write(_ bytes: [UInt8], to fd: Int32, name: String) throws(LaunchError) {
        var done = 0
        while done < bytes.count {
            let start = done
            let put = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe all[start...]
                return unsafe claunch_write(fd, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            }
            done += Int(try check(put, "write", name))
        }
    }

    /// Reads at most `limit` bytes from the start of `fd`, whatever its position is.
    package static func readAll(_ fd: Int32, name: String, limit: Int = 1 << 20) throws(LaunchError) -> [UInt8] {
        var content: [UInt8] = []
        while content.count < limit {
            let offset = Int64(content.count)
            let part = try unsafe fill(capacity: min(65536, limit - content.count), "read", name) {
                unsafe claunch_read_at(fd, $0.baseAddress, $0.count, offset)
            }
            if part.isEmpty { break }
            content += part
        }
        return content
    }

    /// Reads the next bytes of a stream; empty at its end.
    package static func readNext(_ fd: Int32, name: String, capacity: Int = 65536) throws(LaunchError) -> [UInt8] {
        try unsafe fill(capacity: capacity, "read", name) { unsafe claunch_read(fd, $0.baseAddress, $0.count) }
    }

    package static func readFile(_ path: String, limit: Int = 1 << 20) throws(LaunchError) -> [UInt8] {
        let file = try open(path, flags: 0)
        return try readAll(file.number, name: path, limit: limit)
    }

    package static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(LaunchError) {
        let made = unsafe claunch_make_directory(path, mode)
        if made == -17 { return }
        _ = try check(made, "create folder", path)
    }

    /// Removes a file or an empty folder; a missing one is no error.
    package static func remove(_ path: String) throws(LaunchError) {
        let removed = unsafe claunch_remove(path)
        if removed == -2 { return }
        _ = try check(removed, "remove", path)
    }

    package static func rename(_ from: String, to target: String) throws(LaunchError) {
        _ = try check(unsafe claunch_rename(from, target), "rename", from)
    }

    package static func isPrivateDirectory(_ path: String) -> Bool {
        unsafe claunch_is_private_directory(path) == 1
    }

    package static func exists(_ path: String) -> Bool { unsafe claunch_exists(path) == 1 }
    package static func isDirectory(_ path: String) -> Bool { unsafe claunch_is_directory(path) == 1 }
    package static func isExecutable(_ path: String) -> Bool { unsafe claunch_is_executable(path) == 1 }

    package static func list(_ path: String) throws(LaunchError) -> [String] {
        let names = try unsafe fill(capacity: 1 << 20, "list", path) { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe claunch_list(path, $0.baseAddress, $0.count)
            }
        }
        return names.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    package static func readLink(_ path: String) throws(LaunchError) -> String {
        let target = try unsafe fill(capacity: 4096, "read link", path) { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe claunch_read_link(path, $0.baseAddress, $0.count)
            }
        }
        return String(decoding: target, as: UTF8.self)
    }

    // MARK: Processes

    /// Before anything is opened: standard streams that the caller has closed stay closed for the program.
    package static func holdStandardStreams() { claunch_hold_standard_streams() }

    /// Starts the kernel with `descriptors` as its 0, 1, 2, ...; returns its process id.
    static func spawn(
        _ path: String, descriptors: [Int32], diesWithParent: Bool
    ) throws(LaunchError) -> Int32 {
        try check(
            unsafe claunch_spawn(path, descriptors, UInt32(descriptors.count), diesWithParent ? 1 : 0),
            "start the kernel", path)
    }

    /// A process that waits until `socket` is readable and then is the service.
    static func spawnService(_ choice: PlatformChoice, socket: Int32, errors: Int32?) throws(LaunchError) {
        _ = try check(
            unsafe claunch_spawn_service(choice.service, choice.kind.name, socket, errors ?? -1), "start the platform's service",
            choice.service)
    }

    /// Replaces this process by `arguments`; returns only when that failed.
    package static func replaceProcess(_ arguments: [String]) -> LaunchError {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe duplicateText($0) }
        unsafe pointers.append(nil)
        let failed = unsafe claunch_exec(pointers)
        return hostError(-failed, "start", arguments.first ?? "")
    }

    // SAFETY: never freed, on purpose: the process is about to be replaced or to end.
    private static func duplicateText(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        unsafe copy.initialize(from: bytes, count: bytes.count)
        return unsafe copy
    }

    /// This process's environment.
    package static func environment() -> [String: String] {
        var entries: [String: String] = [:]
        var index: UInt32 = 0
        while let entry = unsafe claunch_environment(index) {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                entries[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            index += 1
        }
        return entries
    }

    /// The value of one variable, as it is.
    package static func environmentValue(_ name: String) -> ByteText? {
        let prefix = Array("\(name)=".utf8)
        var index: UInt32 = 0
        while let entry = unsafe claunch_environment(index) {
            var bytes: [UInt8] = []
            while case let byte = unsafe entry[bytes.count], byte != 0 { bytes.append(UInt8(bitPattern: byte)) }
            if bytes.starts(with: prefix) { return ByteText(bytes: bytes.dropFirst(prefix.count)) }
            index += 1
        }
        return nil
    }

    /// The words this command was started with, as they are. See proc(5).
    package static func commandLine() throws(LaunchError) -> [ByteText] {
        let bytes = try readFile("/proc/self/cmdline", limit: 8 << 20)
        return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { ByteText(bytes: $0) }
    }

    /// `path` from the file system's root on; links in it stay.
    package static func absolutePath(_ path: String) throws(LaunchError) -> String {
        path.hasPrefix("/") ? path : "\(try readLink("/proc/self/cwd"))/\(path)"
    }

    // MARK: Sockets

    static func listen(directory: String, name: String) throws(LaunchError) -> Descriptor {
        Descriptor(owning: try check(unsafe claunch_listen(directory, name), "listen", "\(directory)/\(name)"))
    }

    static func connect(directory: String, name: String) throws(LaunchError) -> Descriptor {
        Descriptor(owning: try check(unsafe claunch_connect(directory, name), "connect", "\(directory)/\(name)"))
    }

    package static func send(_ packet: [UInt8], over socket: Int32, attaching: [Int32] = []) throws(LaunchError) {
        let sent = unsafe packet.withUnsafeBytes { bytes in
            unsafe claunch_send(socket, bytes.baseAddress, bytes.count, attaching, UInt32(attaching.count))
        }
        _ = try check(sent, "send", "control socket")
    }

    package static func receive(_ socket: Int32, capacity: Int) throws(LaunchError) -> [UInt8] {
        try unsafe fill(capacity: capacity, "receive", "control socket") {
            unsafe claunch_receive(socket, $0.baseAddress, $0.count)
        }
    }

    // MARK: Waiting and signals

    /// The descriptors among `fds` that are readable or ended; empty after the time-out (nil = wait for ever).
    package static func waitReadable(_ fds: [Int32], timeoutMilliseconds: Int32?) throws(LaunchError) -> [Int32] {
        let bits = try check(
            unsafe claunch_wait_readable(fds, UInt32(fds.count), timeoutMilliseconds ?? -1), "wait", "descriptors")
        return fds.indices.filter { bits & (1 << Int32($0)) != 0 }.map { fds[$0] }
    }

    static func signalQueue(_ signals: [Int32]) throws(LaunchError) -> Descriptor {
        Descriptor(
            owning: try check(unsafe claunch_signal_queue(signals, UInt32(signals.count)), "watch", "signals"))
    }

    private static func fill(
        capacity: Int, _ operation: String, _ object: String,
        _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int64
    ) throws(LaunchError) -> [UInt8] {
        var outcome: Int64 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            outcome = unsafe body(buffer)
            count = max(0, Int(outcome))
        }
        _ = try check(outcome, operation, object)
        return bytes
    }
}
