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
        return ByteText("\(variable)=\(address)")
    }
}

extension EnclaveRequest {
    /// A program that the caller names, behind the agent where the image has one; nothing stays nothing.
    package func program(_ words: [ByteText]) -> [ByteText] {
        guard case .image(let image) = root, image.asksForSecrets, !words.isEmpty else { return words }
        return [ByteText(SecretsDescription.agentPath)] + words
    }
}
