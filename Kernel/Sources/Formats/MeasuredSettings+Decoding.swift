// SPDX-License-Identifier: Apache-2.0
// From the manifest's bytes to settings. Field names are those of Sources/Image/Manifest; an unknown one is an error, because it
// could be a rule that this kernel would not keep.

extension MeasuredSettings {
    /// The version of the manifest's schema that this kernel knows.
    public static let version: UInt64 = 3

    public init(decoding manifest: [UInt8]) throws(ImageError) {
        self.init()
        var cursor = ManifestCursor(manifest)
        var settings = MeasuredSettings()
        try cursor.object(["packages", "settings", "version"]) { (cursor, field) throws(ImageError) in
            switch field {
            // Which packages the root was made of does not matter to a run.
            case 0: try cursor.members { (cursor, _) throws(ImageError) in _ = try cursor.string() }
            case 1: try settings.read(&cursor)
            default:
                guard try cursor.number(upTo: UInt64(UInt32.max)) == Self.version else { throw cursor.failure }
            }
        }
        guard cursor.isAtEnd else { throw cursor.failure }
        self = settings
    }

    private static var fields: [String] {
        [
            "entryPoint", "arguments", "workingDirectory", "userID", "groupID", "hostname", "environment", "mounts",
            "insecureHostMounts", "limits", "passedThrough", "insecureHostEnvironment", "insecureTrace", "productID",
            "securityVersion", "insecureHostLoopback", "name", "shield",
        ]
    }

    private mutating func read(_ cursor: inout ManifestCursor) throws(ImageError) {
        var settings = self
        var hostMounts: [BootConfig.Mount] = []
        try cursor.object(Self.fields, optional: [0, 15, 17]) { (cursor, field) throws(ImageError) in
            switch field {
            case 0: settings.entryPoint = try cursor.string()
            case 1: settings.arguments = try cursor.strings()
            case 2: settings.workingDirectory = try cursor.string()
            case 3: settings.userID = try cursor.number32()
            case 4: settings.groupID = try cursor.number32()
            case 5: settings.hostname = try cursor.string()
            case 6: try settings.readEnvironment(&cursor)
            case 7:
                try cursor.list { (cursor) throws(ImageError) in
                    settings.mounts.append(try Self.mount(&cursor, kind: .temporary))
                }
            case 8:
                try cursor.list { (cursor) throws(ImageError) in
                    hostMounts.append(try Self.mount(&cursor, kind: .host))
                }
            case 9: settings.limits = try Self.limits(&cursor)
            case 10:
                for word in try cursor.strings() { settings.choices.insert(try Self.choice(word, cursor)) }
            case 11: settings.passesWholeEnvironment = try cursor.boolean()
            case 12: settings.allowsTrace = try cursor.boolean()
            case 13: settings.productID = try cursor.number16()
            case 14: settings.securityVersion = try cursor.number16()
            case 15: settings.allowsHostLoopback = try cursor.boolean()
            case 16: _ = try cursor.string()
            default: settings.shield = try Self.shield(&cursor)
            }
        }
        settings.mounts += hostMounts
        self = settings
    }

    private mutating func readEnvironment(_ cursor: inout ManifestCursor) throws(ImageError) {
        var settings = self
        try cursor.object(["trusted", "passedThrough"]) { (cursor, field) throws(ImageError) in
            if field == 1 {
                settings.passedVariables = try cursor.strings()
                return
            }
            try cursor.members { (cursor, name) throws(ImageError) in
                guard !name.isEmpty, !name.contains(0x3D) else { throw cursor.failure }
                settings.trusted.append(Variable(name: name, value: try cursor.string()))
            }
        }
        self = settings
    }

    private static func mount(
        _ cursor: inout ManifestCursor, kind: BootConfig.Mount.Kind
    ) throws(ImageError) -> BootConfig.Mount {
        var mount = BootConfig.Mount(kind: kind, source: [], target: [], isReadOnly: false)
        let optional = kind == .temporary ? [2] : []
        try cursor.object(["target", "isReadOnly", "source"], optional: optional) { (cursor, field) throws(ImageError) in
            switch field {
            case 0: mount.target = try cursor.string()
            case 1: mount.isReadOnly = try cursor.boolean()
            default: mount.source = try cursor.string()
            }
        }
        guard kind == .host || mount.source.isEmpty else { throw cursor.failure }
        return mount
    }

    private static func limits(_ cursor: inout ManifestCursor) throws(ImageError) -> BootConfig.Limits {
        var limits = BootConfig.Limits()
        try cursor.object(["memoryBytes", "processes", "descriptors"]) { (cursor, field) throws(ImageError) in
            switch field {
            case 0: limits.memoryBytes = try cursor.number(upTo: .max)
            case 1: limits.processes = try cursor.number32()
            default: limits.descriptors = try cursor.number32()
            }
        }
        return limits
    }

    private static func shield(_ cursor: inout ManifestCursor) throws(ImageError) -> ShieldRules {
        var rules = ShieldRules()
        try cursor.object(["listen", "connect"]) { (cursor, field) throws(ImageError) in
            let ports = try Self.ports(&cursor)
            if field == 0 { rules.listenPorts = ports } else { rules.connectPorts = ports }
        }
        guard !rules.listenPorts.isEmpty || !rules.connectPorts.isEmpty else { throw cursor.failure }
        return rules
    }

    private static func ports(_ cursor: inout ManifestCursor) throws(ImageError) -> [UInt16] {
        var ports: [UInt16] = []
        try cursor.list { (cursor) throws(ImageError) in
            let port = try cursor.number16()
            guard port != 0, !ports.contains(port), ports.count < ShieldRules.maximumPorts else { throw cursor.failure }
            ports.append(port)
        }
        return ports
    }

    private static func choice(_ word: [UInt8], _ cursor: ManifestCursor) throws(ImageError) -> Choices {
        for known in Choices.words where known.word.utf8.elementsEqual(word) { return known.choice }
        throw cursor.failure
    }
}

extension ManifestCursor {
    fileprivate mutating func number16() throws(ImageError) -> UInt16 {
        UInt16(truncatingIfNeeded: try number(upTo: UInt64(UInt16.max)))
    }

    fileprivate mutating func number32() throws(ImageError) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(upTo: UInt64(UInt32.max)))
    }
}
