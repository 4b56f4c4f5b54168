// SPDX-License-Identifier: Apache-2.0
// An image with secrets begins with the agent, which becomes the program.

internal import BootSecrets

extension Manifest {
    /// The settings that are measured: with secrets, the agent in front and the broker's address from the caller where it may name one.
    var measuredSettings: RuntimeSettings {
        guard let secrets, let program = settings.entryPoint else { return settings }
        var measured = settings
        measured.entryPoint = SecretsDescription.agentPath
        measured.arguments = [program] + settings.arguments
        if secrets.brokerAuthority != nil { measured.environment.passedThrough.append(SecretsDescription.brokerVariable) }
        return measured
    }
}

extension FileTree {
    /// Goes in last: nothing may take the place of these two.
    func add(_ secrets: SecretSettings, agent: String?, for manifest: Manifest) throws(ImageToolError) {
        guard let agent else {
            throw ImageToolError(
                .missing, "the agent that fetches secrets is missing", at: "cloister-agent beside cloister",
                next: "build it with make command, or set CLOISTER_AGENT")
        }
        let description: [UInt8]
        do {
            description = try secrets.description(relativeTo: manifest.baseDirectory).encoded()
        } catch let error as ImageToolError {
            throw error
        } catch {
            throw ImageToolError(.manifest, "secrets cannot be described: \(error)")
        }
        try add(SecretsDescription.agentPath, .file(.host(agent)), mode: 0o755, origin: "secrets")
        try add(SecretsDescription.path, .file(.bytes(description)), mode: 0o644, origin: "secrets")
        for path in secrets.files.keys.sorted() {
            if contains(path) { throw ImageToolError(.manifest, "secrets: \(path) is in the image already") }
            // Files of an image belong to root: another user can write to a new folder only if all can, as to /tmp.
            var folder = ""
            for name in path.split(separator: "/").dropLast() {
                folder += "/" + name
                if !contains(folder) { try addDirectory(folder, mode: manifest.settings.userID == 0 ? 0o755 : 0o1777, origin: "secrets") }
            }
        }
    }
}

extension OpenedImage {
    /// The secrets that the image asks for; nil: none.
    func secrets() throws(ImageToolError) -> SecretSettings? {
        guard manifest.settings.entryPoint == SecretsDescription.agentPath else { return nil }
        guard let bytes = try contents(of: SecretsDescription.path) else { return nil }
        do {
            return SecretSettings(try SecretsDescription(decoding: bytes))
        } catch {
            throw ImageToolError(.image, "\(SecretsDescription.path): \(error)")
        }
    }
}
