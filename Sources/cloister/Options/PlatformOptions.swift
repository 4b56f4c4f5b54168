// SPDX-License-Identifier: Apache-2.0
// What stands behind the enclave: shared by run and start.
import ArgumentParser
import Formats
import Launch

struct PlatformOptions: ParsableArguments {
    @Option(help: "What gives evidence: a simulated machine, or the confidential virtual machine that this is (see docs/design/evidence.md).")
    var backend: Backend = .sim

    /// Linux's configfs-tsm.
    private static let reports = "/sys/kernel/config/tsm/report"

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
        if backend != .sim, !System.isDirectory(Self.reports) {
            throw LaunchError(
                .unavailable, "\(Self.reports) is missing: this machine is no confidential guest, or its kernel has no configfs-tsm",
                at: "--backend \(backend.rawValue)", next: "leave --backend out for the simulation, which protects nothing, or use such a guest")
        }
        guard let service = try PlatformLocator.find(environment: Style.environment) else { return nil }
        return PlatformChoice(kind: backend.kind, service: service)
    }
}
