// SPDX-License-Identifier: Apache-2.0
// YAML to Manifest. Every key is known or an error; every error names key and line.

internal import Foundation
internal import StrictYAML

extension Manifest {
    public static let maximumSize = 1 << 20

    /// Reads a manifest file, or `cloister.yaml` of a folder.
    public static func load(from path: String) throws(ImageToolError) -> Manifest {
        let inside = path + "/cloister.yaml"
        let file = FileManager.default.fileExists(atPath: inside) ? inside : path
        if isFolder(file) {
            throw ImageToolError(
                .missing, "no cloister.yaml in this folder", at: "folder \(file)",
                next: "name a manifest, or make a folder with one by cloister new")
        }
        try NamedFile.manifest.checkReadable(file)
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ImageToolError(.manifest, "it cannot be read", at: "manifest \(file)")
        }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        do {
            return try Manifest(yaml: data, baseDirectory: folder)
        } catch {
            let place = error.line.map { "\(file) line \($0)" } ?? file
            throw ImageToolError(error.code, error.message, at: error.place ?? place, next: error.next)
        }
    }

    public init(yaml text: String, baseDirectory: String) throws(ImageToolError) {
        try self.init(yaml: Data(text.utf8), baseDirectory: baseDirectory)
    }

    private init(yaml data: Data, baseDirectory: String) throws(ImageToolError) {
        self.init(baseDirectory: baseDirectory)
        let document = try YAMLDocument.compose(
            Array(data), maximumSize: Self.maximumSize, "the manifest", failure: ImageToolError.self)
        guard let root = document else { throw ImageToolError(.manifest, "the manifest is empty") }
        let top = try YAMLMapping(
            root, of: "the manifest",
            known: [
                "name", "entry_point", "args", "working_directory", "user", "group", "hostname", "environment",
                "files", "packages", "essential", "documentation", "python_bytecode", "mounts", "limits",
                "insecure_host_mounts", "insecure_host_environment", "insecure_trace", "insecure_host_loopback",
                "passed_through", "secrets", "product_id", "security_version", "shield",
            ])
        settings = try RuntimeSettings(top)
        if let value = top.value("secrets") { secrets = try SecretSettings(value, for: settings) }
        if let value = top.value("shield") {
            let shield = try ShieldSettings(value, for: settings)
            self.shield = shield
            settings.shield = shield.ports
        }
        files = try FileRule.list(top)
        packages = try top.list("packages").map { (item) throws(ImageToolError) in try item.packageName() }
        includesEssential = try top.value("essential")?.boolean() ?? true
        includesDocumentation = try top.value("documentation")?.boolean() ?? false
        includesPythonBytecode = try top.value("python_bytecode")?.boolean() ?? false
    }
}

extension RuntimeSettings {
    fileprivate init(_ top: YAMLMapping) throws(ImageToolError) {
        self.init()
        name = try top.value("name")?.imageName() ?? ""
        entryPoint = try top.value("entry_point")?.absolutePath()
        arguments = try top.list("args").map { (item) throws(ImageToolError) in try item.string() }
        workingDirectory = try top.value("working_directory")?.absolutePath() ?? workingDirectory
        userID = try top.value("user")?.number(as: UInt32.self) ?? 0
        groupID = try top.value("group")?.number(as: UInt32.self) ?? userID
        hostname = try top.value("hostname")?.hostname() ?? hostname
        environment = try EnvironmentSettings(top)
        limits = try LimitSettings(top)
        insecureHostEnvironment = try top.value("insecure_host_environment")?.boolean() ?? false
        insecureHostLoopback = try top.value("insecure_host_loopback")?.boolean() == true ? true : nil
        insecureTrace = try top.value("insecure_trace")?.boolean() ?? false
        for item in try top.list("passed_through") { passedThrough.append(try item.choice()) }
        productID = try top.value("product_id")?.number(as: UInt16.self) ?? 0
        securityVersion = try top.value("security_version")?.number(as: UInt16.self) ?? 0
        for item in try top.list("mounts") {
            let mount = try YAMLMapping(item.node, of: "a mount", known: ["target", "read_only"])
            mounts.append(
                TemporaryMount(
                    target: try mount.required("target").absolutePath(),
                    isReadOnly: try mount.value("read_only")?.boolean() ?? false))
        }
        for item in try top.list("insecure_host_mounts") {
            let mount = try YAMLMapping(item.node, of: "a host mount", known: ["source", "target", "read_only"])
            insecureHostMounts.append(
                HostMount(
                    source: try mount.required("source").absolutePath(),
                    target: try mount.required("target").absolutePath(),
                    isReadOnly: try mount.value("read_only")?.boolean() ?? true))
        }
    }
}

extension EnvironmentSettings {
    fileprivate init(_ top: YAMLMapping) throws(ImageToolError) {
        self.init()
        guard let node = top.value("environment") else { return }
        let mapping = try YAMLMapping(node.node, of: "environment", known: ["trusted", "passed_through"])
        if let values = mapping.value("trusted") {
            for (key, value) in try YAMLMapping(values.node, of: "trusted", known: nil).entries {
                trusted[try key.variableName()] = try value.string()
            }
        }
        for item in try mapping.list("passed_through") {
            let variable = try item.variableName()
            guard trusted[variable] == nil || variable == "PATH" else {
                throw item.failure("\(variable) is both trusted and passed through")
            }
            if variable == "PATH" { trusted["PATH"] = nil }
            passedThrough.append(variable)
        }
    }
}

extension LimitSettings {
    fileprivate init(_ top: YAMLMapping) throws(ImageToolError) {
        self.init()
        guard let node = top.value("limits") else { return }
        let mapping = try YAMLMapping(node.node, of: "limits", known: ["memory", "processes", "descriptors"])
        memoryBytes = try mapping.value("memory")?.byteSize() ?? 0
        processes = try mapping.value("processes")?.number(as: UInt32.self) ?? 0
        descriptors = try mapping.value("descriptors")?.number(as: UInt32.self) ?? 0
    }
}

extension FileRule {
    /// `files:` is a map from host path to image path, or a list of maps with `from`, `to`, `mode`.
    fileprivate static func list(_ top: YAMLMapping) throws(ImageToolError) -> [FileRule] {
        guard let node = top.value("files") else { return [] }
        var rules: [FileRule] = []
        if node.isMapping {
            for (key, value) in try YAMLMapping(node.node, of: "files", known: nil).entries {
                rules.append(
                    FileRule(source: try key.string(), target: try value.absolutePath(), line: key.line))
            }
            return rules
        }
        for item in try top.list("files") {
            let rule = try YAMLMapping(item.node, of: "a file", known: ["from", "to", "mode"])
            rules.append(
                FileRule(
                    source: try rule.required("from").string(), target: try rule.required("to").absolutePath(),
                    mode: try rule.value("mode")?.permissions(), line: item.line))
        }
        return rules
    }
}
