// SPDX-License-Identifier: Apache-2.0
//
// One direction of the user's terminal. The supervisor serves every process: it must never wait for a terminal that nobody reads. So
// the terminal is opened once more with O_NONBLOCK, which leaves the description the user's other programs share as it is. Where the
// host does not let it be opened, no more is written at once than is sure to be taken.

import LinuxABI
import Machine

struct ConsoleEnd {
    let descriptor: Int32
    private let isReopened: Bool
    /// The most to write at once.
    private let limit: Int
    private let isSocket: Bool
    static let piece = 4096

    init(_ original: Int32, _ access: Int32) {
        let type = Host.streamMode(kernel.host.streamStatus(original)) & FileMode.S_IFMT
        isSocket = type == FileMode.S_IFSOCK
        if type == FileMode.S_IFCHR || type == FileMode.S_IFIFO, let own = ConsoleEnd.reopen(original, access) {
            descriptor = own
            isReopened = true
            limit = ConsoleEnd.piece
        } else {
            descriptor = original
            isReopened = false
            // A pipe that polls writable has room for PIPE_BUF; a terminal for one byte.
            limit = type == FileMode.S_IFCHR ? 1 : ConsoleEnd.piece
        }
    }

    private static func reopen(_ descriptor: Int32, _ access: Int32) -> Int32? {
        var path = [UInt8]("/proc/self/fd/")
        path.append(decimal: Int(descriptor))
        do { return try kernel.host.openAt(At.AT_FDCWD, path, access | Open.O_NONBLOCK | Open.O_NOCTTY) } catch { return nil }
    }

    /// Called when the descriptor polls writable; returns how much was taken.
    func write(_ bytes: [UInt8]) throws(Errno) -> Int {
        let part = bytes.count > limit ? Array(bytes[..<limit]) : bytes
        return isSocket ? try kernel.host.sendWithoutWaiting(descriptor, part) : try kernel.host.writeKernelBytes(descriptor, part)
    }

    func close() {
        if isReopened { kernel.host.close(descriptor) }
    }
}
