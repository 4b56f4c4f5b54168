// SPDX-License-Identifier: Apache-2.0
// System calls of the shield.
//
// SAFETY, for every call below: the paths are Swift strings that live for the call, and a (pointer, count) pair comes from one buffer that does.
import AttestedTLS
import Glibc

enum SystemFiles {
    static var now: Int64 { Int64(time(nil)) }

    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw AttestedTLSError(.evidence, "\(path) cannot be opened: error \(errno)") }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw AttestedTLSError(.evidence, "\(path) cannot be read: error \(errno)") }
            if count == 0 { return content }
            content += piece[..<count]
            guard content.count <= limit else { throw AttestedTLSError(.evidence, "\(path) has more than \(limit) bytes") }
        }
    }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        // Nobody is left to tell if this fails.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
