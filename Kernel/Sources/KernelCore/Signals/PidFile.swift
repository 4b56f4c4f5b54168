// SPDX-License-Identifier: Apache-2.0
//
// pidfd_open(2): readable once the process has ended.

import LinuxABI
import Machine

final class PidFile: OpenFile {
    let process: Process

    init(_ process: Process, flags: Int32) {
        self.process = process
        super.init(flags: Open.O_RDWR | flags & Open.O_NONBLOCK, inode: kernel.channels.sharedAnonymousInode)
    }

    override func poll() -> PollEvents { process.state == .running ? 0 : PollEvents(Poll.POLLIN | Poll.POLLRDNORM) }
    override var waitQueue: WaitQueue? { process.exitQueue }
    override var linkText: [UInt8] { [UInt8]("anon_inode:[pidfd]") }
}
