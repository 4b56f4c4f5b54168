// SPDX-License-Identifier: Apache-2.0
// Another try for what can pass, for a bounded time.

struct Patience {
    /// About so long in all.
    static let limit = Duration.seconds(30)

    var elapsed: () -> Duration
    var sleep: (Duration) -> Void
    /// Told once, before the first wait.
    var report: (AgentFailure) -> Void

    /// The result of `work`, or its last failure.
    func retry<Result>(_ work: () throws(AgentFailure) -> Result) throws(AgentFailure) -> Result {
        var pause = Duration.milliseconds(250)
        var hasReported = false
        while true {
            let failure: AgentFailure
            do { return try work() } catch { failure = error }
            guard failure.mayPass, elapsed() + pause < Self.limit else { throw failure }
            if !hasReported { report(failure) }
            hasReported = true
            sleep(pause)
            pause = min(pause * 2, .seconds(4))
        }
    }
}
