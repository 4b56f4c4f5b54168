// SPDX-License-Identifier: Apache-2.0
// Starting an image whose secrets an agent fetches first.
internal import BootSecrets
internal import Formats

extension CheckedImage {
    /// True if the agent comes first.
    var asksForSecrets: Bool { settings.entryPoint.map { $0 == Array(SecretsDescription.agentPath.utf8) } ?? false }

    /// The variable that tells the agent where the broker is.
    package func brokerEntry(_ url: String) throws(LaunchError) -> ByteText {
        guard let address = BrokerAddress(url) else {
            throw LaunchError(.usage, "not a broker's address", at: "--broker \(url)", next: "write \(BrokerAddress.form)")
        }
        guard asksForSecrets else {
            throw LaunchError(.usage, "the image asks for no secrets", at: "image \(path)", next: "leave --broker out")
        }
        let variable = SecretsDescription.brokerVariable
        guard settings.passedVariables.contains(Array(variable.utf8)) else {
            throw LaunchError(
                .refused, "the image names its broker itself", at: "image \(path)",
                next: "leave --broker out, or give broker_ca in its cloister.yaml and build again")
        }
        if address.isLoopback, !settings.allowsHostLoopback {
            throw LaunchError(
                .refused, "the image does not reach this machine's own services", at: "--broker \(url)",
                next: "name an address of the network, or put insecure_host_loopback: true into its cloister.yaml and build again")
        }
        return ByteText("\(variable)=\(address)")
    }
}

extension EnclaveRequest {
    /// The image's program, as the caller would name it, where it has one and nothing was named.
    package var idleEntryPoint: String? {
        guard case .image(let image) = root, arguments.isEmpty, let entryPoint = image.settings.entryPoint else { return nil }
        let words = (image.asksForSecrets ? [] : [entryPoint]) + image.settings.arguments
        return words.map { String(decoding: $0, as: UTF8.self) }.map {
            $0.allSatisfy { $0.isLetter || $0.isNumber || "/._-=:,+@%".contains($0) } && !$0.isEmpty ? $0 : "'\($0)'"
        }
        .joined(separator: " ")
    }

    /// A program that the caller names, behind the agent where the image has one; nothing stays nothing.
    package func program(_ words: [ByteText]) -> [ByteText] {
        guard case .image(let image) = root, image.asksForSecrets, !words.isEmpty else { return words }
        return [ByteText(SecretsDescription.agentPath)] + words
    }
}
