// SPDX-License-Identifier: Apache-2.0
// What a member's evidence must carry as report data: that this key is for this role of this deployment, made for this request.

import Crypto
import Foundation

package enum MemberBinding {
    /// SHA-512 of five lines, so that a shell can make it as well; `key` is DER SubjectPublicKeyInfo.
    package static func reportData(deployment: String, role: String, nonce: String, key: [UInt8]) -> [UInt8] {
        Array(SHA512.hash(data: Array(text(deployment, role, nonce, key).utf8)))
    }

    /// What the evidence of a broker must carry that runs in an enclave: that the authority's key is in it.
    package static func authorityReportData(deployment: String, key: [UInt8]) -> [UInt8] {
        let text = "cloister deployment authority 1\n\(deployment)\n\(Data(key).base64EncodedString())\n"
        return Array(SHA512.hash(data: Array(text.utf8)))
    }

    package static func text(_ deployment: String, _ role: String, _ nonce: String, _ key: [UInt8]) -> String {
        "cloister deployment member 1\n\(deployment)\n\(role)\n\(nonce)\n\(Data(key).base64EncodedString())\n"
    }
}
