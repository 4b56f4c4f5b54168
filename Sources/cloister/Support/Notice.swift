// SPDX-License-Identifier: Apache-2.0
// What every start says about its security: the backend's warning, and each insecure option in use.
import Launch

enum Notice {
    private static func warning(_ backend: PlatformOptions.Backend) -> String {
        switch backend {
        case .sim: "backend sim gives no hardware protection: the host can read and change everything"
        case .tdx, .snp:
            "backend \(backend) has not been run on hardware yet; it protects from the machine's host, not from others in this machine, and its evidence does not name the enclave"
        }
    }

    static func print(for request: EnclaveRequest, on backend: PlatformOptions.Backend, isQuiet: Bool) {
        if !isQuiet { Report.warning(warning(backend)) }
        // Never suppressed: who weakens an enclave shall see it.
        for option in request.insecureOptions { Report.warning("\(option) is in use: \(meaning(of: option))") }
    }

    private static func meaning(of option: String) -> String {
        switch option {
        case "insecure_host_root": "the root is the host's own files, unmeasured and unverified"
        case "insecure_host_mounts": "folders of the host are visible inside, unverified and unsealed"
        case "insecure_host_environment": "the caller chooses every variable that the manifest does not fix"
        case "insecure_trace": "the host may log every system call with its arguments"
        case "insecure_host_loopback": "programs reach the host's own services over the loopback, in plain text"
        default: "see docs/threat-model.md"
        }
    }
}
