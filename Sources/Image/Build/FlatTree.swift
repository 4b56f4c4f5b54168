// SPDX-License-Identifier: Apache-2.0
// The tree in its final order: breadth first, names sorted bytewise. Index + 1 is the inode number.

internal import Formats

struct FlatNode: Sendable {
    enum Kind: Sendable {
        /// Children, by index, in name order.
        case directory(children: Range<Int>)
        /// Index into the contents.
        case file(Int)
        case link([UInt8])
    }

    var name: [UInt8]
    var kind: Kind
    var mode: UInt32
    var parent: Int
    var subdirectoryCount = 0
}

struct FlatTree: Sendable {
    private(set) var nodes: [FlatNode] = []
    private(set) var contents: [FileContent] = []

    init(_ tree: FileTree) throws(ImageToolError) {
        var queue: [(node: TreeNode, index: Int)] = [(tree.root, 0)]
        nodes.append(FlatNode(name: [], kind: .directory(children: 0..<0), mode: tree.root.mode, parent: 0))
        var position = 0
        while position < queue.count {
            let (node, index) = queue[position]
            position += 1
            guard case .directory(let children) = node.kind else { continue }
            let first = nodes.count
            let named = children.map { (name: Array($0.key.utf8), node: $0.value) }
                .sorted { $0.name.lexicographicallyPrecedes($1.name) }
            for (name, child) in named {
                let kind: FlatNode.Kind
                switch child.kind {
                case .directory:
                    queue.append((child, nodes.count))
                    nodes[index].subdirectoryCount += 1
                    kind = .directory(children: 0..<0)
                case .file(let content):
                    kind = .file(contents.count)
                    contents.append(content)
                case .link(let target):
                    guard !target.isEmpty, target.utf8.count <= ImageFormat.maximumTargetLength else {
                        throw ImageToolError(.input, "\(child.origin): bad symbolic link \(target)")
                    }
                    kind = .link(Array(target.utf8))
                }
                nodes.append(FlatNode(name: name, kind: kind, mode: child.mode, parent: index))
            }
            nodes[index].kind = .directory(children: first..<nodes.count)
        }
    }
}
