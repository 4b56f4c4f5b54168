// SPDX-License-Identifier: Apache-2.0
// An image that was verified for one kernel, and what its manifest says about running it.
package import Formats

package struct CheckedImage: Sendable {
    package var path: String
    package var rootHash: Digest256
    /// 48 bytes.
    package var measurement: [UInt8]
    package var signer: Digest256
    package var entryPoint: [String] = []
    /// NAME=value, fixed by the manifest.
    package var environment: [String] = []
    /// Names that may be passed in from outside.
    package var passedEnvironment: [String] = []
    package var workingDirectory = "/"
    package var userID: UInt32 = 0
    package var groupID: UInt32 = 0
    package var hostname: String?
    package var mounts: [BootConfig.Mount] = []
    package var limits = BootConfig.Limits()
    package var insecureOptions: [String] = []

    package init(path: String, rootHash: Digest256, measurement: [UInt8], signer: Digest256) {
        self.path = path
        self.rootHash = rootHash
        self.measurement = measurement
        self.signer = signer
    }
}

/// Lower-case hexadecimal.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
