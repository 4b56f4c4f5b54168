// SPDX-License-Identifier: Apache-2.0
// What every start says about its security: the backend's warning, and each insecure option in use.
import Launch

enum Notice {
    static let backend = "sim"
    static let backendWarning = "backend sim gives no hardware protection: the host can read and change everything"

    static func print(for request: EnclaveRequest, isQuiet: Bool) {
        if !isQuiet { Report.warning(backendWarning) }
        // Never suppressed: who weakens an enclave shall see it.
        for option in request.insecureOptions { Report.warning("\(option) is in use: \(meaning(of: option))") }
    }

    private static func meaning(of option: String) -> String {
        switch option {
        case "insecure_host_root": "the root is the host's own files, unmeasured and unverified"
        case "insecure_host_mounts": "folders of the host are visible inside, unverified and unsealed"
        case "insecure_host_environment": "the caller chooses every variable that the manifest does not fix"
        case "insecure_trace": "the host may log every system call with its arguments"
        default: "see docs/threat-model.md"
        }
    }
}
