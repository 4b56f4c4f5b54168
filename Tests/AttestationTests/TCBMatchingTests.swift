// SPDX-License-Identifier: Apache-2.0
// Which status follows from the levels that platform, TDX module and quoting enclave have reached.

import Testing

@testable import Attestation

@Suite struct TCBMatching {
    typealias Shape = SimulatedVendor.QuoteShape
    typealias Knobs = SimulatedVendor.Knobs
    typealias Level = SimulatedVendor.Level

    private func status(_ shape: Shape, _ knobs: Knobs) throws -> VerificationResult {
        let vendor = try SimulatedVendor()
        let result = Verifier(roots: try vendor.roots)
            .verify(try vendor.quote(shape), collateral: try vendor.collateral(knobs), now: SimulatedVendor.now)
        #expect(result.reasons == [])
        return result
    }

    /// Status of the level, of the part, and of both together.
    static let convergence: [(String, String, String)] = [
        ("UpToDate", "UpToDate", "UpToDate"),
        ("UpToDate", "OutOfDate", "OutOfDate"),
        ("SWHardeningNeeded", "OutOfDate", "OutOfDate"),
        ("ConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
        ("ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
        ("OutOfDate", "OutOfDate", "OutOfDate"),
        ("OutOfDateConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
        ("Revoked", "OutOfDate", "Revoked"),
        ("UpToDate", "Revoked", "Revoked"),
        ("OutOfDate", "Revoked", "Revoked"),
        ("Revoked", "UpToDate", "Revoked"),
        ("SWHardeningNeeded", "UpToDate", "SWHardeningNeeded"),
        ("ConfigurationNeeded", "UpToDate", "ConfigurationNeeded"),
        ("ConfigurationAndSWHardeningNeeded", "UpToDate", "ConfigurationAndSWHardeningNeeded"),
    ]

    @Test(arguments: convergence)
    func theModuleDrawsTheStatusDown(_ row: (level: String, part: String, both: String)) throws {
        var knobs = Knobs()
        knobs.levels[0].status = row.level
        knobs.modules[0].levels = [(5, row.part)]
        #expect(try status(Shape(), knobs).status?.rawValue == row.both)
    }

    @Test(arguments: convergence, [true, false])
    func theQuotingEnclaveDrawsTheStatusDown(_ row: (level: String, part: String, both: String), _ isTDX: Bool) throws {
        var knobs = Knobs()
        knobs.levels[0].status = row.level
        knobs.enclaveLevels = [(4, row.part)]
        knobs.isTDX = isTDX
        let result = try status(Shape(version: isTDX ? 4 : 3, bodyType: isTDX ? 2 : 1), knobs)
        #expect(result.status?.rawValue == row.both)
    }

    @Test func levelsAreTriedFromNewToOldWhateverTheirOrder() throws {
        var knobs = Knobs()
        knobs.levels = [
            Level(sgx: 3, tdx: 3, status: "OutOfDate", advisories: ["INTEL-SA-3"]), Level(sgx: 9, tdx: 9),
            Level(sgx: 5, tdx: 5, status: "SWHardeningNeeded", advisories: ["INTEL-SA-5"]),
        ]
        let result = try status(Shape(), knobs)
        #expect(result.status == .swHardeningNeeded)
        #expect(result.advisories == [Advisory(id: "INTEL-SA-5", tcbDate: "2026-01-01T00:00:00Z", component: .platform)])
        // The platform is new enough, the TD report is not: an older level applies.
        let older = try status(Shape(teeTCBSVN: [5, 1, 4] + [UInt8](repeating: 5, count: 13)), knobs)
        #expect(older.status == .outOfDate && older.advisories.map(\.id) == ["INTEL-SA-3"])
    }

    @Test func olderThanEveryLevelIsNotSupported() throws {
        var knobs = Knobs()
        knobs.levels = [Level(sgx: 6)]
        #expect(try status(Shape(), knobs).status == .notSupported)
        knobs.levels = [Level(pceSVN: 14)]
        #expect(try status(Shape(), knobs).status == .notSupported)
        knobs.levels = [Level(tdx: 6)]
        #expect(try status(Shape(), knobs).status == .notSupported)
        knobs = Knobs()
        knobs.modules[0].levels = [(6, "UpToDate")]
        #expect(try status(Shape(), knobs).status == .notSupported)
        knobs = Knobs()
        knobs.enclaveLevels = [(5, "UpToDate")]
        #expect(try status(Shape(), knobs).status == .notSupported)
    }

    @Test func withoutAModuleVersionTheFirstComponentsCount() throws {
        var knobs = Knobs()
        knobs.modules = []
        let old = Shape(teeTCBSVN: [5, 0] + [UInt8](repeating: 5, count: 14))
        #expect(try status(old, knobs).status == .notSupported)
        knobs.levels = [Level(tdx: 0)]
        #expect(try status(old, knobs).status == .upToDate)
        #expect(try status(old, knobs).components.map(\.component) == [.platform, .quotingEnclave])
    }

    /// Level, module that the TD was started under, module that runs now, SGX level, and the status.
    @Test func relaunchIsAdvisedWhenOnlyTheModuleOfTheStartIsOld() throws {
        var knobs = Knobs()
        knobs.levels = [Level(sgx: 5, tdx: 5, status: "UpToDate"), Level(sgx: 5, tdx: 3, status: "OutOfDate")]
        knobs.modules[0].levels = [(5, "UpToDate"), (3, "OutOfDate")]
        func shape(current: [UInt8], body: UInt16 = 3) -> Shape {
            Shape(
                version: 5, bodyType: body, teeTCBSVN: [3, 1] + [UInt8](repeating: 3, count: 14),
                teeTCBSVN2: current + [UInt8](repeating: 5, count: 16 - current.count))
        }
        #expect(try status(shape(current: [5, 1, 5]), knobs).status == .relaunchAdvised)
        #expect(try status(shape(current: [5, 0, 5]), knobs).status == .relaunchAdvised)
        #expect(try status(shape(current: [4, 1, 5]), knobs).status == .outOfDate)
        #expect(try status(shape(current: [5, 1, 4]), knobs).status == .outOfDate)
        let vendor = try SimulatedVendor()
        let unknown = Verifier(roots: try vendor.roots)
            .verify(try vendor.quote(shape(current: [5, 2, 5])), collateral: try vendor.collateral(knobs), now: SimulatedVendor.now)
        #expect(unknown.reasons.map(\.field) == ["tee_tcb_svn2"] && unknown.status == nil)
        #expect(try status(shape(current: [5, 1, 5], body: 2), knobs).status == .outOfDate)
        knobs.levels[0].status = "ConfigurationNeeded"
        #expect(try status(shape(current: [5, 1, 5]), knobs).status == .relaunchAdvisedConfigurationNeeded)
        knobs.enclaveLevels = [(4, "OutOfDate")]
        #expect(try status(shape(current: [5, 1, 5]), knobs).status == .outOfDate)
    }
}
