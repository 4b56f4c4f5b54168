// SPDX-License-Identifier: Apache-2.0
// `cloister.yaml`: what goes into an image and how it runs. Reference: docs/manifest.md.

public struct Manifest: Sendable, Equatable {
    public var settings = RuntimeSettings()
    public var files: [FileRule] = []
    /// Fetched by the agent before the program begins.
    public var secrets: SecretSettings?
    /// Ports that are wrapped in attested TLS.
    public var shield: ShieldSettings?
    /// Debian packages, without their dependencies.
    public var packages: [String] = []
    /// Add Debian's essential packages, on which others depend without saying so: sh, libc-bin, coreutils and their like.
    public var includesEssential = true
    /// Keep /usr/share/doc, man and info of packages.
    public var includesDocumentation = false
    /// Take compiled Python modules that the host has beside a package's sources.
    public var includesPythonBytecode = false
    /// Folder against which relative host paths are resolved.
    public var baseDirectory: String

    public init(baseDirectory: String) { self.baseDirectory = baseDirectory }
}

/// Host files to copy and where to.
public struct FileRule: Sendable, Equatable {
    /// A path or glob (`*`, `?`, `[…]`, `**`), relative to the manifest's folder unless absolute.
    public var source: String
    /// Absolute path in the image. Ending in `/`: the folder to put them in.
    public var target: String
    /// Permission bits; nil: 0755 for folders and executables, 0644 otherwise.
    public var mode: UInt32?
    public var line: Int

    public init(source: String, target: String, mode: UInt32? = nil, line: Int = 0) {
        self.source = source
        self.target = target
        self.mode = mode
        self.line = line
    }
}
