// SPDX-License-Identifier: Apache-2.0
// Lists every path of an image's root, from verified metadata only.

internal import Formats

struct RootItem: Sendable {
    var path: String
    var inode: Inode
    /// Of a symbolic link.
    var target: String?
}

extension ImageFileSystem {
    /// All items in path order of a depth-first walk. A directory reached twice is an error, not an endless walk.
    func walk() throws(ImageError) -> [RootItem] {
        var items: [RootItem] = []
        var seen: Set<UInt32> = []
        var stack: [(path: String, number: UInt32)] = [("/", ImageFormat.rootInode)]
        while let (path, number) = stack.popLast() {
            let inode = try inode(number)
            let target = inode.kind == .symbolicLink ? try linkTarget(number) : nil
            items.append(
                RootItem(path: path, inode: inode, target: target.map { String(decoding: $0, as: UTF8.self) }))
            guard inode.kind == .directory else { continue }
            guard seen.insert(number).inserted else { throw .badDirectory(number) }
            let prefix = path == "/" ? "/" : path + "/"
            for entry in try entries(of: number, from: 0, limit: Int(inode.entryCount)).reversed() {
                stack.append((prefix + String(decoding: entry.name, as: UTF8.self), entry.inode))
            }
        }
        return items
    }
}
