// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Launch

@Suite struct ImpatienceTests {
    @Test func thirdRequestWithinTwoSecondsInsists() {
        var impatience = Impatience()
        #expect(!impatience.insists(on: Signals.SIGINT, atMicroseconds: 0))
        #expect(!impatience.insists(on: Signals.SIGINT, atMicroseconds: 500_000))
        #expect(impatience.insists(on: Signals.SIGTERM, atMicroseconds: 900_000))
    }

    @Test func slowRequestsAndOtherSignalsDoNot() {
        var impatience = Impatience()
        for second in Int64(0)..<5 {
            #expect(!impatience.insists(on: Signals.SIGINT, atMicroseconds: second * 1_500_000))
            #expect(!impatience.insists(on: Signals.SIGUSR1, atMicroseconds: second * 1_500_000))
        }
    }
}
