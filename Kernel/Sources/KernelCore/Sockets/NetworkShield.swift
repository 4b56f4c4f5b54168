// SPDX-License-Identifier: Apache-2.0
//
// Ports that the image wraps in attested TLS. One program of the image, the shield, stands between them and the host: it alone may
// have such a port on the host, and what programs connect to elsewhere at such a port ends at its listener, which learns the destination
// as that of a transparent proxy does (IP_TRANSPARENT in ip(7)): it is the accepted socket's own name. docs/shield.md

import Formats
import LinuxABI
import Machine

public final class NetworkShield {
    let rules: ShieldRules
    /// Nil until it was started.
    var process: Process?
    /// Where programs' connections to the outside end; its being there says that the shield is ready.
    var listener: InetEndpoint?
    /// Of the shield's program, once it is over.
    var exitStatus: Int32?

    init?(_ rules: ShieldRules?) {
        guard let rules else { return nil }
        self.rules = rules
    }

    public var isReady: Bool { listener != nil }
    func covers(_ destination: InetAddress) -> Bool { rules.connectPorts.contains(destination.port) }
    func keepsInside(_ port: UInt16) -> Bool { rules.listenPorts.contains(port) }
}

extension Kernel {
    func isShield(_ process: Process) -> Bool {
        guard let shield else { return false }
        return shield.process === process
    }
}

extension InetSocket {
    /// The port is a shielded one, and this is a program's socket: the host must not have it.
    func mustStayInside(_ port: UInt16) -> Bool {
        guard let shield = kernel.shield, !endpoint.isOfShield else { return false }
        return shield.keepsInside(port)
    }

    /// The shield's port on the host. Inside, the port is the program's.
    func bindForShield(_ address: InetAddress, _ bytes: [UInt8]) throws(Errno) {
        guard address.port != 0 else { throw .EINVAL }
        let host = try makeHost()
        try kernel.host.bind(host.descriptor, bytes)
        endpoint.takeOutside(address)
        isHostBound = true
        hostPartChanged()
    }

    /// The shield, where a connection to `destination` would leave the enclave at a shielded port.
    func shield(before destination: InetAddress) -> NetworkShield? {
        guard let shield = kernel.shield, !endpoint.isOfShield, shield.covers(destination) else { return nil }
        guard isInside(destination) else { return shield }
        let meant = destination.isAny ? destination.loopback : destination
        return mayReachHostLoopback && kernel.channels.inet.tcp.listener(for: meant) == nil ? shield : nil
    }

    /// Connects to the shield, which connects to `destination`.
    func connect(through shield: NetworkShield, to destination: InetAddress, _ thread: Thread) throws(Errno) {
        if isOutside, let host {
            var isConnected = true
            do { _ = try host.peerAddress() } catch { isConnected = false }
            if isConnected { throw .EISCONN }
        }
        let meant = destination.isAny ? destination.loopback : destination
        let local = endpoint.local
        if local.isV4 && !meant.isV4 { throw .EAFNOSUPPORT }
        if local.isLoopback && !meant.isLoopback { throw meant.isV4 ? .EINVAL : .ENETUNREACH }
        guard let listener = shield.listener else {
            guard isNonblocking else { throw .ECONNREFUSED }
            dropHost()
            endpoint.refuse()
            endpoint.isUnasked = true
            throw .EINPROGRESS
        }
        try connect(inside: listener, as: meant, from: local.isAny ? meant.loopback : local, thread)
    }
}

extension InetEndpoint {
    /// Has a name on the host and none inside.
    func takeOutside(_ address: InetAddress) {
        local = address
        isBound = true
    }
}
