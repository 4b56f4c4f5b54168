// SPDX-License-Identifier: Apache-2.0
// Sealing keys: which enclave gets which.

import Testing

@testable import SimulatedPlatform

@Suite("Sealing keys of the simulated machine")
struct SealKeyTests {
    static func enclave(_ measurement: UInt8 = 1, signer: UInt8 = 2, product: UInt16 = 3, version: UInt16 = 4) -> EnclaveStatement {
        var statement = EnclaveStatement(
            measurement: [UInt8](repeating: measurement, count: 48), signer: [UInt8](repeating: signer, count: 32),
            reportData: [UInt8](repeating: 0, count: 64))
        statement.productID = product
        statement.securityVersion = version
        return statement
    }

    static func key(
        _ platform: SimulatedPlatform, _ policy: SealRequest.Policy, _ enclave: EnclaveStatement, version: UInt16? = nil, label: String = "a"
    ) throws -> [UInt8] {
        try platform.sealKey(
            SealRequest(policy: policy, enclave: enclave, securityVersion: version ?? enclave.securityVersion, label: Array(label.utf8)))
    }

    @Test func `a newer version gets the older one's key, never the other way round`() async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            let old = Self.enclave(1, version: 4)
            let new = Self.enclave(9, version: 5)
            let sealed = try Self.key(platform, .signer, old)
            #expect(try Self.key(platform, .signer, new, version: 4) == sealed)
            #expect(try Self.key(platform, .signer, new) != sealed)
            let error = #expect(throws: PlatformError.self) { try Self.key(platform, .signer, old, version: 5) }
            #expect(error?.code == .refused)
        }
    }

    @Test func `each part of the identity decides`() async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            let base = Self.enclave()
            let byMeasurement = try Self.key(platform, .measurement, base)
            let bySigner = try Self.key(platform, .signer, base)
            var debug = base
            debug.isDebug = true
            #expect(byMeasurement.count == 32)
            #expect(byMeasurement != bySigner)
            #expect(try Self.key(platform, .measurement, base) == byMeasurement)
            #expect(try Self.key(platform, .measurement, Self.enclave(7)) != byMeasurement)
            #expect(try Self.key(platform, .signer, Self.enclave(7)) == bySigner)
            #expect(try Self.key(platform, .signer, Self.enclave(signer: 7)) != bySigner)
            #expect(try Self.key(platform, .signer, Self.enclave(product: 7)) != bySigner)
            #expect(try Self.key(platform, .signer, debug) != bySigner)
            #expect(try Self.key(platform, .signer, base, label: "b") != bySigner)
            let other = try SimulatedPlatform(folder: folder + "2", now: testTime)
            #expect(try Self.key(other, .signer, base) != bySigner)
        }
    }

    @Test func `nobody has a key by signer without one`() async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            var unsigned = Self.enclave()
            unsigned.signer = [UInt8](repeating: 0, count: 32)
            #expect(throws: PlatformError.self) { try Self.key(platform, .signer, unsigned) }
        }
    }
}
