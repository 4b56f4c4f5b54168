// SPDX-License-Identifier: Apache-2.0
// What stands behind the enclave: shared by run and start.
import ArgumentParser
import Formats
import Launch

struct PlatformOptions: ParsableArguments {
    @Option(help: "What gives evidence: a simulated machine, or the confidential virtual machine that this is (see docs/design/evidence.md).")
    var backend: Backend = .sim

    enum Backend: String, ExpressibleByArgument, CaseIterable {
        case sim, tdx, snp

        var kind: PlatformKind {
            switch self {
            case .sim: .simulated
            case .tdx: .tdx
            case .snp: .snp
            }
        }
    }

    /// nil where no service is installed: the enclave then has no evidence.
    func choice() throws(LaunchError) -> PlatformChoice? {
        guard let service = try PlatformLocator.find(environment: Style.environment) else { return nil }
        return PlatformChoice(kind: backend.kind, service: service)
    }
}
