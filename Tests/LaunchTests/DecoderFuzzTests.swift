// SPDX-License-Identifier: Apache-2.0
// Random damage to valid input: every decoder must return or throw, never trap. `make fuzz` runs it for longer.
import Formats
import FuzzSupport
import Testing

@testable import Launch

@Suite struct DecoderFuzzTests {
    private func fuzz(_ seeds: [[UInt8]], seed: UInt64, _ decode: ([UInt8]) -> Void) {
        var generator = SeededGenerator(seed: seed)
        let rounds = FuzzBudget.spend {
            for one in seeds { decode(mutated(one, with: &generator)) }
        }
        #expect(rounds > 0)
    }

    @Test func bootConfig() {
        var request = Fixture.request("/bin/sh", "-c", "true")
        request.environment = ["A=1", "PATH=/bin"]
        request.mounts = [
            BootConfig.Mount(kind: .host, source: [0x2F, 0x61], target: [0x2F, 0x62], isReadOnly: true)
        ]
        fuzz([request.bootConfig.encoded()], seed: 101) { _ = try? BootConfig(decoding: $0) }
    }

    @Test func controlMessages() {
        let exec = ExecRequest(arguments: [[0x61], [0x62, 0x63]], environment: [[0x41, 0x3D, 0x31]])
        let requests: [ControlRequest] = [.exec(exec), .signal(15), .stop(graceSeconds: 3)]
        fuzz(requests.map { $0.encoded() }, seed: 102) { _ = try? ControlRequest(decoding: $0) }
        let replies: [ControlReply] = [.failure(errno: 2, message: [0x78]), .exited(code: 1)]
        fuzz(replies.map { $0.encoded() }, seed: 103) { _ = try? ControlReply(decoding: $0) }
    }

    @Test func certificateTable() {
        let table = [UInt8](repeating: 1, count: 16) + [48, 0, 0, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 24) + [1, 2, 3]
        fuzz([table], seed: 106) { _ = CertificateTable.certificates($0) }
    }

    @Test func imageHeader() {
        let header = Array(repeating: UInt8(0), count: ImageFormat.blockSize)
        fuzz([header], seed: 104) { _ = try? ImageHeader(decoding: $0) }
    }

    @Test func json() {
        let text = #"{"name":"a","pid":12,"insecure":["x"],"real":1.5e3,"nested":{"a":[null,true,"\u00e9"]}}"#
        fuzz([Array(text.utf8)], seed: 105) { _ = try? JSON(parsing: $0) }
    }
}
