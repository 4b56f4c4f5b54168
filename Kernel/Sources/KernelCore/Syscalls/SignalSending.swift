// SPDX-License-Identifier: Apache-2.0
//
// kill(2) and its relatives, and the permission to send (kill(2), "NOTES").

import LinuxABI
import Machine

enum SignalSending {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.kill, .full) { call throws(Errno) in try kill(call) },
            SyscallEntry(SyscallNumber.tkill, .full) { call throws(Errno) in
                try threadKill(call, group: nil, tid: call.i0, signal: call.i1)
            },
            SyscallEntry(SyscallNumber.tgkill, .full) { call throws(Errno) in
                guard call.i0 > 0 else { throw .EINVAL }
                return try threadKill(call, group: call.i0, tid: call.i1, signal: call.i2)
            },
            SyscallEntry(SyscallNumber.rt_sigqueueinfo, .full) { call throws(Errno) in try queue(call) },
            SyscallEntry(SyscallNumber.rt_tgsigqueueinfo, .full) { call throws(Errno) in try queueToThread(call) },
            SyscallEntry(SyscallNumber.pidfd_open, .full) { call throws(Errno) in try pidfdOpen(call) },
            SyscallEntry(SyscallNumber.pidfd_send_signal, .full) { call throws(Errno) in try pidfdSendSignal(call) },
            SyscallEntry(SyscallNumber.pidfd_getfd, .full) { call throws(Errno) in try pidfdGetfd(call) },
        ]
    }

    private static func kill(_ call: Call) throws(Errno) -> Int {
        let pid = call.i0
        let signal = call.i1
        let process = call.process
        let info = Siginfo.kill(signal: signal, pid: process.pid, uid: process.credentials.uid)
        if pid > 0 {
            guard let target = find(pid) else { throw .ESRCH }
            try send(info, signal, to: target, from: process)
            return 0
        }
        if pid == .min { throw .ESRCH }
        let all = kernel.processes.all
        if pid == -1 {
            // Everyone but the first process and the caller.
            var found = false
            var failure: Errno?
            for target in all where target.pid > 1 && target !== process && target.state != .dead && !kernel.isShield(target) {
                found = true
                do { try send(info, signal, to: target, from: process) } catch { if error != .EPERM { failure = error } }
            }
            if let failure { throw failure }
            guard found else { throw .ESRCH }
            return 0
        }
        let group = pid == 0 ? process.group : -pid
        var sent = false
        var failure = Errno.ESRCH
        for target in all where target.group == group && target.state != .dead {
            do {
                try send(info, signal, to: target, from: process)
                sent = true
            } catch { failure = error }
        }
        guard sent else { throw failure }
        return 0
    }

    /// A thread's number names its process as well.
    static func find(_ pid: Int32) -> Process? { kernel.processes.process(pid) ?? kernel.processes.thread(pid)?.process }

    private static func send(_ info: Siginfo, _ signal: Int32, to target: Process, from sender: Process) throws(Errno) {
        guard signal == 0 || Signal.isValid(signal) else { throw .EINVAL }
        guard mayKill(sender, target, signal) else { throw .EPERM }
        if signal == 0 { return }
        guard Signals.post(info, signal, target, nil) else { throw .EAGAIN }
    }

    static func mayKill(_ sender: Process, _ target: Process, _ signal: Int32) -> Bool {
        if sender === target { return true }
        // As a thread of the kernel: it is nobody's to end.
        if kernel.isShield(target) { return false }
        let a = sender.credentials
        let b = target.credentials
        if a.isPrivileged || a.euid == b.suid || a.euid == b.uid || a.uid == b.suid || a.uid == b.uid { return true }
        return signal == Signal.SIGCONT && sender.session == target.session
    }

    private static func threadKill(_ call: Call, group: Int32?, tid: Int32, signal: Int32) throws(Errno) -> Int {
        guard tid > 0 else { throw .EINVAL }
        let process = call.process
        let info = Siginfo.kill(
            signal: signal, code: SignalCode.SI_TKILL, pid: process.pid, uid: process.credentials.uid)
        return try send(info, signal, toThread: tid, group: group, from: process)
    }

    private static func send(
        _ info: Siginfo, _ signal: Int32, toThread tid: Int32, group: Int32?, from process: Process
    ) throws(Errno) -> Int {
        guard let target = kernel.processes.thread(tid), group == nil || target.process.pid == group else { throw .ESRCH }
        guard signal == 0 || Signal.isValid(signal) else { throw .EINVAL }
        guard mayKill(process, target.process, signal) else { throw .EPERM }
        if signal == 0 { return 0 }
        guard Signals.post(info, signal, target.process, target) else { throw .EAGAIN }
        return 0
    }

    // MARK: with information of the sender's choice

    /// Only to itself may a process send what looks like the kernel's or kill's doing.
    private static func readInfo(_ address: UInt64, _ signal: Int32, target: Int32, _ process: Process) throws(Errno) -> Siginfo {
        var info = try UserMemory.read(address, Siginfo.self)
        info.si_signo = signal
        guard (info.si_code < 0 && info.si_code != SignalCode.SI_TKILL) || target == process.pid else { throw .EPERM }
        return info
    }

    private static func queue(_ call: Call) throws(Errno) -> Int {
        let info = try readInfo(call.a2, call.i1, target: call.i0, call.process)
        guard let target = find(call.i0) else { throw .ESRCH }
        try send(info, call.i1, to: target, from: call.process)
        return 0
    }

    private static func queueToThread(_ call: Call) throws(Errno) -> Int {
        let info = try readInfo(call.a3, call.i2, target: call.i0, call.process)
        guard call.i0 > 0, call.i1 > 0 else { throw .EINVAL }
        return try send(info, call.i2, toThread: call.i1, group: call.i0, from: call.process)
    }

    // MARK: by descriptor

    private static func pidfdOpen(_ call: Call) throws(Errno) -> Int {
        guard call.u1 & ~UInt32(bitPattern: Open.O_NONBLOCK) == 0, call.i0 > 0 else { throw .EINVAL }
        guard let process = kernel.processes.process(call.i0) else {
            throw kernel.processes.thread(call.i0) == nil ? .ESRCH : .EINVAL
        }
        let file = PidFile(process, flags: call.i1)
        return Int(try call.files.add(file, closeOnExec: true, limit: call.process.limits.openFiles))
    }

    private static func pidfdSendSignal(_ call: Call) throws(Errno) -> Int {
        guard call.u3 == 0 else { throw .EINVAL }
        guard let file = try call.files.real(call.i0) as? PidFile else { throw .EBADF }
        let sender = call.process
        let signal = call.i1
        var info = Siginfo.kill(signal: signal, pid: sender.pid, uid: sender.credentials.uid)
        if call.a2 != 0 {
            info = try UserMemory.read(call.a2, Siginfo.self)
            guard info.si_signo == signal else { throw .EINVAL }
            guard (info.si_code < 0 && info.si_code != SignalCode.SI_TKILL) || file.process === sender else { throw .EPERM }
        }
        guard file.process.state != .dead else { throw .ESRCH }
        try send(info, signal, to: file.process, from: sender)
        return 0
    }

    private static func pidfdGetfd(_ call: Call) throws(Errno) -> Int {
        guard call.u2 == 0 else { throw .EINVAL }
        guard let file = try call.files.real(call.i0) as? PidFile else { throw .EBADF }
        guard file.process.state == .running else { throw .ESRCH }
        guard file.process === call.process || call.process.credentials.isPrivileged else { throw .EPERM }
        let target = try file.process.files.get(call.i1)
        return Int(try call.files.add(target, closeOnExec: true, limit: call.process.limits.openFiles))
    }
}
