// SPDX-License-Identifier: Apache-2.0
// The way from a kernel to the service that answers for the platform. The service starts with the first question.
internal import CLaunch

final class PlatformSocket {
    private let choice: PlatformChoice
    private var kernelSide: Int32
    private var serviceSide: Int32

    init(_ choice: PlatformChoice) throws(LaunchError) {
        self.choice = choice
        let ends = try System.check(claunch_socket_pair(), "create", "platform socket")
        kernelSide = Int32(truncatingIfNeeded: ends)
        serviceSide = Int32(truncatingIfNeeded: ends >> 32)
    }

    deinit {
        closeKernelEnd()
        if serviceSide >= 0 { claunch_close(serviceSide) }
    }

    var kernelEnd: Int32 { kernelSide }
    var serviceEnd: Int32 { serviceSide }

    /// The kernel has its own copy by now.
    func closeKernelEnd() {
        if kernelSide >= 0 { claunch_close(kernelSide) }
        kernelSide = -1
    }

    /// Leaves a process that waits for the first question, answers it and all others, and ends with the enclave.
    func startService(errors: Int32) throws(LaunchError) {
        try System.spawnService(choice, socket: serviceSide, errors: errors)
    }
}
