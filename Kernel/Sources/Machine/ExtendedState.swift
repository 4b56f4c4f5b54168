// SPDX-License-Identifier: Apache-2.0
//
// Extended state (x87, SSE, AVX, …) in signal frames.

import CMachine

extension Machine {
    /// Bytes of the extended state in a signal frame, with the mark that follows it.
    public static var frameStateBytes: UInt64 { UInt64(xstateBytes) &+ 4 }

    /// Copies the running thread's saved area to a guest's frame.
    public static func writeFrameState(to address: UInt64) -> Bool {
        // SAFETY: the guest's range is checked; the copy recovers from faults.
        guard UserMemory.isValid(address, frameStateBytes) else { return false }
        return cm_xstate_put(ThreadBlock.current.xstate.value, address) == 0
    }

    /// Copies what the host saved when it interrupted the guest. `host` comes from the host-signal handler.
    public static func writeFrameState(fromHostFrame host: UInt64, to address: UInt64) -> Bool {
        guard UserMemory.isValid(address, frameStateBytes), host != 0 else { return false }
        guard cm_xstate_put(host, address) == 0 else { return false }
        cm_xstate_init(host)
        return true
    }

    /// Loads the running thread's area from a guest's frame.
    public static func readFrameState(from address: UInt64) -> Bool {
        guard UserMemory.isValid(address, frameStateBytes) else { return false }
        return cm_xstate_get(address) == 0
    }

    /// Makes the running thread's area the initial state.
    public static func initializeExtendedState() { cm_xstate_init(ThreadBlock.current.xstate.value) }
}

extension ThreadBlock {
    /// The vector registers of the gate's frame as a signal handler finds them.
    public func clearVectorFrame() { unsafe cm_clear_vector_frame(pointer) }
}
