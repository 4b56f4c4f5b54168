// SPDX-License-Identifier: Apache-2.0
// The difference between two images in words: why their measurements are not the same.

internal import Formats

public struct ImageDifference: Codable, Sendable, Equatable {
    public struct Change: Codable, Sendable, Equatable {
        public enum Part: String, Codable, Sendable {
            case kernel, manifest, file, signer
        }

        public var part: Part
        /// Manifest key, path, or empty.
        public var name: String
        public var text: String
    }

    /// True when signature and everything measured agree.
    public var isSame: Bool { changes.isEmpty }
    public var changes: [Change]

    public init(from oldPath: String, to newPath: String) throws(ImageToolError) {
        let old = try OpenedImage(path: oldPath)
        let new = try OpenedImage(path: newPath)
        changes = []
        if old.statement.kernelHash != new.statement.kernelHash {
            changes.append(Change(part: .kernel, name: "", text: "another kernel executable"))
        }
        Self.compare(
            Dictionary(uniqueKeysWithValues: old.manifest.facts().map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: new.manifest.facts().map { ($0.key, $0.value) }),
            part: .manifest, into: &changes
        ) { "was \($0), is \($1)" }
        if old.statement.rootHash != new.statement.rootHash {
            let before = try old.explainedFiles()
            let after = try new.explainedFiles()
            Self.compare(
                Dictionary(before.map { ($0.path, $0) }) { first, _ in first },
                Dictionary(after.map { ($0.path, $0) }) { first, _ in first },
                part: .file, into: &changes, describe: Self.describe)
            if changes.allSatisfy({ $0.part != .file }) {
                changes.append(Change(part: .file, name: "/", text: "only time stamps or the layout differ"))
            }
        }
        if old.signer != new.signer {
            changes.append(Change(part: .signer, name: "", text: "signed by another key"))
        }
    }

    private static func compare<Value: Equatable>(
        _ old: [String: Value], _ new: [String: Value], part: Change.Part, into changes: inout [Change],
        describe: (Value, Value) -> String
    ) {
        for key in Set(old.keys).union(new.keys).sorted() {
            switch (old[key], new[key]) {
            case (let before?, let after?) where before != after:
                changes.append(Change(part: part, name: key, text: describe(before, after)))
            case (_?, nil): changes.append(Change(part: part, name: key, text: "removed"))
            case (nil, _?): changes.append(Change(part: part, name: key, text: "added"))
            default: continue
            }
        }
    }

    private static func describe(_ old: ImageExplanation.File, _ new: ImageExplanation.File) -> String {
        var words: [String] = []
        if old.mode != new.mode { words.append("mode was \(old.mode), is \(new.mode)") }
        if old.size != new.size { words.append("size was \(old.size), is \(new.size)") }
        if old.target != new.target {
            words.append("points to \(new.target ?? "nothing"), was \(old.target ?? "nothing")")
        }
        if old.hash != new.hash, old.size == new.size { words.append("content differs, same size") }
        return words.joined(separator: "; ")
    }
}
