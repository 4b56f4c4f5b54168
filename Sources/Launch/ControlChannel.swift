// SPDX-License-Identifier: Apache-2.0
// The kernel's control protocol over one connection.
package import Formats

package struct ControlChannel: ~Copyable {
    let socket: Descriptor

    init(_ socket: consuming Descriptor) {
        self.socket = socket
    }

    package init(directory: String, name: String) throws(LaunchError) {
        socket = try System.connect(directory: directory, name: name)
    }

    package func send(_ request: ControlRequest, attaching fds: [Int32] = []) throws(LaunchError) {
        try System.send(request.encoded(), over: socket.number, attaching: fds)
    }

    /// The next message; nil when the kernel closed the connection.
    package func receive() throws(LaunchError) -> ControlReply? {
        let packet: [UInt8]
        do throws(LaunchError) {
            packet = try System.receive(socket.number, capacity: ControlProtocol.maximumPacketSize)
        } catch  where error.code == .hostFailure && error.what.contains("the other side closed") {
            return nil
        }
        if packet.isEmpty { return nil }
        do {
            return try ControlReply(decoding: packet)
        } catch {
            throw LaunchError(
                .badData, "the enclave's answer is malformed: \(error.code.text)", at: "control socket",
                next: "kernel and command may differ in version; rebuild both with make build")
        }
    }

    /// The next message, or an error when none comes in time.
    package func receive(withinMilliseconds limit: Int32) throws(LaunchError) -> ControlReply? {
        if try System.waitReadable([socket.number], timeoutMilliseconds: limit).isEmpty {
            throw LaunchError(
                .unavailable, "the enclave does not answer", at: "control socket",
                next: "see cloister logs, or end it with cloister stop --now")
        }
        return try receive()
    }
}
