// SPDX-License-Identifier: Apache-2.0
// Writes /etc/ld.so.cache as ldconfig(8) would, for the libraries in the image.
//
// Without it the dynamic linker probes several folders for each library. Format: glibc sysdeps/generic/dl-cache.h,
// "glibc-ld.so.cache1.1", entries in descending order of _dl_cache_libcmp.

extension FileTree {
    private static let libraryFolders = [
        "/usr/local/lib/x86_64-linux-gnu", "/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
        "/lib", "/usr/lib",
    ]

    /// Replaces nothing that the manifest supplied, and adds nothing to an image without glibc.
    func addLibraryCache() throws(ImageToolError) {
        guard contains("/lib64/ld-linux-x86-64.so.2"), !contains("/etc/ld.so.cache") else { return }
        var paths: [String: String] = [:]
        for folder in Self.libraryFolders {
            guard let node = resolve(folder), case .directory(let children) = node.kind else { continue }
            for name in children.keys where isLibrary(name) && paths[name] == nil {
                guard let file = resolve(folder + "/" + name), case .file = file.kind else { continue }
                paths[name] = folder + "/" + name
            }
        }
        let bytes = LibraryCache.encode(paths)
        try add("/etc/ld.so.cache", .file(.bytes(bytes)), mode: 0o644, origin: "cloister")
    }

    /// `libNAME.so.N` and the linker itself; not the unversioned development links, nor linker scripts.
    private func isLibrary(_ name: String) -> Bool {
        (name.hasPrefix("lib") || name.hasPrefix("ld-")) && name.contains(".so.")
    }
}

enum LibraryCache {
    private static let magic = Array("glibc-ld.so.cache1.1".utf8)
    private static let headerSize = 48
    private static let entrySize = 24
    /// FLAG_ELF_LIBC6 | FLAG_X8664_LIB64
    private static let flags: UInt32 = 0x0303

    static func encode(_ paths: [String: String]) -> [UInt8] {
        let sorted = paths.sorted { compare(Array($0.key.utf8), Array($1.key.utf8)) > 0 }
        let stringsStart = headerSize + entrySize * sorted.count
        var entries: [UInt8] = []
        var strings: [UInt8] = []
        func intern(_ text: String) -> UInt32 {
            let offset = UInt32(stringsStart + strings.count)
            strings += Array(text.utf8) + [0]
            return offset
        }
        for (name, path) in sorted {
            entries += little(flags) + little(intern(name)) + little(intern(path))
            entries += [UInt8](repeating: 0, count: 12)
        }
        // The byte 2 says little-endian; no extensions.
        var header = magic + little(UInt32(sorted.count)) + little(UInt32(strings.count)) + [2, 0, 0, 0]
        header += [UInt8](repeating: 0, count: headerSize - header.count)
        return header + entries + strings
    }

    /// _dl_cache_libcmp: digits compare as numbers and sort behind other characters.
    static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var (first, second) = (left[...], right[...])
        while let one = first.first {
            guard let two = second.first else { return 1 }
            if isDigit(one) {
                guard isDigit(two) else { return 1 }
                let (number1, number2) = (popNumber(&first), popNumber(&second))
                if number1 != number2 { return number1 < number2 ? -1 : 1 }
            } else if isDigit(two) {
                return -1
            } else if one != two {
                return Int(one) - Int(two)
            } else {
                first.removeFirst()
                second.removeFirst()
            }
        }
        return second.isEmpty ? 0 : -1
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func popNumber(_ text: inout ArraySlice<UInt8>) -> Int {
        var value = 0
        while let byte = text.first, isDigit(byte) {
            value = value &* 10 &+ Int(byte - 0x30)
            text.removeFirst()
        }
        return value
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}
