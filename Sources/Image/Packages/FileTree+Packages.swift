// SPDX-License-Identifier: Apache-2.0
// Puts a package's files into the tree, as they are: content, mode bits, links.

extension FileTree {
    struct PackageOptions {
        var includesDocumentation: Bool
        var includesPythonBytecode: Bool
    }

    /// Returns files that the package lists but the host lacks (hosts may exclude some; that is no error).
    @discardableResult
    func add(
        _ source: PackageSource, from database: PackageDatabase, _ options: PackageOptions
    ) throws(ImageToolError) -> [String] {
        let origin = "package \(source.package.name)"
        let root: String
        let paths: [String]
        switch source.location {
        case .installed:
            root = database.root
            paths = try database.files(of: source.package) + Self.generatedFiles(source.package.name)
        case .unpacked(let folder):
            root = folder
            paths = try Self.allPaths(below: folder)
        }
        var missing: [String] = []
        for path in paths where path != "/." && (options.includesDocumentation || !Self.isDocumentation(path)) {
            guard let file = HostFile(root + path) else {
                missing.append(path)
                continue
            }
            switch file.kind {
            case .directory: try addDirectory(path, mode: file.mode, origin: origin)
            case .regular:
                try add(path, .file(.host(root + path)), mode: file.mode, origin: origin)
                if options.includesPythonBytecode { try addBytecode(of: path, root: root, origin: origin) }
            case .link(let target):
                // A host with merged /usr has links where an old package lists directories; ours are in place.
                if let present = resolve(path), case .directory = present.kind { continue }
                try add(path, .link(target), mode: 0o777, origin: origin)
            case .other: throw ImageToolError(.package, "\(origin): \(path) is a special file")
            }
        }
        return missing
    }

    /// Files that maintainer scripts create and programs need.
    private static func generatedFiles(_ package: String) throws(ImageToolError) -> [String] {
        switch package {
        case "ca-certificates": ["/etc/ssl/certs/ca-certificates.crt"]
        case "locales": ["/usr/lib/locale/locale-archive"]
        default: []
        }
    }

    private static func isDocumentation(_ path: String) -> Bool {
        ["/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/lintian/", "/usr/share/bug/"]
            .contains { path.hasPrefix($0) }
    }

    private static func allPaths(below folder: String) throws(ImageToolError) -> [String] {
        var result: [String] = []
        var queue = [""]
        while let base = queue.popLast() {
            for name in try HostFile.names(in: folder + base) {
                let path = base + "/" + name
                result.append(path)
                if HostFile(folder + path)?.kind == .directory { queue.append(path) }
            }
        }
        return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
