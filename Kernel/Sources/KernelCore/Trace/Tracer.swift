// SPDX-License-Identifier: Apache-2.0
//
// The log of system calls (`cloister run --trace`), one line a call in the manner of strace:
//
//     12 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3 <2 us>
//     12 write(1, "hello\n", 6) = 6 <5 us, 1 host call>
//
// Arguments the program gives are decoded before the call runs, what the call fills in afterwards. Buffers are cut to 32 bytes.

import LinuxABI
import Machine

public final class Tracer {
    private let descriptor: Int32
    private var running: [Int32: TraceRecord] = [:]

    /// Writes to a host descriptor.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        Machine.disablePlainGates()
    }

    /// Notes that a call starts. What is returned goes to `end`.
    public func begin(_ call: Call, _ number: Int) -> Int {
        let tid = call.thread.tid
        if let old = running.removeValue(forKey: tid) { finishUnended(old, tid) }
        var record = TraceRecord(call, number)
        record.decodeGiven()
        if number == SyscallNumber.exit || number == SyscallNumber.exit_group {
            record.text.append(") = ?")
            emit(record.text, tid)
            return 0
        }
        record.start = Machine.monotonicNanoseconds
        record.hostCalls = call.thread.block.hostCalls
        running[tid] = record
        if running.count > 1024 { forgetTheDead() }
        return 1
    }

    public func end(_ call: Call, _ number: Int, _ token: Int, _ result: Int64) {
        guard token != 0 else { return }
        let time = Machine.monotonicNanoseconds
        let tid = call.thread.tid
        guard var record = running.removeValue(forKey: tid) else { return }
        // The exec of another thread's process may have moved the thread to a block with other counts.
        let hostCalls = call.thread.block.hostCalls &- record.hostCalls
        record.decodeFilled(result)
        record.appendResult(result)
        record.text.append(" <")
        record.text.append(decimal: Int((time &- record.start) / 1000))
        record.text.append(" us")
        if hostCalls > 0 && hostCalls < 1 << 32 {
            record.text.append(", ")
            record.text.append(decimal: Int(hostCalls))
            record.text.append(hostCalls == 1 ? " host call" : " host calls")
        }
        record.text.append(">")
        emit(record.text, tid)
    }

    /// A signal reached a handler or ended the process; called by the delivery code where it wants a line.
    public func note(_ tid: Int32, _ text: [UInt8]) { emit(text, tid) }

    // MARK: helpers

    /// A call that did not come back: the exec whose program now makes its first call, or rt_sigreturn.
    private func finishUnended(_ record: TraceRecord, _ tid: Int32) {
        var text = record.text
        text.append(record.isExec ? ") = 0" : ") = ?")
        emit(text, tid)
    }

    private func forgetTheDead() {
        var kept: [Int32: TraceRecord] = [:]
        for (tid, record) in running where kernel.processes.thread(tid) != nil { kept[tid] = record }
        running = kept
    }

    private func emit(_ text: [UInt8], _ tid: Int32) {
        var line: [UInt8] = []
        line.reserveCapacity(text.count + 8)
        line.append(decimal: Int(tid))
        line.append(0x20)
        line.append(contentsOf: text)
        line.append(0x0a)
        kernel.host.writeTrace(descriptor, &line)
    }
}
