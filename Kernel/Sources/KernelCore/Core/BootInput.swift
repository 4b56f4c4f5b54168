// SPDX-License-Identifier: Apache-2.0
//
// Reads the boot configuration from descriptor 3.

import Formats
import LinuxABI
import Machine

public enum BootInput {
    public enum Outcome {
        case success(BootConfig)
        case failure([UInt8])
    }
    static let largest = 16 << 20

    public static func read(_ host: Host) -> Outcome {
        var bytes: [UInt8] = []
        do {
            _ = try host.seek(3, 0, 0)
            while bytes.count < largest {
                let part = try host.readKernelBytes(3, 65536)
                if part.isEmpty { break }
                bytes.append(contentsOf: part)
            }
        } catch {
            return .failure([UInt8]("descriptor 3 holds no boot configuration; start enclaves with the cloister command"))
        }
        do {
            return .success(try BootConfig(decoding: bytes))
        } catch {
            return .failure([UInt8]("the boot configuration on descriptor 3 is malformed; launcher and kernel may be of different versions"))
        }
    }
}
