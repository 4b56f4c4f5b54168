// SPDX-License-Identifier: Apache-2.0
// An image with shielded ports has the shield beside its program.

internal import Formats
internal import ShieldDescription

extension FileTree {
    /// Goes in last: nothing may take the place of these two.
    func add(_ settings: ShieldSettings, shield: String?, for manifest: Manifest) throws(ImageToolError) {
        guard let shield else {
            throw ImageToolError(
                .missing, "the shield that wraps ports is missing", at: "cloister-shield beside cloister",
                next: "build it with make command, or set CLOISTER_SHIELD")
        }
        let description: [UInt8]
        do {
            description = try settings.description(relativeTo: manifest.baseDirectory).encoded()
        } catch let error as ImageToolError {
            throw error
        } catch {
            throw ImageToolError(.manifest, "the shield cannot be described: \(error)")
        }
        guard description.count <= ShieldDescription.maximumSize else { throw ImageToolError(.manifest, "policies and collateral are too large") }
        try add(ShieldRules.path, .file(.host(shield)), mode: 0o755, origin: "shield")
        try add(ShieldDescription.path, .file(.bytes(description)), mode: 0o644, origin: "shield")
    }
}
