// SPDX-License-Identifier: Apache-2.0
// `pkcs11` of the configuration: the token that wraps the master key, and where its PIN is.
import BrokerStore
import Foundation
import StrictYAML

struct TokenSettings: Sendable {
    let place: KeyToken
    /// `-` is standard input. The PIN is never an argument or a variable, which other processes may see.
    private let pinFile: String

    static let keys = ["module", "token", "key", "pin_file"]

    init(_ map: YAMLMapping<SettingsProblem>) throws {
        place = KeyToken(
            module: try map.required("module").string(), token: try map.required("token").string(), key: try map.required("key").string())
        pinFile = try map.required("pin_file").string()
    }

    /// The first line. The caller wipes it.
    func pin() throws -> [UInt8] {
        var bytes: [UInt8]
        if pinFile == "-" {
            bytes = Array(FileHandle.standardInput.readData(ofLength: 1024))
        } else {
            let mode = try? FileManager.default.attributesOfItem(atPath: pinFile)[.posixPermissions] as? Int
            if let mode, mode & 0o077 != 0 {
                throw BrokerStoreError.token("others may read \(pinFile), which holds the PIN; run chmod 600 on it")
            }
            guard let data = FileManager.default.contents(atPath: pinFile) else {
                throw BrokerStoreError.token("\(pinFile), which is to hold the token's PIN, cannot be read")
            }
            bytes = Array(data.prefix(1024))
        }
        defer { wipe(&bytes) }
        let pin = Array(bytes.prefix { $0 != 0x0A && $0 != 0x0D })
        if pin.isEmpty {
            throw BrokerStoreError.token(
                pinFile == "-" ? "no PIN came on standard input; restart the broker with it, or name a pin_file" : "\(pinFile) holds no PIN")
        }
        return pin
    }
}
