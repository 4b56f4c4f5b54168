// SPDX-License-Identifier: Apache-2.0
// An image that was verified for one kernel, and what its manifest says about running it.
package import Formats

package struct CheckedImage: Sendable {
    package var path: String
    package var rootHash: Digest256
    /// 48 bytes.
    package var measurement: [UInt8]
    package var signer: Digest256
    package var settings: MeasuredSettings
    package var insecureOptions: [String] = []

    package init(
        path: String, rootHash: Digest256, measurement: [UInt8], signer: Digest256, settings: MeasuredSettings
    ) {
        self.path = path
        self.rootHash = rootHash
        self.measurement = measurement
        self.signer = signer
        self.settings = settings
    }
}
