// SPDX-License-Identifier: Apache-2.0
//
// signalfd(2): reads take the signals of the reading thread and its process.

import LinuxABI
import Machine

final class SignalFile: OpenFile {
    var set: SignalSet
    /// Who opened it: its queue is what pollers wait on.
    private let owner: Process

    init(_ set: SignalSet, flags: Int32, _ owner: Process) {
        self.set = set
        self.owner = owner
        super.init(flags: Open.O_RDWR | flags & Open.O_NONBLOCK, inode: kernel.channels.sharedAnonymousInode)
    }

    override func read(_ buffer: inout IOBuffer, _ thread: Thread) throws(Errno) -> Int {
        let size = MemoryLayout<SignalfdSiginfo>.size
        guard buffer.remaining >= size else { throw .EINVAL }
        var done = 0
        while buffer.remaining >= size {
            if let (signal, info) = Signals.take(thread, set) {
                _ = try buffer.put(SignalFile.encode(signal, info))
                done += size
                continue
            }
            if done > 0 { break }
            if isNonblocking { throw .EAGAIN }
            let result = thread.sleep(on: thread.process.signalQueue)
            if result == .interrupted && !hasSignal(thread) { throw thread.interrupted(.ifHandlerAllows) }
        }
        return done
    }

    private func hasSignal(_ thread: Thread) -> Bool {
        !thread.pending.set.union(thread.process.pending.set).intersection(set).isEmpty
    }

    override func poll() -> PollEvents {
        var pending = owner.pending.set
        if let thread = ThreadBlock.current.object(Thread.self) {
            // A thread of another process (after fork) sees its own signals.
            pending = thread.process === owner ? pending.union(thread.pending.set) : pending
            if thread.process !== owner { pending = thread.pending.set.union(thread.process.pending.set) }
        }
        return pending.intersection(set).isEmpty ? 0 : PollEvents(Poll.POLLIN)
    }
    override var waitQueue: WaitQueue? { owner.signalQueue }
    override var linkText: [UInt8] { [UInt8]("anon_inode:[signalfd]") }

    /// `struct signalfd_siginfo`; which fields mean something depends on the code.
    private static func encode(_ signal: Int32, _ info: Siginfo) -> [UInt8] {
        var out = SignalfdSiginfo()
        out.ssi_signo = UInt32(bitPattern: signal)
        out.ssi_errno = info.si_errno
        out.ssi_code = info.si_code
        switch info.si_code {
        case SignalCode.SI_TIMER:
            out.ssi_tid = UInt32(bitPattern: info.si_timerid)
            out.ssi_overrun = UInt32(bitPattern: info.si_overrun)
            out.ssi_ptr = info.si_value
            out.ssi_int = Int32(truncatingIfNeeded: info.si_value)
        case SignalCode.SI_QUEUE, SignalCode.SI_MESGQ:
            out.ssi_pid = UInt32(bitPattern: info.si_pid)
            out.ssi_uid = info.si_uid
            out.ssi_ptr = info.si_value
            out.ssi_int = Int32(truncatingIfNeeded: info.si_value)
        default:
            if info.si_code > 0 && info.si_code < SignalCode.SI_KERNEL && PendingSignals.synchronous.contains(signal) {
                out.ssi_addr = info.si_addr
            } else if signal == Signal.SIGIO && info.si_code > 0 && info.si_code < SignalCode.SI_KERNEL {
                out.ssi_band = UInt32(truncatingIfNeeded: info.si_band)
                out.ssi_fd = info.si_fd
            } else {
                out.ssi_pid = UInt32(bitPattern: info.si_pid)
                out.ssi_uid = info.si_uid
                if signal == Signal.SIGCHLD {
                    out.ssi_status = info.si_status
                    out.ssi_utime = UInt64(bitPattern: info.si_utime)
                    out.ssi_stime = UInt64(bitPattern: info.si_stime)
                }
                if info.si_code < 0 && info.si_code != SignalCode.SI_TKILL {
                    out.ssi_ptr = info.si_value
                    out.ssi_int = Int32(truncatingIfNeeded: info.si_value)
                }
            }
        }
        return SignalFile.bytes(out)
    }

    private static func bytes(_ value: SignalfdSiginfo) -> [UInt8] {
        var b: [UInt8] = []
        b.reserveCapacity(128)
        b.append(littleEndian: value.ssi_signo)
        b.append(littleEndian: value.ssi_errno)
        b.append(littleEndian: value.ssi_code)
        b.append(littleEndian: value.ssi_pid)
        b.append(littleEndian: value.ssi_uid)
        b.append(littleEndian: value.ssi_fd)
        b.append(littleEndian: value.ssi_tid)
        b.append(littleEndian: value.ssi_band)
        b.append(littleEndian: value.ssi_overrun)
        b.append(littleEndian: value.ssi_trapno)
        b.append(littleEndian: value.ssi_status)
        b.append(littleEndian: value.ssi_int)
        b.append(littleEndian: value.ssi_ptr)
        b.append(littleEndian: value.ssi_utime)
        b.append(littleEndian: value.ssi_stime)
        b.append(littleEndian: value.ssi_addr)
        b.append(contentsOf: repeatElement(0, count: 128 - b.count))
        return b
    }
}
