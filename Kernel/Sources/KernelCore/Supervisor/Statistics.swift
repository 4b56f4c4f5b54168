// SPDX-License-Identifier: Apache-2.0
//
// One line of JSON with the enclave's counts, at its end.

import Machine

enum Statistics {
    static func write(to descriptor: Int32) {
        var text = [UInt8]("{\"syscalls\":")
        text.append(decimal: Int(truncatingIfNeeded: kernel.retiredSyscalls))
        text.append(",\"host_calls\":")
        text.append(decimal: Int(truncatingIfNeeded: kernel.retiredHostCalls &+ ThreadBlock.current.hostCalls))
        text.append(",\"traps\":")
        text.append(decimal: Int(truncatingIfNeeded: kernel.retiredTraps))
        text.append(",\"sites\":")
        text.append(decimal: kernel.rewrittenSites)
        text.append(",\"kernel_heap_bytes\":")
        text.append(decimal: Int(truncatingIfNeeded: Machine.heapUsed))
        text.append("}\n")
        do { _ = try kernel.host.writeKernelBytes(descriptor, text) } catch { Log.note("the statistics could not be written") }
    }
}
