// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import cloister_agent

@Suite struct PatienceTests {
    private final class Bench {
        var time = Duration.zero
        var pauses: [Duration] = []
        var reports = 0
        var tries = 0

        func patience() -> Patience {
            Patience(
                elapsed: { self.time },
                sleep: {
                    self.pauses.append($0)
                    self.time += $0
                }, report: { _ in self.reports += 1 })
        }
    }

    private static let passing = AgentFailure(.unavailable, "later", next: "wait", mayPass: true)
    private static let final = AgentFailure(.refused, "never", next: "ask")

    @Test func whatCanPassIsTriedAgainForABoundedTime() {
        let bench = Bench()
        #expect(throws: Self.passing) {
            try bench.patience().retry { () throws(AgentFailure) in
                bench.tries += 1
                throw Self.passing
            }
        }
        #expect(bench.time <= Patience.limit && bench.time > .seconds(25))
        #expect(bench.tries == bench.pauses.count + 1)
        #expect(bench.pauses.prefix(3) == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(bench.reports == 1)
    }

    @Test func aRefusalIsFinal() {
        let bench = Bench()
        #expect(throws: Self.final) { try bench.patience().retry { () throws(AgentFailure) in throw Self.final } }
        #expect(bench.pauses.isEmpty && bench.reports == 0)
    }

    @Test func aLaterTrySucceeds() throws {
        let bench = Bench()
        let result = try bench.patience().retry { () throws(AgentFailure) -> Int in
            bench.tries += 1
            if bench.tries < 3 { throw Self.passing }
            return 7
        }
        #expect(result == 7 && bench.tries == 3)
    }

    @Test func theBrokersWordsAreOnePrintableLine() {
        let line = AgentFailure(.refused, "a\nb\u{1B}[31m\u{9B}" + String(repeating: "x", count: 5000), next: "c").line
        #expect(line.hasPrefix("cloister-agent: error: a?b?[31m?xxx"))
        #expect(line.unicodeScalars.count < 1300 && line.unicodeScalars.filter { $0 == "\n" }.count == 1)
    }
}
