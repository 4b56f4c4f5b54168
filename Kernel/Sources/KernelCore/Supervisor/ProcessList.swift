// SPDX-License-Identifier: Apache-2.0
//
// The rows of `cloister ps`.

import Formats
import LinuxABI
import Machine

enum ProcessList {
    static func rows() -> [ProcessRow] {
        kernel.processes.all.filter { $0 !== kernel.kernelProcess }.map { process in
            var command = process.commandLine
            while command.last == 0 { command.removeLast() }
            for i in 0..<command.count where command[i] == 0 { command[i] = 0x20 }
            // The same figures as in /proc/PID/stat.
            let (user, system) = ProcTimes.of(process)
            return ProcessRow(
                pid: UInt32(bitPattern: process.pid), parent: UInt32(bitPattern: process.parentPid),
                group: UInt32(bitPattern: process.group), userID: process.credentials.uid,
                state: ProcStatus.state(process, nil), threads: UInt32(process.threads.count),
                cpuMilliseconds: UInt64(max(0, (user &+ system) / 1_000_000)),
                residentKilobytes: ProcMemoryUse(process).resident >> 10, command: Array(command.prefix(4096)))
        }
    }
}
