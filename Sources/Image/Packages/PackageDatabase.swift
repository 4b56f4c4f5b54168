// SPDX-License-Identifier: Apache-2.0
// Reads what dpkg knows: installed packages, their relations, files, diversions.

internal import Foundation

struct DebianPackage: Sendable, Equatable {
    var name: String
    var version: String
    var architecture: String
    /// Depends and Pre-Depends: all of these, each by one of its alternatives.
    var dependencies: [[String]]
    var provides: [String]
    /// Others may use it without declaring that they depend on it (Debian policy 3.8).
    var isEssential: Bool

    init?(fields: [Substring: Substring]) {
        guard let name = fields["Package"], let version = fields["Version"] else { return nil }
        self.name = String(name)
        self.version = String(version)
        architecture = String(fields["Architecture"] ?? "")
        dependencies = Self.relations(fields["Pre-Depends"]) + Self.relations(fields["Depends"])
        provides = Self.relations(fields["Provides"]).flatMap { $0 }
        isEssential = fields["Essential"] == "yes"
    }

    /// `a (>= 1) | b:any, c` becomes [[a, b], [c]]. Versions need no check: dpkg keeps installed packages consistent.
    private static func relations(_ text: Substring?) -> [[String]] {
        (text ?? "").split(separator: ",").map { group in
            group.split(separator: "|").compactMap { item in
                item.split(whereSeparator: { " \t\n(:[<".contains($0) }).first.map(String.init)
            }
        }
    }
}

struct PackageDatabase: Sendable {
    /// "/" or the root of another Debian tree.
    let root: String
    private var installed: [String: DebianPackage] = [:]
    private var providers: [String: [String]] = [:]
    /// Diverted path to where it went and for whom, dpkg-divert(1).
    private var diversions: [String: (target: String, owner: String)] = [:]

    init(root: String = "") throws(ImageToolError) {
        self.root = root
        guard let data = FileManager.default.contents(atPath: root + "/var/lib/dpkg/status") else {
            throw ImageToolError(.package, "no package database at \(root)/var/lib/dpkg/status; packages need Debian")
        }
        for fields in Self.paragraphs(String(decoding: data, as: UTF8.self))
        where fields["Status"]?.hasSuffix(" installed") == true {
            guard let package = DebianPackage(fields: fields) else { continue }
            // A foreign architecture never replaces the native one.
            if let known = installed[package.name], known.architecture == "amd64" || known.architecture == "all" {
                continue
            }
            installed[package.name] = package
        }
        for package in installed.values.sorted(by: { $0.name < $1.name }) {
            for name in package.provides { providers[name, default: []].append(package.name) }
        }
        loadDiversions()
    }

    func package(_ name: String) -> DebianPackage? { installed[name] }

    var essentialPackages: [String] { installed.values.filter(\.isEssential).map(\.name).sorted() }

    /// The installed package that satisfies `name`, itself or by Provides.
    func provider(of name: String) -> DebianPackage? {
        installed[name] ?? providers[name]?.first.flatMap { installed[$0] }
    }

    /// Paths as they lie in the root, diversions applied.
    func files(of package: DebianPackage) throws(ImageToolError) -> [String] {
        let base = root + "/var/lib/dpkg/info/" + package.name
        let data =
            FileManager.default.contents(atPath: base + ".list")
            ?? FileManager.default.contents(atPath: base + ":" + package.architecture + ".list")
        guard let data else { throw ImageToolError(.package, "no file list of package \(package.name)") }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init).map { path in
            guard let diversion = diversions[path], diversion.owner != package.name else { return path }
            return diversion.target
        }
    }

    private mutating func loadDiversions() {
        guard let data = FileManager.default.contents(atPath: root + "/var/lib/dpkg/diversions") else { return }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        for start in stride(from: 0, to: lines.count - 2, by: 3) {
            diversions[lines[start]] = (lines[start + 1], lines[start + 2])
        }
    }

    /// deb822(5) paragraphs: only the fields used here, folded lines joined.
    static func paragraphs(_ text: String) -> [[Substring: Substring]] {
        let wanted: Set<Substring> = [
            "Package", "Version", "Architecture", "Status", "Depends", "Pre-Depends", "Provides",
            "Essential",
        ]
        var result: [[Substring: Substring]] = []
        var fields: [Substring: Substring] = [:]
        var current: Substring?
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.isEmpty {
                if !fields.isEmpty { result.append(fields) }
                fields = [:]
                current = nil
            } else if line.first == 0x20 || line.first == 0x09 {
                if let current, let value = fields[current] { fields[current] = value + Substring(line) }
            } else if let colon = line.firstIndex(of: 0x3A) {
                let key = Substring(line[..<colon])
                current = wanted.contains(key) ? key : nil
                guard current != nil else { continue }
                let value = line[line.index(after: colon)...].drop { $0 == 0x20 }
                fields[key] = Substring(value)
            }
        }
        if !fields.isEmpty { result.append(fields) }
        return result
    }
}
