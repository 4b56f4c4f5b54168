// SPDX-License-Identifier: Apache-2.0
// What a verification found, in words for people who have not read Intel's and AMD's manuals.
import Attestation

struct PlainVerdict: Codable, Sendable, Equatable {
    enum Level: String, Codable, Sendable {
        /// Hardware vouches for it and nothing is to be done.
        case good
        /// It holds, and something is to be known about it.
        case warning
        /// Nothing can be built on it.
        case bad
    }

    var level: Level
    /// One or two words.
    var title: String
    /// Whole sentences.
    var sentences: [String]

    init(_ result: VerificationResult) {
        guard result.verdict == .valid, let claims = result.claims else {
            self = Self.refused(result)
            return
        }
        if claims.tee == .sample {
            self.init(.bad, "Unsigned", "It is test evidence that nobody signs: anybody can make it, and it proves nothing.")
        } else if result.isSimulated {
            self.init(.warning, "Simulated", "Every check holds, but the platform is simulated: no hardware protects this enclave from its host.")
        } else {
            self.init(.good, "Genuine", "\(Self.maker(of: claims.tee)) vouches for the hardware, and every check of the evidence holds.")
        }
        addPlatform(result)
        if claims.isDebug { add(.bad, "It is in debug mode: its host can read its memory.") }
        if claims.isMigratable { add(.warning, "It may be moved to another machine.") }
        if claims.signer == nil, claims.tee != .sample { sentences.append("The evidence names no signer; only the measurement says what runs.") }
    }

    /// Refused before there was a result.
    init(refusedBecause reason: String) {
        self.init(.bad, "Refused", reason.capitalizedSentence + ".")
    }

    private init(_ level: Level, _ title: String, _ sentences: String...) {
        self.level = level
        self.title = title
        self.sentences = sentences
    }

    private static func refused(_ result: VerificationResult) -> PlainVerdict {
        guard !result.reasons.isEmpty else { return PlainVerdict(refusedBecause: "the evidence cannot be read") }
        var verdict = PlainVerdict(.bad, "Refused")
        verdict.sentences = result.reasons.prefix(4).map { "\($0.message.capitalizedSentence) (\($0.field)). What to do: \($0.remedy)." }
        if result.reasons.count > 4 { verdict.sentences.append("\(result.reasons.count - 4) more checks failed.") }
        return verdict
    }

    private mutating func addPlatform(_ result: VerificationResult) {
        if let status = result.status {
            let level: Level =
                switch status {
                case .upToDate: .good
                case .revoked, .notSupported: .bad
                default: .warning
                }
            add(level, "The platform is \(status.rawValue): \(status.meaning).")
        }
        let ids = Set(result.advisories.map(\.id)).sorted()
        if !ids.isEmpty {
            let shown = ids.prefix(6).joined(separator: ", ") + (ids.count > 6 ? " and \(ids.count - 6) more" : "")
            sentences.append("Published weaknesses that apply: \(shown).")
        }
        if let snp = result.claims?.snp {
            if snp.vmpl != 0 { add(.warning, "It was asked for at privilege level \(snp.vmpl), below the most privileged software of the guest.") }
            sentences.append("AMD publishes no list of current firmware: a policy must name the least versions with tcb minimum.")
        }
    }

    private mutating func add(_ level: Level, _ sentence: String) {
        if level == .bad || self.level == .good { self.level = level }
        sentences.append(sentence)
    }

    private static func maker(of tee: TEE) -> String {
        switch tee {
        case .sgx: "Intel SGX"
        case .tdx: "Intel TDX"
        case .snp: "AMD SEV-SNP"
        case .sample: "Nobody"
        }
    }
}

extension String {
    var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() }
}
