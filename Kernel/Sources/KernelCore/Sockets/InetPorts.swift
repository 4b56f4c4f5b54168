// SPDX-License-Identifier: Apache-2.0
//
// The ports of TCP or of UDP inside the enclave: who is bound to which, who may be bound beside whom, and who is meant by a
// destination.

import LinuxABI
import Machine

struct InetPorts {
    /// What is bound to one port.
    final class Entry {
        fileprivate(set) var bound: [InetEndpoint] = []
        /// Accepted connections; they keep the port as long as they live.
        fileprivate var children = 0
        fileprivate var childrenWithoutReuse = 0
        fileprivate var isUnused: Bool { bound.isEmpty && children == 0 }
    }

    /// net.ipv4.ip_local_port_range.
    static let ephemeral: ClosedRange<UInt16> = 32768...60999
    private var entries: [UInt16: Entry] = [:]

    var isUnused: Bool { entries.isEmpty }
    func isFree(_ port: UInt16) -> Bool { entries[port] == nil }

    // MARK: binding

    /// Whether `endpoint` may have `address`.
    func mayBind(_ endpoint: InetEndpoint, _ address: InetAddress) -> Bool {
        guard let entry = entries[address.port] else { return true }
        if entry.children > 0 && !(endpoint.reuseAddress && entry.childrenWithoutReuse == 0) { return false }
        for other in entry.bound where other !== endpoint && InetPorts.conflict(endpoint, address, other) { return false }
        return true
    }

    /// A port nobody has, starting anywhere.
    func freePort() throws(Errno) -> UInt16 {
        let count = UInt16(InetPorts.ephemeral.count)
        var candidate = UInt16(truncatingIfNeeded: Machine.random() % UInt64(count))
        for _ in 0..<count {
            let port = InetPorts.ephemeral.lowerBound + candidate
            if isFree(port) { return port }
            candidate = candidate + 1 == count ? 0 : candidate + 1
        }
        throw .EADDRINUSE
    }

    /// `endpoint.local` is its address from now on.
    mutating func add(_ endpoint: InetEndpoint) {
        let entry = entries[endpoint.local.port] ?? Entry()
        entry.bound.append(endpoint)
        entries[endpoint.local.port] = entry
    }
    mutating func remove(_ endpoint: InetEndpoint) {
        guard let entry = entries[endpoint.local.port] else { return }
        entry.bound.removeAll { $0 === endpoint }
        if entry.isUnused { entries[endpoint.local.port] = nil }
    }
    mutating func addChild(_ child: InetEndpoint) {
        let entry = entries[child.local.port] ?? Entry()
        entry.children += 1
        child.countsAsReusable = child.reuseAddress
        if !child.countsAsReusable { entry.childrenWithoutReuse += 1 }
        entries[child.local.port] = entry
    }
    mutating func removeChild(_ child: InetEndpoint) {
        guard let entry = entries[child.local.port] else { return }
        entry.children -= 1
        if !child.countsAsReusable { entry.childrenWithoutReuse -= 1 }
        if entry.isUnused { entries[child.local.port] = nil }
    }

    /// socket(7), SO_REUSEADDR and SO_REUSEPORT.
    private static func conflict(_ new: InetEndpoint, _ address: InetAddress, _ old: InetEndpoint) -> Bool {
        guard overlap(new, address, old) else { return false }
        if new.reusePort && old.reusePort && new.owner == old.owner { return false }
        guard new.reuseAddress && old.reuseAddress else { return true }
        return new.isStream && old.state == .listening
    }
    private static func overlap(_ new: InetEndpoint, _ address: InetAddress, _ old: InetEndpoint) -> Bool {
        takes(new, address, old.local) || takes(old, old.local, address)
    }

    /// Whether a socket bound to `own` is one that `address` can mean.
    private static func takes(_ endpoint: InetEndpoint, _ own: InetAddress, _ address: InetAddress) -> Bool {
        guard own.isAny else { return own.isSameHost(address) }
        if own.isV4 { return address.isV4 }
        return !endpoint.isV6Only || !address.isV4
    }

    // MARK: finding

    /// Whether somebody inside is bound to just this address.
    func isBoundExactly(to address: InetAddress) -> Bool {
        guard let entry = entries[address.port] else { return false }
        return entry.bound.contains { $0.local == address }
    }

    /// The listener that a connection to `address` reaches.
    func listener(for address: InetAddress) -> InetEndpoint? {
        guard let entry = entries[address.port] else { return nil }
        return InetPorts.best(entry.bound) { $0.state == .listening ? InetPorts.score($0, address) : 0 }
    }

    /// The datagram socket that `address` means when `source` sends.
    func receiver(for address: InetAddress, from source: InetAddress) -> InetEndpoint? {
        guard let entry = entries[address.port] else { return nil }
        return InetPorts.best(entry.bound) { endpoint in
            let score = InetPorts.score(endpoint, address)
            guard score > 0, let remote = endpoint.remote else { return score }
            return remote == source ? score + 4 : 0
        }
    }

    /// The better the closer; 0 for what is not meant.
    private static func score(_ endpoint: InetEndpoint, _ address: InetAddress) -> Int {
        guard takes(endpoint, endpoint.local, address) else { return 0 }
        let isOwnFamily = (endpoint.domain == SocketFamily.AF_INET) == address.isV4
        return 1 + (endpoint.local.isAny ? 0 : 2) + (isOwnFamily ? 1 : 0)
    }

    /// Of several equal ones (SO_REUSEPORT) any.
    private static func best(_ candidates: [InetEndpoint], _ score: (InetEndpoint) -> Int) -> InetEndpoint? {
        if candidates.count == 1 { return score(candidates[0]) > 0 ? candidates[0] : nil }
        var found: InetEndpoint?
        var highest = 0
        var equals: UInt64 = 0
        for candidate in candidates {
            let value = score(candidate)
            if value == 0 || value < highest { continue }
            equals = value > highest ? 1 : equals + 1
            highest = value
            if equals == 1 || Machine.random() % equals == 0 { found = candidate }
        }
        return found
    }
}
