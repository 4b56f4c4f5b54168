// SPDX-License-Identifier: Apache-2.0
// Random damage to valid input: every decoder must return or throw, never trap. `make fuzz` runs it for longer.
import Formats
import Foundation
import Testing

@testable import Launch

@Suite struct DecoderFuzzTests {
    private static let seconds =
        Double(ProcessInfo.processInfo.environment["CLOISTER_FUZZ_SECONDS"] ?? "") ?? 0.3

    /// A generator with a printed seed, so that a failure can be repeated.
    private struct Source: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func damage(_ original: [UInt8], _ source: inout Source) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &source) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &source)
            switch UInt8.random(in: 0..<5, using: &source) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &source)
            case 1: bytes[at] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &source) ?? 0
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...8, using: &source)))
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &source), at: at)
            default: bytes.removeLast(bytes.count - at)
            }
        }
        return bytes
    }

    private func fuzz(_ seeds: [[UInt8]], _ decode: ([UInt8]) -> Void) {
        var source = Source(state: UInt64.random(in: 0...UInt64.max))
        print("fuzz seed \(source.state)")
        let end = Date().addingTimeInterval(Self.seconds)
        while Date() < end {
            for seed in seeds { decode(damage(seed, &source)) }
        }
    }

    @Test func bootConfig() {
        var request = Fixture.request("/bin/sh", "-c", "true")
        request.environment = ["A=1", "PATH=/bin"]
        request.mounts = [
            BootConfig.Mount(kind: .host, source: [0x2F, 0x61], target: [0x2F, 0x62], isReadOnly: true)
        ]
        fuzz([request.bootConfig.encoded()]) { _ = try? BootConfig(decoding: $0) }
    }

    @Test func controlMessages() {
        let exec = ExecRequest(arguments: [[0x61], [0x62, 0x63]], environment: [[0x41, 0x3D, 0x31]])
        let requests: [ControlRequest] = [.exec(exec), .signal(15), .stop(graceSeconds: 3)]
        fuzz(requests.map { $0.encoded() }) { _ = try? ControlRequest(decoding: $0) }
        let replies: [ControlReply] = [.failure(errno: 2, message: [0x78]), .exited(code: 1)]
        fuzz(replies.map { $0.encoded() }) { _ = try? ControlReply(decoding: $0) }
    }

    @Test func imageHeader() {
        let header = Array(repeating: UInt8(0), count: ImageFormat.blockSize)
        fuzz([header]) { _ = try? ImageHeader(decoding: $0) }
    }

    @Test func json() {
        let text = #"{"name":"a","pid":12,"insecure":["x"],"real":1.5e3,"nested":{"a":[null,true,"\u00e9"]}}"#
        fuzz([Array(text.utf8)]) { _ = try? JSON(parsing: $0) }
    }
}
