// SPDX-License-Identifier: Apache-2.0
// Mounts that would put something else in the place of what was measured.

internal import StrictYAML

extension RuntimeSettings {
    /// The agent, the shield and what they were told lie under `/.cloister`.
    func refuseMountsOverMeasuredPrograms(_ value: YAMLValue) throws(ImageToolError) {
        for target in insecureHostMounts.map(\.target) + mounts.map(\.target) {
            let parts = target.split(separator: "/")
            guard parts.isEmpty || parts.first == ".cloister" else { continue }
            throw value.failure("'\(value.name)' and a mount at '\(target)' exclude each other: it would cover what was measured under /.cloister")
        }
    }
}
