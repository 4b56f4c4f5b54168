// SPDX-License-Identifier: Apache-2.0
//
// Files and directories of an image as a lower layer.

import Formats
import LinuxABI
import Machine

final class ImageLower: LowerNode {
    private let tree: ImageTree
    private let number: UInt32

    /// The image's root directory.
    static func root(_ image: BootConfig.ImageReference) throws(BootError) -> (node: ImageLower, firstFree: UInt64) {
        let tree: ImageTree
        do { tree = try ImageTree(image) } catch { throw .image(error) }
        return (ImageLower(tree, ImageFormat.rootInode), UInt64(tree.files.superblock.inodeCount) + 1)
    }

    private init(_ tree: ImageTree, _ number: UInt32) {
        self.tree = tree
        self.number = number
        super.init()
    }

    private func inode() throws(Errno) -> Formats.Inode {
        do { return try tree.files.inode(number) } catch { throw ImageTree.report(error) }
    }

    override func attributes() throws(Errno) -> LowerAttributes {
        let inode = try inode()
        guard inode.size <= UInt64(FileContent.maximumSize) else { throw .EIO }
        let time = Timespec(tv_sec: inode.modificationTime, tv_nsec: 0)
        return LowerAttributes(
            number: UInt64(number), mode: inode.mode, uid: inode.userID, gid: inode.groupID, linkCount: inode.linkCount,
            size: Int64(inode.size), device: inode.kind == .characterDevice || inode.kind == .blockDevice ? inode.start : 0,
            accessTime: time, modificationTime: time, changeTime: time)
    }

    override func list() throws(Errno) -> [LowerEntry] {
        var result: [LowerEntry] = []
        do {
            while true {
                let entries = try tree.files.entries(of: number, from: UInt32(truncatingIfNeeded: result.count), limit: 1024)
                if entries.isEmpty { return result }
                for entry in entries {
                    result.append(LowerEntry(name: entry.name, number: UInt64(entry.inode), type: entry.type))
                }
            }
        } catch { throw ImageTree.report(error) }
    }

    override func child(_ name: [UInt8], _ number: UInt64) -> LowerNode {
        ImageLower(tree, UInt32(truncatingIfNeeded: number))
    }

    override func linkTarget() throws(Errno) -> [UInt8] {
        do { return try tree.files.linkTarget(number) } catch { throw ImageTree.report(error) }
    }

    override func contentSource() throws(Errno) -> ContentSource {
        let inode = try inode()
        guard let first = tree.files.block(of: inode, containing: 0) else { throw .EIO }
        return ImageContent(tree, first)
    }
}

private final class ImageContent: ContentSource {
    private let tree: ImageTree
    private let first: UInt64
    init(_ tree: ImageTree, _ first: UInt64) {
        self.tree = tree
        self.first = first
        super.init()
    }
    override func load(offset: Int64, count: Int, to address: KernelAddress) throws(Errno) {
        guard offset >= 0, offset & 4095 == 0, count > 0 else { throw .EIO }
        do { try tree.blocks.load(first &+ UInt64(offset / 4096), count: (count + 4095) / 4096, to: address) } catch {
            throw ImageTree.report(error)
        }
    }
}
