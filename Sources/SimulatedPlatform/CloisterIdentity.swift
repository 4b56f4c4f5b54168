// SPDX-License-Identifier: Apache-2.0
// How Cloister's identity (measurement, signer) stands in the fields of each vendor's evidence (docs/design/evidence.md).
internal import Crypto

enum CloisterIdentity {
    static func mrenclave(_ statement: EnclaveStatement) -> [UInt8] { Array(SHA256.hash(data: statement.measurement)) }

    /// MRSEAM of a module that is none.
    static let simulatedModule = Array(SHA384.hash(data: Array("Cloister simulation, no TDX module".utf8)))
}
