// SPDX-License-Identifier: Apache-2.0
// Compiled Python modules beside their sources. Without them each start of Python compiles what it imports.
//
// A compiled file names its source's modification time (PEP 3147, PEP 552). Times in an image are normalised, so
// that field is set to the image's time; nothing else of the file changes.

internal import Foundation

enum PythonBytecode {
    private static let headerSize = 16

    /// The compiled file with the given source time, or nil when it is not a time-stamped one.
    static func retimed(_ bytes: [UInt8], to time: Int64) -> [UInt8]? {
        guard bytes.count > headerSize, bytes[4..<8].allSatisfy({ $0 == 0 }) else { return nil }
        var result = bytes
        let seconds = UInt32(truncatingIfNeeded: time)
        for index in 0..<4 { result[8 + index] = UInt8(truncatingIfNeeded: seconds >> UInt32(8 * index)) }
        return result
    }
}

extension FileTree {
    /// Adds the host's `__pycache__/NAME.*.pyc` of a source file.
    func addBytecode(of path: String, root: String, origin: String) throws(ImageToolError) {
        guard path.hasSuffix(".py"), let slash = path.lastIndex(of: "/") else { return }
        let cache = path[..<slash] + "/__pycache__"
        let stem = path[path.index(after: slash)...].dropLast(2)
        guard HostFile(root + cache) != nil else { return }
        for name in try HostFile.names(in: root + cache) where name.hasPrefix(stem) && name.hasSuffix(".pyc") {
            // The name between stem and suffix is the interpreter's tag, without a further module name.
            guard !name.dropFirst(stem.count).dropLast(4).contains(".") else { continue }
            guard let data = FileManager.default.contents(atPath: root + cache + "/" + name),
                let bytes = PythonBytecode.retimed(Array(data), to: ImageTime.current)
            else { continue }
            try add(cache + "/" + name, .file(.bytes(bytes)), mode: 0o644, origin: origin)
        }
    }
}

/// The one time stamp of everything in an image.
enum ImageTime {
    /// SOURCE_DATE_EPOCH (reproducible-builds.org), else 2024-01-01 00:00:00 UTC.
    static let current: Int64 =
        ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { Int64($0) } ?? 1_704_067_200
}
