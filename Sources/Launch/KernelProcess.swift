// SPDX-License-Identifier: Apache-2.0
// One running kernel as this command's child.
internal import CLaunch

/// How an enclave ended.
package enum EnclaveEnd: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)

    /// What a shell would report: the code, or 128 + signal.
    package var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        }
    }
}

package struct KernelProcess: ~Copyable {
    package let pid: Int32
    /// Becomes readable when the kernel has ended.
    let ended: Descriptor

    /// Starts the kernel; `descriptors` become its 0, 1, 2, and so on.
    package init(path: String, descriptors: [Int32], diesWithParent: Bool) throws(LaunchError) {
        let child = try System.spawn(path, descriptors: descriptors, diesWithParent: diesWithParent)
        let watch = try System.check(claunch_pidfd(child), "watch", "process \(child)")
        pid = child
        ended = Descriptor(owning: watch)
    }

    package func kill() {
        _ = claunch_kill_group(pid, Signals.SIGKILL)
    }

    /// Waits for the end, then removes whatever host process of the enclave is left.
    package consuming func wait() throws(LaunchError) -> EnclaveEnd {
        _ = try System.waitReadable([ended.number], timeoutMilliseconds: nil)
        // Before reaping: until then the group's number cannot belong to anybody else.
        _ = claunch_kill_group(pid, Signals.SIGKILL)
        let status = try System.check(claunch_reap(pid), "wait for", "process \(pid)")
        return status >= 256 ? .signalled(status - 256) : .exited(status)
    }
}
