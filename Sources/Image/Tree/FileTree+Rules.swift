// SPDX-License-Identifier: Apache-2.0
// Copies of host files into the tree, as the `files:` section of a manifest asks.

extension FileTree {
    func add(_ rule: FileRule, relativeTo base: String) throws(ImageToolError) {
        let source = rule.source.hasPrefix("/") ? rule.source : base + "/" + rule.source
        let isPattern = Glob.isPattern(rule.source)
        let matches = isPattern ? try Glob.expand(source) : [source]
        guard !matches.isEmpty else {
            throw ImageToolError(.manifest, "no file matches \(rule.source)", line: rule.line)
        }
        let intoFolder = isPattern || rule.target.hasSuffix("/")
        for path in matches {
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            // A folder named with `/` at its target's end is copied under its own name, like `cp -r`.
            let target = intoFolder ? rule.target + "/" + name : rule.target
            try copy(path, to: target, rule)
        }
    }

    private func copy(_ path: String, to target: String, _ rule: FileRule) throws(ImageToolError) {
        guard let file = HostFile(path) else {
            throw ImageToolError(.manifest, "file not found: \(rule.source)", line: rule.line)
        }
        let origin = "files: \(rule.source)"
        switch file.kind {
        case .directory:
            try addDirectory(target, mode: 0o755, origin: origin)
            for name in try HostFile.names(in: path) {
                try copy(path + "/" + name, to: target + "/" + name, rule)
            }
        case .regular:
            // The umask of whoever checked the files out must not change the measurement.
            let mode = rule.mode ?? (file.mode & 0o111 != 0 ? 0o755 : 0o644)
            try add(target, .file(.host(path)), mode: mode, origin: origin)
        case .link(let destination): try add(target, .link(destination), mode: 0o777, origin: origin)
        case .other:
            throw ImageToolError(
                .manifest, "\(path) is neither a file, a folder nor a symbolic link", line: rule.line)
        }
    }
}
