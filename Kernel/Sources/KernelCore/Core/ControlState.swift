// SPDX-License-Identifier: Apache-2.0
//
// What prctl(2) sets and nothing else needs; inherited by fork as a whole.

public struct ControlState {
    public var timerSlack: UInt64 = 50_000
    public var defaultTimerSlack: UInt64 = 50_000
    public var isHugePageDisabled = false
    public var memoryDenyWriteExecute: Int32 = 0
    public var machineCheckKill: Int32 = 2
    public var isIOFlusher = false
    public init() {}
}
