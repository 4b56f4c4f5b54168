// SPDX-License-Identifier: Apache-2.0
import AttestationPolicy
import FuzzSupport
import Testing

@Suite struct LaunchFactsTests {
    private static func read(_ text: String) -> LaunchFacts? { LaunchFacts(document: Array(text.utf8)) }

    @Test func theDocumentIsRead() {
        let facts = Self.read(#"{"arguments":["/bin/a","b c"],"environment":["A=1","B=","C=x=y"]}"#)
        #expect(facts == LaunchFacts(arguments: ["/bin/a", "b c"], environment: ["A": "1", "B": "", "C": "x=y"]))
    }

    @Test func theAgentIsLeftOut() {
        let facts = Self.read(#"{"arguments":["/.cloister/agent","/bin/a"],"environment":["CLOISTER_BROKER=https://b","A=1"]}"#)
        #expect(facts == LaunchFacts(arguments: ["/bin/a"], environment: ["A": "1"]))
        let plain = Self.read(#"{"arguments":["/bin/a"],"environment":["CLOISTER_BROKER=https://b"]}"#)
        #expect(plain?.environment == ["CLOISTER_BROKER": "https://b"])
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"arguments":["a"]}"#, #"{"arguments":["a"],"environment":["A"]}"#,
        #"{"arguments":["a"],"environment":["A=1","A=2"]}"#, #"{"arguments":["\udc80"],"environment":[]}"#,
    ])
    func whatCannotBeReadSaysNothing(_ text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test func fuzzedDocumentsAreReadOrRefused() {
        var random = SeededGenerator(seed: 0xFAC7)
        let seed = Array(#"{"arguments":["/bin/a","b"],"environment":["A=1","B=2"]}"#.utf8)
        let rounds = FuzzBudget.spend { _ = LaunchFacts(document: mutated(seed, with: &random)) }
        #expect(rounds > 0)
    }
}
