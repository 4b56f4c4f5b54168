// SPDX-License-Identifier: Apache-2.0
// The signer that a key file stands for.
internal import Encodings
import Formats
import Image

extension KeyFile {
    static func signer(at path: String) throws -> String {
        Hex.encode(try loadVerifyingKey(from: path).fingerprint.bytes)
    }
}
