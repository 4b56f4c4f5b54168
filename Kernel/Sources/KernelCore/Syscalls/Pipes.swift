// SPDX-License-Identifier: Apache-2.0
//
// pipe(2) and pipe2(2).

import LinuxABI
import Machine

extension Pipes {
    public static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.pipe) { call throws(Errno) in try create(call, flags: 0) },
            SyscallEntry(SyscallNumber.pipe2) { call throws(Errno) in try create(call, flags: call.i1) },
        ]
    }

    private static func create(_ call: Call, flags: Int32) throws(Errno) -> Int {
        guard flags & ~(Open.O_CLOEXEC | Open.O_NONBLOCK | Open.O_DIRECT) == 0 else { throw .EINVAL }
        let (reading, writing) = make(flags: flags, call.process.credentials)
        let pair = try DescriptorPair.add(reading, writing, closeOnExec: flags & Open.O_CLOEXEC != 0, call)
        do { try UserMemory.write(pair, to: call.a0) } catch {
            _ = try call.files.remove(pair.first)
            _ = try call.files.remove(pair.second)
            throw error
        }
        return 0
    }
}

/// What pipe(2) and socketpair(2) write.
struct DescriptorPair: BitwiseCopyable {
    var first: Int32
    var second: Int32

    static func add(_ a: OpenFile, _ b: OpenFile, closeOnExec: Bool, _ call: Call) throws(Errno) -> DescriptorPair {
        let limit = call.process.limits.openFiles
        let first = try call.files.add(a, closeOnExec: closeOnExec, limit: limit)
        do {
            return DescriptorPair(first: first, second: try call.files.add(b, closeOnExec: closeOnExec, limit: limit))
        } catch {
            _ = try call.files.remove(first)
            throw error
        }
    }
}
