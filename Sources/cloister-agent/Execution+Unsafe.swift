// SPDX-License-Identifier: Apache-2.0
// Becoming the program.
import Glibc

/// How the program was to find a broken pipe; the network library changes it for the whole process.
struct PipeSignal: ~Copyable {
    private var original = sigaction()

    init() {
        // SAFETY: both arguments are nil or a live variable of the right type.
        _ = unsafe sigaction(SIGPIPE, nil, &original)
    }

    mutating func restore() {
        // SAFETY: as above.
        _ = unsafe sigaction(SIGPIPE, &original, nil)
    }
}

enum Execution {
    /// Returns only with the reason why it failed.
    static func become(_ arguments: [[UInt8]], environment: [[UInt8]]) -> Int32 {
        // SAFETY: every list ends with nil and every text with zero; they live until execve, which copies them, has returned. strdup'ed
        // copies are not freed: the process ends either way.
        var words = unsafe arguments.map { unsafe copy($0) } + [nil]
        var entries = unsafe environment.map { unsafe copy($0) } + [nil]
        guard let program = unsafe words[0] else { return ENOENT }
        _ = unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe entries.withUnsafeMutableBufferPointer { entries in
                guard let words = words.baseAddress, let entries = entries.baseAddress else { return Int32(-1) }
                return unsafe execve(program, words, entries)
            }
        }
        return errno
    }

    /// Starts a program. It gets `descriptor` of this process as its own of number `number`, and no other but the standard streams.
    static func start(_ arguments: [String], environment: [String], handing descriptor: Int32, as number: Int32) throws(SystemError) -> pid_t {
        // SAFETY: as in become, and the copies are freed; the actions live from their making to their end.
        var words = unsafe arguments.map { unsafe copy(Array($0.utf8)) } + [nil]
        var entries = unsafe environment.map { unsafe copy(Array($0.utf8)) } + [nil]
        defer { unsafe (words + entries).forEach { unsafe free($0) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        // Onto itself it clears close-on-exec.
        unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
        var child: pid_t = 0
        let code = unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe entries.withUnsafeMutableBufferPointer { entries in
                guard let words = words.baseAddress, let entries = entries.baseAddress else { return EINVAL }
                return unsafe posix_spawn(&child, arguments[0], &actions, nil, words, entries)
            }
        }
        guard code == 0 else { throw SystemError("start", arguments[0], code: code) }
        return child
    }

    /// The exit status of a child, as the shell counts.
    static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        // SAFETY: the status is a live variable.
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        // SAFETY: the text ends with the zero that is appended.
        unsafe (bytes + [0]).withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe $0.baseAddress.flatMap { unsafe strdup($0) } }
        }
    }
}
