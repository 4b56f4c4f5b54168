// SPDX-License-Identifier: Apache-2.0
// What the builder needs to know of a host file, links not followed.

internal import Foundation

struct HostFile: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case directory
        case regular
        case link(String)
        case other
    }

    var kind: Kind
    var mode: UInt32
    var size: UInt64
    var inode: UInt64
    /// Only compared, never stored in an image.
    var modified: Double

    /// Nil when nothing is there.
    init?(_ path: String) {
        guard let found = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        mode = (found[.posixPermissions] as? NSNumber)?.uint32Value ?? 0
        size = (found[.size] as? NSNumber)?.uint64Value ?? 0
        inode = (found[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
        modified = (found[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        switch found[.type] as? FileAttributeType {
        case .typeRegular?: kind = .regular
        case .typeDirectory?: kind = .directory
        case .typeSymbolicLink?:
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return nil }
            kind = .link(target)
        default: kind = .other
        }
    }

    /// Names in a directory, sorted bytewise.
    static func names(in directory: String) throws(ImageToolError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        } catch {
            throw ImageToolError(.input, "cannot be listed", at: "folder \(directory)", next: "check its permissions")
        }
        // Bytes that are no UTF-8 arrive as a replacement character, under which no file, or another one, is found.
        for (index, name) in names.enumerated() where name.unicodeScalars.contains("\u{FFFD}") {
            guard HostFile(directory + "/" + name) != nil, index == 0 || names[index - 1] != name else {
                throw ImageToolError(
                    .input, "a file name is not UTF-8: '\(name)'", at: "folder \(directory)",
                    next: "rename the file, or leave it out")
            }
        }
        return names
    }
}
