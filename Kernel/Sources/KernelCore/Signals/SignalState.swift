// SPDX-License-Identifier: Apache-2.0
//
// What signals remember besides the pending ones: dispositions, stops, timers of a process.

import LinuxABI
import Machine

/// Dispositions (CLONE_SIGHAND shares the object).
public final class SignalActions {
    public var table: [KernelSigaction] = Array(repeating: KernelSigaction(), count: 65)
    public init() {}
    public func copy() -> SignalActions {
        let new = SignalActions()
        new.table = table
        return new
    }
    /// The action of a valid signal.
    @inline(__always) public subscript(_ signal: Int32) -> KernelSigaction {
        get { signal >= 1 && signal <= 64 ? table[Int(signal)] : KernelSigaction() }
        set { if signal >= 1 && signal <= 64 { table[Int(signal)] = newValue } }
    }
}

/// Job-control state of a process.
public struct StopState {
    public var isStopped = false
    public var signal: Int32 = 0
    /// Reported to wait with WUNTRACED / WCONTINUED once each.
    public var stopUnreported = false
    public var continueUnreported = false
    /// Stopped threads sleep here.
    public let queue = WaitQueue()
    public init() {}
}

/// alarm, setitimer and timer_create.
public struct ProcessTimers {
    public var intervals: [IntervalTimer?] = [nil, nil, nil]
    public var posix: [PosixTimer] = []
    public var nextPosixID: Int32 = 0
    /// RLIMIT_CPU.
    var processorTime: ProcessorTimeLimit?
    public init() {}
}
