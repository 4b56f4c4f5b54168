// SPDX-License-Identifier: Apache-2.0
//
// prctl(2). Options that Linux checks for unused arguments are checked here too (kernel/sys.c).

import LinuxABI
import Machine

enum PrctlCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(
                SyscallNumber.prctl, .partial,
                "no seccomp filters, PR_SET_MM, syscall dispatch, shadow stacks or core scheduling"
            ) { call throws(Errno) in try prctl(call) }
        ]
    }

    private static func prctl(_ call: Call) throws(Errno) -> Int {
        let process = call.process
        let thread = call.thread
        switch call.i0 {
        case Prctl.PR_SET_NAME:
            thread.name = try readName(call.a1)
            return 0
        case Prctl.PR_GET_NAME:
            var name = [UInt8](repeating: 0, count: 16)
            for i in 0..<min(15, thread.name.count) { name[i] = thread.name[i] }
            try UserMemory.writeBytes(name, to: call.a1)
            return 0
        case Prctl.PR_SET_PDEATHSIG:
            guard call.a1 <= 64 else { throw .EINVAL }
            process.parentDeathSignal = Int32(call.a1)
            return 0
        case Prctl.PR_GET_PDEATHSIG:
            try UserMemory.write(process.parentDeathSignal, to: call.a1)
            return 0
        case Prctl.PR_GET_DUMPABLE: return process.isDumpable ? 1 : 0
        case Prctl.PR_SET_DUMPABLE:
            guard call.a1 <= 1 else { throw .EINVAL }
            process.isDumpable = call.a1 == 1
            return 0
        case Prctl.PR_SET_CHILD_SUBREAPER:
            process.isSubreaper = call.a1 != 0
            return 0
        case Prctl.PR_GET_CHILD_SUBREAPER:
            try UserMemory.write(Int32(process.isSubreaper ? 1 : 0), to: call.a1)
            return 0
        case Prctl.PR_SET_NO_NEW_PRIVS:
            guard call.a1 == 1 else { throw .EINVAL }
            try requireZero(call, from: 2)
            process.noNewPrivileges = true
            return 0
        case Prctl.PR_GET_NO_NEW_PRIVS:
            try requireZero(call, from: 1)
            return process.noNewPrivileges ? 1 : 0
        case Prctl.PR_GET_TID_ADDRESS:
            try UserMemory.write(thread.clearChildTid, to: call.a1)
            return 0
        case Prctl.PR_GET_SECCOMP: return 0
        case Prctl.PR_SET_SECCOMP: throw .EINVAL
        case Prctl.PR_SET_TIMERSLACK:
            process.control.timerSlack = Int64(bitPattern: call.a1) <= 0 ? process.control.defaultTimerSlack : call.a1
            return 0
        case Prctl.PR_GET_TIMERSLACK: return Int(min(process.control.timerSlack, UInt64(Int.max)))
        case Prctl.PR_SET_PTRACER: return 0
        default:
            if let result = try capabilities(call) { return result }
            return try hardware(call)
        }
    }

    private static func readName(_ address: UInt64) throws(Errno) -> [UInt8] {
        do { return try UserMemory.readString(address, limit: 16) } catch {
            guard error == .ENAMETOOLONG else { throw error }
            return try UserMemory.readBytes(address, 15)
        }
    }

    private static func requireZero(_ call: Call, from first: Int) throws(Errno) {
        let rest = [call.a1, call.a2, call.a3, call.a4]
        for i in (first - 1)..<4 where rest[i] != 0 { throw .EINVAL }
    }

    // MARK: capabilities(7)

    private static func capabilities(_ call: Call) throws(Errno) -> Int? {
        let process = call.process
        var new = process.credentials
        switch call.i0 {
        case Prctl.PR_GET_KEEPCAPS: return new.secureBits & Credentials.keepCapabilitiesBit != 0 ? 1 : 0
        case Prctl.PR_SET_KEEPCAPS:
            guard call.a1 <= 1 else { throw .EINVAL }
            // SECBIT_KEEP_CAPS_LOCKED
            guard new.secureBits & 1 << 5 == 0 else { throw .EPERM }
            if call.a1 == 1 {
                new.secureBits |= Credentials.keepCapabilitiesBit
            } else {
                new.secureBits &= ~Credentials.keepCapabilitiesBit
            }
        case Prctl.PR_CAPBSET_READ:
            guard call.a1 <= UInt64(Capability.CAP_LAST_CAP) else { throw .EINVAL }
            return new.bounding.contains(Int32(call.a1)) ? 1 : 0
        case Prctl.PR_CAPBSET_DROP:
            guard new.has(Capability.CAP_SETPCAP) else { throw .EPERM }
            guard call.a1 <= UInt64(Capability.CAP_LAST_CAP) else { throw .EINVAL }
            new.bounding = new.bounding.subtracting(.only(Int32(call.a1)))
        case Prctl.PR_GET_SECUREBITS: return Int(new.secureBits)
        case Prctl.PR_SET_SECUREBITS:
            let wanted = call.a1
            let locked = UInt64(new.secureBits & 0xaa)
            guard wanted & ~0xff == 0, new.has(Capability.CAP_SETPCAP), locked & ~wanted == 0,
                (locked >> 1) & (wanted ^ UInt64(new.secureBits)) == 0
            else { throw .EPERM }
            new.secureBits = UInt32(wanted)
        case Prctl.PR_CAP_AMBIENT: return try ambient(call, &new)
        default: return nil
        }
        process.commit(new)
        return 0
    }

    private static func ambient(_ call: Call, _ new: inout Credentials) throws(Errno) -> Int {
        let operation = Int32(truncatingIfNeeded: min(call.a1, 1000))
        if operation == Prctl.PR_CAP_AMBIENT_CLEAR_ALL {
            try requireZero(call, from: 2)
            new.ambient = .none
            call.process.commit(new)
            return 0
        }
        guard call.a3 == 0, call.a4 == 0, call.a2 <= UInt64(Capability.CAP_LAST_CAP) else { throw .EINVAL }
        let capability = Int32(call.a2)
        switch operation {
        case Prctl.PR_CAP_AMBIENT_IS_SET: return new.ambient.contains(capability) ? 1 : 0
        case Prctl.PR_CAP_AMBIENT_RAISE:
            // SECBIT_NO_CAP_AMBIENT_RAISE
            guard new.permitted.contains(capability), new.inheritable.contains(capability), new.secureBits & 1 << 6 == 0
            else { throw .EPERM }
            new.ambient = new.ambient.union(.only(capability))
        case Prctl.PR_CAP_AMBIENT_LOWER: new.ambient = new.ambient.subtracting(.only(capability))
        default: throw .EINVAL
        }
        call.process.commit(new)
        return 0
    }

    // MARK: what the machine and the memory manager do

    private static func hardware(_ call: Call) throws(Errno) -> Int {
        let process = call.process
        switch call.i0 {
        case Prctl.PR_GET_TIMING: return 0
        case Prctl.PR_SET_TIMING:
            guard call.a1 == 0 else { throw .EINVAL }
            return 0
        case Prctl.PR_GET_TSC:
            try UserMemory.write(Prctl.PR_TSC_ENABLE, to: call.a1)
            return 0
        case Prctl.PR_SET_TSC:
            // The instruction cannot be turned off here.
            guard call.a1 == UInt64(Prctl.PR_TSC_ENABLE) else { throw .EINVAL }
            return 0
        case Prctl.PR_MCE_KILL:
            try requireZero(call, from: 3)
            switch call.a1 {
            case 0:
                guard call.a2 == 0 else { throw .EINVAL }
                process.control.machineCheckKill = 2
            case 1:
                guard call.a2 <= 2 else { throw .EINVAL }
                process.control.machineCheckKill = Int32(call.a2)
            default: throw .EINVAL
            }
            return 0
        case Prctl.PR_MCE_KILL_GET:
            try requireZero(call, from: 1)
            return Int(process.control.machineCheckKill)
        case Prctl.PR_TASK_PERF_EVENTS_DISABLE, Prctl.PR_TASK_PERF_EVENTS_ENABLE: return 0
        case Prctl.PR_SET_THP_DISABLE:
            try requireZero(call, from: 2)
            process.control.isHugePageDisabled = call.a1 != 0
            return 0
        case Prctl.PR_GET_THP_DISABLE:
            try requireZero(call, from: 1)
            return process.control.isHugePageDisabled ? 1 : 0
        case Prctl.PR_SET_MDWE:
            try requireZero(call, from: 2)
            let old = process.control.memoryDenyWriteExecute
            guard call.a1 & ~3 == 0, call.a1 != 2 else { throw .EINVAL }
            if old != 0 && UInt64(old) != call.a1 { throw .EPERM }
            process.control.memoryDenyWriteExecute = Int32(call.a1)
            return 0
        case Prctl.PR_GET_MDWE:
            try requireZero(call, from: 1)
            return Int(process.control.memoryDenyWriteExecute)
        case Prctl.PR_SET_IO_FLUSHER:
            guard process.credentials.has(Capability.CAP_SYS_RESOURCE) else { throw .EPERM }
            try requireZero(call, from: 2)
            guard call.a1 <= 1 else { throw .EINVAL }
            process.control.isIOFlusher = call.a1 == 1
            return 0
        case Prctl.PR_GET_IO_FLUSHER:
            guard process.credentials.has(Capability.CAP_SYS_RESOURCE) else { throw .EPERM }
            try requireZero(call, from: 1)
            return process.control.isIOFlusher ? 1 : 0
        case Prctl.PR_SET_VMA:
            guard call.a1 == UInt64(Prctl.PR_SET_VMA_ANON_NAME) else { throw .EINVAL }
            // A name for /proc/self/maps: checked, not kept.
            guard call.a2 & 4095 == 0 else { throw .EINVAL }
            if call.a4 != 0 { _ = try UserMemory.readString(call.a4, limit: 80) }
            return 0
        case Prctl.PR_GET_SPECULATION_CTRL: throw .ENODEV
        case Prctl.PR_SET_SPECULATION_CTRL: throw .ENODEV
        case Prctl.PR_SET_MM: throw process.credentials.has(Capability.CAP_SYS_RESOURCE) ? .EINVAL : .EPERM
        default: throw .EINVAL
        }
    }
}
