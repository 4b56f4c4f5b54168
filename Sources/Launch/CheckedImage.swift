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
    /// Names whose values the caller may choose.
    package var passedEnvironment: [String] = []
    /// The caller may choose any variable that the manifest does not fix.
    package var passesWholeEnvironment = false
    package var workingDirectory = "/"
    package var userID: UInt32 = 0
    package var groupID: UInt32 = 0
    package var hostname: String?
    /// Mounts of the manifest, host folders among them.
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
