// SPDX-License-Identifier: Apache-2.0
// The links of update-alternatives(1), such as /usr/bin/awk -> /etc/alternatives/awk -> /usr/bin/mawk.
//
// No package lists them. For each group the candidate of highest priority that the image has is taken, whatever the
// host chose: the same packages give the same links on any machine.

internal import Foundation

struct AlternativeGroup: Equatable {
    struct Link: Equatable {
        var name: String
        var path: String
    }

    struct Candidate: Equatable {
        var priority: Int
        /// One target per link, the master's first; empty where a candidate lacks a slave.
        var targets: [String]
    }

    var links: [Link]
    var candidates: [Candidate]

    /// The administrative file: status, master link, slave names and links, an empty line, then candidates with
    /// priority and slave targets, up to an empty line.
    init?(name: String, text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        guard lines.popFirst() != nil, let master = lines.popFirst() else { return nil }
        links = [Link(name: name, path: master)]
        while let slave = lines.popFirst(), !slave.isEmpty {
            guard let path = lines.popFirst() else { return nil }
            links.append(Link(name: slave, path: path))
        }
        candidates = []
        while let target = lines.popFirst(), !target.isEmpty {
            guard let priority = lines.popFirst().flatMap({ Int($0) }), lines.count >= links.count - 1 else {
                return nil
            }
            candidates.append(Candidate(priority: priority, targets: [target] + lines.prefix(links.count - 1)))
            lines = lines.dropFirst(links.count - 1)
        }
    }
}

extension FileTree {
    func addAlternatives(from database: PackageDatabase) throws(ImageToolError) {
        let folder = database.root + "/var/lib/dpkg/alternatives"
        guard HostFile(folder) != nil else { return }
        for name in try HostFile.names(in: folder) {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name),
                let group = AlternativeGroup(name: name, text: String(decoding: data, as: UTF8.self))
            else { continue }
            try add(group)
        }
    }

    private func add(_ group: AlternativeGroup) throws(ImageToolError) {
        let usable = group.candidates.filter { $0.targets.first.map(contains) == true }
        guard let best = usable.max(by: { ($0.priority, $1.targets[0]) < ($1.priority, $0.targets[0]) }) else { return }
        for (link, target) in zip(group.links, best.targets) where !target.isEmpty && contains(target) {
            try add("/etc/alternatives/" + link.name, .link(target), mode: 0o777, origin: "alternatives")
            if !contains(link.path) {
                try add(link.path, .link("/etc/alternatives/" + link.name), mode: 0o777, origin: "alternatives")
            }
        }
    }
}
