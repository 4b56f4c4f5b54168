// SPDX-License-Identifier: Apache-2.0
// A folder of verified collateral, one file for each kind of platform, so that evidence can be verified without a network.
//
// What is stored was signed by its vendor: it can be old, but not wrong. The store never goes back to an older publication by itself.

public import Attestation
internal import Foundation

public struct CollateralStore: Sendable {
    public let folder: String
    private let verifier: Verifier

    public init(folder: String, roots: TrustedRoots = .production) {
        self.folder = folder
        verifier = Verifier(roots: roots)
    }

    /// CLOISTER_COLLATERAL, else $XDG_DATA_HOME/cloister/collateral, else ~/.local/share/cloister/collateral.
    public static func defaultFolder(environment: [String: String]) -> String? {
        func named(_ key: String) -> String? { environment[key].flatMap { $0.isEmpty ? nil : $0 } }
        if let folder = named("CLOISTER_COLLATERAL") { return folder }
        if let data = named("XDG_DATA_HOME") { return data + "/cloister/collateral" }
        return named("HOME").map { $0 + "/.local/share/cloister/collateral" }
    }

    /// One stored set.
    public struct Entry: Sendable, Equatable {
        public var summary: CollateralSummary
        public var collateral: Collateral
        public var path: String
    }

    /// Every set that can be read, by file name.
    public func entries() throws(CollateralStoreError) -> [Entry] { try read().entries }

    /// Every set, by file name, and what is wrong with the files that hold none: they do not keep the others from being used.
    public func read() throws(CollateralStoreError) -> (entries: [Entry], problems: [CollateralStoreError]) {
        guard FileManager.default.fileExists(atPath: folder) else { return ([], []) }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw CollateralStoreError(.store, "the folder cannot be listed", at: folder)
        }
        var entries: [Entry] = []
        var problems: [CollateralStoreError] = []
        for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            do throws(CollateralStoreError) {
                guard let data = FileManager.default.contents(atPath: path) else {
                    throw CollateralStoreError(.store, "the file cannot be read", at: path)
                }
                entries += try Self.decode(Array(data), at: path).map { (collateral) throws(CollateralStoreError) in
                    Entry(summary: try summary(of: collateral, at: path), collateral: collateral, path: path)
                }
            } catch {
                problems.append(
                    CollateralStoreError(error.code, error.message, at: path, next: "remove the file, or import its set anew"))
            }
        }
        return (entries, problems)
    }

    /// The set that `need` asks for, however old it is.
    public func find(_ need: CollateralNeed) throws(CollateralStoreError) -> Entry? {
        try entries().first { need.isMet(by: $0.summary) }
    }

    public enum Addition: Sendable, Equatable {
        case added
        case replaced
        /// The same or a newer publication is there already.
        case kept
    }

    /// Stores a set. One that does not verify is refused; an older one than the stored only replaces it when `allowsOlder`.
    public func add(_ collateral: Collateral, from place: String, allowsOlder: Bool = false) throws(CollateralStoreError) -> (
        CollateralSummary, Addition
    ) {
        let summary = try summary(of: collateral, at: place)
        if let reason = summary.reasons.first {
            throw CollateralStoreError(.refused, "\(reason.check.rawValue): \(reason.message) (\(reason.field))", at: place, next: reason.remedy)
        }
        let path = "\(folder)/\(summary.fileName)"
        let present = try entries().first { $0.path == path }?.summary
        if let present, !allowsOlder, !summary.isNewer(than: present) { return (present, .kept) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(Self.encode([collateral])).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CollateralStoreError(.store, "the file cannot be written", at: path, next: "check the folder and its free space")
        }
        return (summary, present == nil ? .added : .replaced)
    }

    private func summary(of collateral: Collateral, at place: String) throws(CollateralStoreError) -> CollateralSummary {
        switch verifier.summary(of: collateral) {
        case .success(let summary): return summary
        case .failure(let problem):
            let reason = problem.reasons.first
            let text = reason.map { "\($0.check.rawValue): \($0.message) (\($0.field))" } ?? "it is incomplete"
            throw CollateralStoreError(.refused, text, at: place, next: reason?.remedy ?? "fetch it again")
        }
    }
}

extension CollateralStore {
    /// One set, as other tools write it, or a list of sets, as `cloister collateral export` does.
    public static func decode(_ bytes: [UInt8], at place: String) throws(CollateralStoreError) -> [Collateral] {
        do {
            let data = Data(bytes)
            let isList = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == 0x5B
            return isList ? try JSONDecoder().decode([Collateral].self, from: data) : [try JSONDecoder().decode(Collateral.self, from: data)]
        } catch {
            throw CollateralStoreError(
                .format, "this is not collateral: it must be a JSON object with tcb_info, qe_identity, pck_crl and so on, or a list of such",
                at: place)
        }
    }

    public static func encode(_ sets: [Collateral]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(sets)) + [0x0A]
    }
}

extension CollateralSummary {
    /// Each part comes from a closed alphabet, so that evidence cannot choose a path.
    fileprivate var fileName: String {
        let parts = [tee.rawValue, fmspc, authority, product].compactMap(\.self)
        return parts.joined(separator: "-").filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.lowercased() + ".json"
    }

    /// No part goes back, and one goes forward: a new TCB info must not bring in an old revocation list.
    fileprivate func isNewer(than other: CollateralSummary) -> Bool {
        guard (evaluationNumber ?? 0) >= (other.evaluationNumber ?? 0) else { return false }
        guard other.issuedByPart.allSatisfy({ (issuedByPart[$0.key] ?? .min) >= $0.value }) else { return false }
        return (evaluationNumber ?? 0) > (other.evaluationNumber ?? 0)
            || other.issuedByPart.contains { (issuedByPart[$0.key] ?? .min) > $0.value } || expiresAt > other.expiresAt
    }
}
