// SPDX-License-Identifier: Apache-2.0
// The root file system while it is put together: a tree of names, resolved as Linux would.

/// Where a regular file's bytes come from.
enum FileContent: Sendable, Equatable {
    case host(String)
    case bytes([UInt8])
}

final class TreeNode {
    enum Kind {
        case directory([String: TreeNode])
        case file(FileContent)
        case link(String)
    }

    var kind: Kind
    var mode: UInt32
    /// Who put it there, for messages.
    var origin: String

    init(_ kind: Kind, mode: UInt32, origin: String) {
        self.kind = kind
        self.mode = mode
        self.origin = origin
    }
}

/// Parents are created on demand and symbolic links on the way are followed, so `/bin/sh` lands in `/usr/bin`.
struct FileTree {
    let root = TreeNode(.directory([:]), mode: 0o755, origin: "cloister")

    /// Adds a directory; one that exists, also through a link, keeps its content and gets the new mode.
    func addDirectory(_ path: String, mode: UInt32, origin: String) throws(ImageToolError) {
        let node = try directory(components(path), origin: origin)
        node.mode = mode
    }

    /// Adds a file or link, replacing a file or link of the same name, never a directory.
    func add(_ path: String, _ kind: TreeNode.Kind, mode: UInt32, origin: String) throws(ImageToolError) {
        let parts = components(path)
        guard let name = parts.last else { throw ImageToolError(.input, "\(origin): '\(path)' is not a file name") }
        guard name.utf8.count <= 255 else { throw ImageToolError(.input, "\(origin): name too long: \(path)") }
        let parent = try directory(Array(parts.dropLast()), origin: origin)
        guard case .directory(var children) = parent.kind else { return }
        if let existing = children[name], case .directory = existing.kind {
            throw ImageToolError(.input, "\(origin): \(path) is already a directory (from \(existing.origin))")
        }
        children[name] = TreeNode(kind, mode: mode, origin: origin)
        parent.kind = .directory(children)
    }

    /// The node at `path`, all links followed, the last one included; nil when there is none.
    func resolve(_ path: String) -> TreeNode? {
        var budget = 40
        return try? walk(root, components(path)[...], parents: [], budget: &budget, origin: nil)
    }

    func contains(_ path: String) -> Bool { resolve(path) != nil }

    private func components(_ path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map(String.init).filter { $0 != "." }
    }

    private func directory(_ parts: [String], origin: String) throws(ImageToolError) -> TreeNode {
        var budget = 40
        let node = try walk(root, parts[...], parents: [], budget: &budget, origin: origin)
        guard let node, case .directory = node.kind else {
            throw ImageToolError(.input, "\(origin): /\(parts.joined(separator: "/")) is not a directory")
        }
        return node
    }

    /// Follows names from `start`; with an `origin`, missing directories are created.
    private func walk(
        _ start: TreeNode, _ parts: ArraySlice<String>, parents: [TreeNode], budget: inout Int, origin: String?
    ) throws(ImageToolError) -> TreeNode? {
        var parents = parents
        var current = start
        var rest = parts
        while let name = rest.popFirst() {
            if name == ".." {
                current = parents.popLast() ?? root
                continue
            }
            guard case .directory(var children) = current.kind else { return nil }
            guard let next = children[name] else {
                guard let origin else { return nil }
                let made = TreeNode(.directory([:]), mode: 0o755, origin: origin)
                children[name] = made
                current.kind = .directory(children)
                parents.append(current)
                current = made
                continue
            }
            if case .link(let target) = next.kind {
                budget -= 1
                guard budget > 0 else { throw ImageToolError(.input, "too many levels of symbolic links at \(name)") }
                rest = components(target)[...] + rest
                if target.hasPrefix("/") {
                    current = root
                    parents = []
                }
                continue
            }
            parents.append(current)
            current = next
        }
        return current
    }
}
