// SPDX-License-Identifier: Apache-2.0
//
// Host calls of the supervisor alone.

import LinuxABI
import Machine

extension Host {
    func makeDoorbell() throws(Errno) -> Int32 {
        // EFD_CLOEXEC | EFD_NONBLOCK
        try moveHigh(try made(raw.call(290, 0, 0o2004000)))
    }

    /// Blocks SIGCHLD in the supervisor and returns a signalfd for it.
    func makeChildSignals() throws(Errno) -> Int32 {
        var mask: UInt64 = 1 << 16
        _ = try check(Machine.withAddress(of: &mask) { raw.call(14, 0, $0, 0, 8) }, limit: 0)
        let result = Machine.withAddress(of: &mask) { raw.call(289, UInt64.max, $0, 8, 0o2004000) }
        return try moveHigh(try made(result))
    }

    /// The kernel's own descriptors live above what launchers hand over.
    func moveHigh(_ descriptor: Int32) throws(Errno) -> Int32 {
        let new = try made(raw.call(72, UInt64(bitPattern: Int64(descriptor)), 1030, 1000))
        guard new >= 1000 else { throw .EIO }
        _ = raw.call(3, UInt64(bitPattern: Int64(descriptor)))
        return new
    }

    func clearDoorbell(_ descriptor: Int32) {
        var value: UInt64 = 0
        _ = Machine.withAddress(of: &value) { raw.call(0, UInt64(bitPattern: Int64(descriptor)), $0, 8) }
    }

    func clearChildSignals(_ descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 1280)
        _ = Machine.withAddress(of: &bytes) { raw.call(0, UInt64(bitPattern: Int64(descriptor)), $0, 1280) }
    }

    /// A dead child's number and whether it ended by itself, or nil when there is none.
    func reapChild() -> (process: UInt32, isOrderly: Bool)? {
        var status: Int32 = 0
        let result = Machine.withAddress(of: &status) { raw.call(61, UInt64.max, $0, 1, 0) }
        return Host.processNumber(result).map { ($0, status == 0) }
    }

    /// Kills every host process of the enclave but the caller: they are in its process group.
    func killGroup() {
        for process in kernel.processes.all where process.hostProcess != 0 && process.state == .running {
            _ = raw.call(62, UInt64(process.hostProcess), 9)
        }
    }

    /// Waits without the kernel lock for the entries or `timeout` nanoseconds (negative: for ever).
    func supervisorPoll(_ entries: inout [PollFd], _ timeout: Int64) {
        var limit = Timespec(tv_sec: timeout / 1_000_000_000, tv_nsec: timeout % 1_000_000_000)
        let raw = self.raw
        let asked = entries
        let count = entries.count
        Machine.unlock()
        let result = Machine.withAddress(of: &limit) { limitAddress in
            Machine.withElements(of: &entries) { raw.call(271, $0, UInt64(count), timeout < 0 ? 0 : limitAddress, 0, 8) }
        }
        Machine.lock()
        let isAnswer = result > 0 && result <= Int64(count)
        for i in 0..<entries.count {
            // What was asked for, and what poll(2) may always say.
            let allowed = isAnswer ? asked[i].events | Poll.POLLERR | Poll.POLLHUP | Poll.POLLNVAL : 0
            entries[i] = PollFd(fd: asked[i].fd, events: asked[i].events, revents: entries[i].revents & allowed)
        }
    }
}
