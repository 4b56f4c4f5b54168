// SPDX-License-Identifier: Apache-2.0
//
// pidfd_open(2): a descriptor that names a process and becomes readable when it ends.

import LinuxABI
import Machine

public final class PidFile: OpenFile {
    public let process: Process

    init(_ process: Process, flags: Int32) {
        self.process = process
        super.init(flags: Open.O_RDWR | flags, inode: nil)
    }

    /// Opens one in the caller's table, close-on-exec as Linux has it.
    public static func open(_ process: Process, _ caller: Process, flags: Int32 = 0) throws(Errno) -> Int32 {
        try caller.files.add(PidFile(process, flags: flags), closeOnExec: true, limit: caller.limits.openFiles)
    }

    public override func poll() -> PollEvents { process.state == .running ? 0 : UInt32(Poll.POLLIN | Poll.POLLRDNORM) }
    public override var waitQueue: WaitQueue? { process.exitQueue }
    public override var linkText: [UInt8] { [UInt8]("anon_inode:[pidfd]") }
}
