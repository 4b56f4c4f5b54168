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

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        // SAFETY: the text ends with the zero that is appended.
        unsafe (bytes + [0]).withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe $0.baseAddress.flatMap { unsafe strdup($0) } }
        }
    }
}
