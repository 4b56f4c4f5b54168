// SPDX-License-Identifier: Apache-2.0
// Answers one enclave's kernel until it ends. Nothing of a request or an answer is logged.
internal import Formats
internal import Launch

package struct PlatformService<Backend: EvidenceBackend> {
    private var backend: Backend
    private let socket: Int32

    package init(_ backend: Backend, socket: Int32) {
        self.backend = backend
        self.socket = socket
    }

    /// Returns when the other side is gone.
    package mutating func run() throws {
        while true {
            let packet: [UInt8]
            do throws(LaunchError) {
                packet = try System.receive(socket, capacity: PlatformProtocol.maximumPacketSize)
            } catch  where error.what.contains("the other side closed") { return }
            if packet.isEmpty { return }
            // A packet that is no request names nobody to answer to.
            guard let request = try? PlatformRequest(decoding: packet) else { continue }
            try System.send(answer(request).encoded(), over: socket)
        }
    }

    mutating func answer(_ request: PlatformRequest) -> PlatformReply {
        do throws(BackendError) {
            return PlatformReply(number: request.number, body: try body(request))
        } catch {
            try? System.write(Array("cloister-platform: \(error.message)\n".utf8), to: 2, name: "standard error")
            return PlatformReply(number: request.number, body: .failure(errno: error.code.rawValue))
        }
    }

    private mutating func body(_ request: PlatformRequest) throws(BackendError) -> PlatformReply.Body {
        switch request.body {
        case .evidence(let format, let reportData):
            return try backend.evidence(format, request.identity, reportData: reportData)
        case .localReport(let targetInfo, let reportData):
            return .localReport(try backend.localReport(request.identity, targetInfo: targetInfo, reportData: reportData))
        case .sealKey(let policy, let securityVersion, let label):
            return .key(
                try backend.sealKey(policy, request.identity, securityVersion: securityVersion, label: label))
        }
    }
}
