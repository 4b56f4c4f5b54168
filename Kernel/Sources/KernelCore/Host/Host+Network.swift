// SPDX-License-Identifier: Apache-2.0
//
// Host calls that ask about network interfaces (netdevice(7)). None changes anything.

import LinuxABI
import Machine

extension Host {
    /// A `struct ifreq` as the host fills it in for `name`; `address` chooses among several IPv4 addresses. nil where it does not answer.
    func interfaceFact(_ socket: Int32, _ command: UInt32, _ name: [UInt8], _ address: [UInt8] = []) -> [UInt8]? {
        guard name.count < NetworkDevice.IFNAMSIZ else { return nil }
        var request = name + [UInt8](repeating: 0, count: NetworkDevice.requestSize - name.count)
        if address.count == 4 {
            request[16] = NetworkFacts.inet
            for i in 0..<4 { request[20 + i] = address[i] }
        }
        let result = Machine.withAddress(of: &request) { raw.call(16, Host.word(socket), UInt64(command), $0) }
        return result == 0 ? request : nil
    }

    /// SIOCGIFCONF: labels and IPv4 addresses, at most `limit`.
    func interfaceAddresses(_ socket: Int32, _ limit: Int) -> [(label: [UInt8], address: [UInt8])] {
        var table = [UInt8](repeating: 0, count: limit * NetworkDevice.requestSize)
        let room = table.count
        var answer = [UInt8]()
        let result = Machine.withAddress(of: &table) { at in
            answer.append(littleEndian: UInt64(room))
            answer.append(littleEndian: at)
            return Machine.withAddress(of: &answer) { raw.call(16, Host.word(socket), UInt64(Ioctl.SIOCGIFCONF), $0) }
        }
        guard result == 0, let length = answer.littleEndian(UInt32.self, at: 0), length <= room else { return [] }
        var found: [(label: [UInt8], address: [UInt8])] = []
        for i in 0..<Int(length) / NetworkDevice.requestSize {
            let entry = table[i * NetworkDevice.requestSize..<(i + 1) * NetworkDevice.requestSize]
            let label = Array(entry.prefix(NetworkDevice.IFNAMSIZ - 1).prefix { $0 != 0 })
            let start = entry.startIndex
            guard !label.isEmpty, label.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), entry[start + 16] == NetworkFacts.inet else { continue }
            found.append((label, Array(entry[start + 20..<start + 24])))
        }
        return found
    }
}
