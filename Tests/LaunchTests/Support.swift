// SPDX-License-Identifier: Apache-2.0
// Shared by the launcher's tests: the stand-in kernel and a scratch state folder.
import Foundation

@testable import Launch

enum Fixture {
    /// See fake-kernel.py: a stand-in that takes the kernel's descriptors and decodes its configuration on its own.
    static var kernel: String {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
        return here + "/Fixtures/fake-kernel.py"
    }

    /// A registry of its own; the folder is removed afterwards.
    static func withRegistry(_ body: (Registry) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let registry = Registry(try StateDirectory(environment: ["CLOISTER_STATE": path]))
        defer {
            for entry in (try? registry.running()) ?? [] {
                _ = try? ResidentStop.stop(entry, graceSeconds: 0, in: registry)
            }
        }
        try body(registry)
    }

    static func request(_ arguments: String...) -> EnclaveRequest {
        var request = EnclaveRequest(root: .insecureHost)
        request.arguments = arguments.map { ByteText($0) }
        return request
    }
}
