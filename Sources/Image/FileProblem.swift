// SPDX-License-Identifier: Apache-2.0
// Why a file that the user named cannot be read or made: in their words, before anything else is tried.

internal import Foundation

/// Also through a symbolic link.
func isFolder(_ path: String) -> Bool {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType == .typeDirectory
}

/// What kind of file it was meant to be.
enum NamedFile: String {
    case image, key, manifest, kernel

    /// An error when `path` is no file that can be read.
    func checkReadable(_ path: String) throws(ImageToolError) {
        let place = "\(rawValue) \(path)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw ImageToolError(.missing, "no such file", at: place, next: remedy)
        }
        if isFolder(path) {
            throw ImageToolError(.missing, "it is a folder, not a file", at: place, next: remedy)
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw ImageToolError(.denied, "permission denied", at: place, next: "check who may read it: ls -l \(path)")
        }
    }

    private var remedy: String {
        switch self {
        case .image: "check the path, or build it with cloister build"
        case .key: "check the path, or make one with cloister keys new"
        case .manifest: "check the path, or make one with cloister new"
        case .kernel: "check the path, or build it with make kernel"
        }
    }
}
