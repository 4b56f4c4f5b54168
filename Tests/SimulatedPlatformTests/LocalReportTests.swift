// SPDX-License-Identifier: Apache-2.0
// SGX's local reports: who can check whose.

import Testing

@testable import SimulatedPlatform

@Suite("Local reports of the simulated machine")
struct LocalReportTests {
    /// As an enclave states itself to others.
    private func targetInfo(_ enclave: EnclaveStatement) -> [UInt8] {
        let body = SGXReportBody.make(enclave, PlatformTCB())
        var info = [UInt8](repeating: 0, count: 512)
        info.put(body[64..<96], at: 0)
        info.put(body[48..<64], at: 32)
        info.put(body[192..<256], at: 64)
        return info
    }

    @Test func `only the enclave it is for accepts it, on this machine, unchanged`() async throws {
        try await withFolder { folder in
            let platform = try SimulatedPlatform(folder: folder, now: testTime)
            let other = try SimulatedPlatform(folder: folder + "2", now: testTime)
            let sender = SealKeyTests.enclave(1)
            let receiver = SealKeyTests.enclave(9)
            let report = try platform.localReport(sender, for: targetInfo(receiver))
            #expect(report.count == 432)
            #expect(Array(report[64..<96]) == CloisterIdentity.mrenclave(sender))
            #expect(try platform.accepts(localReport: report, by: receiver))
            #expect(try !platform.accepts(localReport: report, by: sender))
            #expect(try !other.accepts(localReport: report, by: receiver))
            var debug = receiver
            debug.isDebug = true
            #expect(try !platform.accepts(localReport: report, by: debug))
            for at in [0, 64, 383, 420, 431] {
                var changed = report
                changed[at] ^= 1
                #expect(try !platform.accepts(localReport: changed, by: receiver), "\(at)")
            }
            #expect(try !platform.accepts(localReport: [], by: receiver))
            #expect(throws: PlatformError.self) { try platform.localReport(sender, for: []) }
        }
    }
}
