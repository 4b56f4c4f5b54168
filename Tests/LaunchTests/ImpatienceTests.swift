// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Launch

@Suite struct ImpatienceTests {
    /// Feeds (signal, time) pairs; the answers in order.
    private func answers(_ events: [(Int32, Int64)]) -> [Bool] {
        var impatience = Impatience()
        return events.map { impatience.insists(on: $0.0, atMicroseconds: $0.1) }
    }

    @Test func thirdRequestWithinTwoSecondsInsists() {
        let events = [(Signals.SIGINT, Int64(0)), (Signals.SIGINT, 500_000), (Signals.SIGTERM, 900_000)]
        #expect(answers(events) == [false, false, true])
    }

    @Test func slowRequestsAndOtherSignalsDoNot() {
        let slow = (Int64(0)..<5).map { (Signals.SIGINT, $0 * 1_500_000) }
        #expect(!answers(slow).contains(true))
        #expect(!answers(Array(repeating: (Signals.SIGUSR1, Int64(0)), count: 5)).contains(true))
    }
}
