// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Launch

@Suite(.serialized) struct ForegroundRunTests {
    private func run(_ arguments: String..., statistics: Bool = false) throws -> RunOutcome {
        var request = EnclaveRequest(root: .insecureHost)
        request.arguments = arguments.map { ByteText($0) }
        var options = RunOptions(kernel: Fixture.kernel)
        options.collectsStatistics = statistics
        return try ForegroundRun.run(request, options)
    }

    @Test(arguments: [Int32(0), 1, 70, 125, 255]) func exitCodeIsTheKernels(code: Int32) throws {
        #expect(try run("exit", "\(code)").end == .exited(code))
    }

    @Test func deathBySignalBecomes128PlusSignal() throws {
        let end = try run("die", "9").end
        #expect(end == .signalled(9))
        #expect(end.exitCode == 137)
    }

    @Test func statisticsComeBack() throws {
        let outcome = try run("statistics", statistics: true)
        #expect(outcome.statistics?["syscalls"]?.whole == 41)
        #expect(outcome.statistics?["host_calls"]?.whole == 7)
    }

    @Test func missingStatisticsAreNotInvented() throws {
        #expect(try run("exit", "0", statistics: true).statistics == nil)
    }

    @Test func noHostProcessOutlivesTheKernel() throws {
        // The stand-in leaves a sleeping child behind in its process group, and names it in its statistics.
        let outcome = try run("orphan", statistics: true)
        #expect(outcome.end == .exited(0))
        let orphan = try #require(outcome.statistics?["orphan"]?.whole.flatMap { Int32(exactly: $0) })
        for _ in 0..<200 where EnclaveEntry.startTicks(of: orphan) != nil { usleep(10_000) }
        #expect(EnclaveEntry.startTicks(of: orphan) == nil)
    }

    @Test func kernelThatCannotStartIsAnError() {
        #expect(throws: LaunchError.self) {
            try ForegroundRun.run(Fixture.request("x"), RunOptions(kernel: "/etc/passwd"))
        }
        #expect(throws: LaunchError.self) {
            try ForegroundRun.run(Fixture.request("x"), RunOptions(kernel: "/nonexistent"))
        }
    }

    @Test func requestThatTheKernelWouldRefuseIsRefusedBefore() {
        var request = Fixture.request("exit", "0")
        request.workingDirectory = "relative"
        #expect(throws: LaunchError.self) { try ForegroundRun.run(request, RunOptions(kernel: Fixture.kernel)) }
    }
}
