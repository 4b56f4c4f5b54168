// SPDX-License-Identifier: Apache-2.0
// A manifest as a flat list of named values, for `explain` and for naming differences.

extension ImageManifest {
    /// Sorted by key; keys are spelled as in `cloister.yaml`.
    func facts() -> [(key: String, value: String)] {
        var facts: [String: String] = [
            "name": settings.name,
            "entry_point": settings.entryPoint ?? "(none)",
            "args": settings.arguments.map { "'\($0)'" }.joined(separator: " "),
            "working_directory": settings.workingDirectory,
            "user": String(settings.userID),
            "group": String(settings.groupID),
            "hostname": settings.hostname,
            "limits.memory": limit(settings.limits.memoryBytes),
            "limits.processes": limit(UInt64(settings.limits.processes)),
            "limits.descriptors": limit(UInt64(settings.limits.descriptors)),
            "insecure_host_environment": String(settings.insecureHostEnvironment),
        ]
        if settings.insecureTrace { facts["insecure_trace"] = "the host may log every system call" }
        if settings.insecureHostLoopback == true {
            facts["insecure_host_loopback"] = "programs reach the host's own services over the loopback"
        }
        for port in settings.shield?.listen ?? [] { facts["shield.listen.\(port)"] = "attested TLS" }
        for port in settings.shield?.connect ?? [] { facts["shield.connect.\(port)"] = "attested TLS" }
        for word in settings.passedThrough { facts["passed_through.\(word)"] = "chosen by the host" }
        for (name, value) in settings.environment.trusted { facts["environment.trusted.\(name)"] = "'\(value)'" }
        for name in settings.environment.passedThrough {
            facts["environment.passed_through.\(name)"] = "value chosen by the host"
        }
        for mount in settings.mounts {
            facts["mounts.\(mount.target)"] = mount.isReadOnly ? "tmpfs, read-only" : "tmpfs"
        }
        for mount in settings.insecureHostMounts {
            facts["insecure_host_mounts.\(mount.target)"] =
                "host \(mount.source), \(mount.isReadOnly ? "read-only" : "writable")"
        }
        for (name, version) in packages { facts["packages.\(name)"] = version }
        return facts.sorted { $0.key < $1.key }
    }

    private func limit(_ value: UInt64) -> String { value == 0 ? "none" : String(value) }
}
