// SPDX-License-Identifier: Apache-2.0
// What stands behind an enclave, and the program that answers for it.
package import Formats

package struct PlatformChoice: Sendable {
    package var kind: PlatformKind
    package var service: String

    package init(kind: PlatformKind, service: String) {
        self.kind = kind
        self.service = service
    }
}

extension PlatformKind {
    /// The backend's name, as users write it.
    package var name: String {
        switch self {
        case .simulated: "sim"
        case .tdx: "tdx"
        case .snp: "snp"
        }
    }
}
