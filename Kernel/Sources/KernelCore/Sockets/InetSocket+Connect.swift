// SPDX-License-Identifier: Apache-2.0
//
// Binding, listening, connecting and accepting (bind(2), listen(2), connect(2), accept(2)): what stays inside and what the host does.

import LinuxABI
import Machine

extension InetSocket {
    // MARK: bind

    func bindTo(_ address: [UInt8], _ thread: Thread) throws(Errno) {
        if isOutside { throw .EINVAL }
        var wanted = try nameToBind(address)
        guard !endpoint.isBound, endpoint.state == .idle, !endpoint.isOver else { throw .EINVAL }
        if wanted.port != 0 && wanted.port < 1024 && !thread.process.credentials.isPrivileged { throw .EACCES }
        if endpoint.isOfShield && !wanted.isLoopback {
            try bindForShield(wanted, address)
        } else if !wanted.isLoopback && !mustStayInside(wanted.port) {
            try bindOutside(wanted, address)
        } else {
            if wanted.port == 0 { wanted.port = try endpoint.ports.freePort() }
            guard endpoint.ports.mayBind(endpoint, wanted) else { throw .EADDRINUSE }
            dropHost()
            endpoint.take(wanted)
        }
        endpoint.choseName = true
    }

    private func nameToBind(_ bytes: [UInt8]) throws(Errno) -> InetAddress {
        guard bytes.count >= (isIPv6 ? SockaddrIn6.minimumSize : SockaddrIn.size), let family = bytes.littleEndian(UInt16.self, at: 0)
        else { throw .EINVAL }
        if !isIPv6 && Int32(family) == SocketFamily.AF_UNSPEC {
            // Old programs leave the family out.
            guard bytes.littleEndian(UInt32.self, at: 4) == 0 else { throw .EAFNOSUPPORT }
            return InetAddress(v4: 0, port: bytes.bigEndian(UInt16.self, at: 2) ?? 0)
        }
        guard Int32(family) == domain, let address = InetAddress(sockaddr: bytes) else { throw .EAFNOSUPPORT }
        if isIPv6 && address.isV4 && endpoint.isV6Only { throw .EINVAL }
        return address
    }

    /// Has the name here and on the host. The host is told a port, never asked for one.
    private func bindOutside(_ address: InetAddress, _ bytes: [UInt8]) throws(Errno) {
        let host = try makeHost()
        var tries = 64
        while true {
            let wanted = address.port == 0 ? address.with(port: try endpoint.ports.freePort()) : address
            if mustStayInside(wanted.port) {
                tries -= 1
                guard address.port == 0, tries > 0 else { throw .EADDRINUSE }
                continue
            }
            guard endpoint.ports.mayBind(endpoint, wanted) else { throw .EADDRINUSE }
            var name = bytes
            name[2] = UInt8(truncatingIfNeeded: wanted.port >> 8)
            name[3] = UInt8(truncatingIfNeeded: wanted.port)
            do {
                try kernel.host.bind(host.descriptor, name)
                endpoint.take(wanted)
                isHostBound = true
                hostPartChanged()
                return
            } catch {
                // Taken on the host: another one, unless the program wants just this.
                tries -= 1
                guard error == .EADDRINUSE, address.port == 0, tries > 0 else { throw error }
            }
        }
    }

    /// A port at the wildcard, here and on the host, for a socket that has none.
    func bindToWildcard() throws(Errno) {
        if endpoint.isBound { return }
        let any = InetAddress.any(domain)
        try bindOutside(any, any.sockaddr(domain))
    }

    // MARK: listen and accept

    func startListening(_ backlog: Int32, _ thread: Thread) throws(Errno) {
        guard isStream else { throw .EOPNOTSUPP }
        guard !isOutside, endpoint.state == .idle && !endpoint.isOver || endpoint.state == .listening else { throw .EINVAL }
        try bindToWildcard()
        guard endpoint.isOfShield || endpoint.ports.mayBind(endpoint, endpoint.local) else { throw .EADDRINUSE }
        if isHostBound, let host { try kernel.host.listen(host.descriptor, backlog) }
        endpoint.backlogLimit = Int(min(UInt32(bitPattern: backlog), UInt32(SocketOption.SOMAXCONN)))
        endpoint.state = .listening
        endpoint.receiveShut = false
        endpoint.sendShut = false
        endpoint.admitPending()
        if isHostBound { hostPartChanged() }
        if endpoint.isTransparent, let shield = kernel.shield {
            shield.listener = endpoint
            kernel.supervisor.ring()
        }
    }

    func acceptConnection(flags: Int32, _ thread: Thread) throws(Errno) -> SocketFile {
        guard isStream else { throw .EOPNOTSUPP }
        guard !isOutside else { throw .EINVAL }
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            guard endpoint.state == .listening else { throw .EINVAL }
            if let child = endpoint.takeConnection() { return InetSocket(child, flags: flags) }
            if isHostActive, let accepted = try host?.acceptNow(flags: flags) {
                return InetSocket(accepted: accepted, by: endpoint, flags: flags)
            }
            if isNonblocking || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(receiveTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = receiveDeadline }
            result = sleepForEither(Poll.POLLIN, until: deadline, thread)
        }
    }

    // MARK: connect

    func connectTo(_ address: [UInt8], _ thread: Thread) throws(Errno) {
        guard let family = address.littleEndian(UInt16.self, at: 0) else { throw .EINVAL }
        if Int32(family) == SocketFamily.AF_UNSPEC { return try disconnect(address) }
        let destination = try destination(address)
        if !isStream { return try connectDatagram(to: destination, address, thread) }
        switch endpoint.state {
        case .listening: throw .EISCONN
        case .connected:
            guard endpoint.isUnasked else { throw .EISCONN }
            endpoint.isUnasked = false
            return
        case .connecting:
            if isNonblocking { throw .EALREADY }
            return try awaitConnection(thread)
        case .idle: try forgetFailure()
        }
        if let shield = shield(before: destination) { return try connect(through: shield, to: destination, thread) }
        if isOutside { return try connectAgainOutside(destination, address, thread) }
        guard isInside(destination) else { return try connectOutside(destination, address, thread) }
        let meant = destination.isAny ? destination.loopback : destination
        let source = try source(for: meant)
        guard let listener = kernel.channels.inet.tcp.listener(for: meant) else {
            if leavesForHostLoopback(destination) { return try connectOutside(destination, address, thread) }
            guard isNonblocking else { throw .ECONNREFUSED }
            endpoint.refuse()
            endpoint.isUnasked = true
            throw .EINPROGRESS
        }
        try connect(inside: listener, as: meant, from: source, thread)
    }

    /// Connects to `listener`, which is meant by `address`.
    func connect(inside listener: InetEndpoint, as address: InetAddress, from source: InetAddress, _ thread: Thread) throws(Errno) {
        dropHost()
        try endpoint.bindAutomatically()
        endpoint.local = source.with(port: endpoint.local.port)
        endpoint.remote = address
        endpoint.receiveShut = false
        endpoint.sendShut = false
        endpoint.enter(listener)
        if isNonblocking {
            endpoint.isUnasked = true
            throw .EINPROGRESS
        }
        if endpoint.state == .connecting { try awaitConnection(thread) }
    }

    /// A connect that did not wait has failed since: the next one says so.
    private func forgetFailure() throws(Errno) {
        guard endpoint.isUnasked else { return }
        endpoint.isUnasked = false
        endpoint.receiveShut = false
        endpoint.sendShut = false
        throw endpoint.takeError() ?? .ECONNABORTED
    }

    private func awaitConnection(_ thread: Thread) throws(Errno) {
        let deadline = sendDeadline
        while endpoint.state == .connecting {
            switch thread.sleep(on: endpoint.queue, until: deadline) {
            case .woken: continue
            // It goes on; the next connect says how it ended.
            case .timedOut where endpoint.state == .connecting:
                endpoint.isUnasked = true
                throw .EINPROGRESS
            case .interrupted where endpoint.state == .connecting:
                endpoint.isUnasked = true
                throw thread.interrupted(sendTimeout == nil ? .ifHandlerAllows : .never)
            case .timedOut, .interrupted: continue
            }
        }
        endpoint.isUnasked = false
        guard endpoint.state == .connected else {
            endpoint.receiveShut = false
            endpoint.sendShut = false
            throw endpoint.takeError() ?? .ECONNABORTED
        }
    }

    /// The address that the program gave.
    func destination(_ bytes: [UInt8]) throws(Errno) -> InetAddress {
        let takesV4 = !isIPv6 || !isStream && bytes.littleEndian(UInt16.self, at: 0) == UInt16(SocketFamily.AF_INET)
        guard bytes.count >= (takesV4 ? SockaddrIn.size : SockaddrIn6.minimumSize) else { throw .EINVAL }
        guard let address = InetAddress(sockaddr: bytes) else { throw .EAFNOSUPPORT }
        let isV4Name = bytes.littleEndian(UInt16.self, at: 0) == UInt16(SocketFamily.AF_INET)
        if isIPv6 ? isV4Name && isStream : !isV4Name { throw .EAFNOSUPPORT }
        if isIPv6 && address.isV4 && endpoint.isV6Only { throw isV4Name ? .EAFNOSUPPORT : .ENETUNREACH }
        return address
    }

    /// Whether the host has no part in what goes there.
    func isInside(_ destination: InetAddress) -> Bool {
        if destination.isLoopback || destination.isAny { return true }
        return isStream ? kernel.channels.inet.tcp.isBoundExactly(to: destination) : kernel.channels.inet.udp.isBoundExactly(to: destination)
    }

    /// The address that what this socket sends to `destination` comes from.
    func source(for destination: InetAddress) throws(Errno) -> InetAddress {
        let local = endpoint.local
        if local.isAny {
            if local.isV4 && !destination.isV4 { throw .EAFNOSUPPORT }
            return destination.isLoopback ? destination.loopback : destination
        }
        if local.isV4 && !destination.isV4 { throw .EAFNOSUPPORT }
        if !local.isV4 && destination.isV4 { throw .ENETUNREACH }
        return local
    }

    private func connectOutside(_ destination: InetAddress, _ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        if endpoint.local.isLoopback && !destination.isLoopback { throw destination.isV4 ? .EINVAL : .ENETUNREACH }
        if endpoint.isBound && mustStayInside(endpoint.local.port) { throw .EPERM }
        let host = try makeHost()
        if endpoint.isBound && !isHostBound {
            try kernel.host.bind(host.descriptor, endpoint.local.sockaddr(domain))
            isHostBound = true
        }
        do { try host.connect(bytes, thread) } catch {
            if error == .EINPROGRESS || error == .EINTR { becomeOutside() }
            throw error
        }
        becomeOutside()
    }

    private func connectAgainOutside(_ destination: InetAddress, _ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        guard let host else { throw .EINVAL }
        guard isInside(destination), !leavesForHostLoopback(destination) else { return try host.connect(bytes, thread) }
        var isConnected = true
        do { _ = try host.peerAddress() } catch { isConnected = false }
        if isConnected { throw .EISCONN }
        dropHost()
        try connectTo(bytes, thread)
    }

    /// Nobody inside has it, and the image lets it go to the host's own services: but never what the shield's peers send to the program.
    private func leavesForHostLoopback(_ destination: InetAddress) -> Bool {
        guard mayReachHostLoopback else { return false }
        let meant = destination.isAny ? destination.loopback : destination
        if endpoint.isOfShield, let shield = kernel.shield, shield.keepsInside(meant.port) { return false }
        return kernel.channels.inet.tcp.listener(for: meant) == nil
    }

    /// connect(2) with AF_UNSPEC.
    private func disconnect(_ bytes: [UInt8]) throws(Errno) {
        if isStream {
            if isOutside, let host { return try kernel.host.connect(host.descriptor, bytes) }
            endpoint.disconnectStream()
            return
        }
        if isOutside, let host {
            try kernel.host.connect(host.descriptor, bytes)
            leaveOutside()
        }
        endpoint.remote = nil
        endpoint.receiveShut = false
        endpoint.sendShut = false
        if !endpoint.choseName && !isHostBound { endpoint.unbind() } else { endpoint.forgetSource() }
        hostPartChanged()
    }
}

extension InetEndpoint {
    /// Connects to `listener` at once, or as soon as it has room.
    func enter(_ listener: InetEndpoint) {
        guard listener.backlog.count <= listener.backlogLimit else {
            state = .connecting
            self.listener = listener
            listener.pending.append(self)
            return
        }
        let child = InetEndpoint(domain: listener.domain, isStream: true, owner: listener.owner, options: listener.options)
        if let remote { child.local = remote }
        child.remote = local
        child.isOfShield = listener.isOfShield
        // At another's address: no port of this enclave is taken by it.
        child.isChild = !listener.isTransparent
        if child.isChild { ports.addChild(child) }
        kernel.channels.inet.show(child)
        child.peer = self
        child.state = .connected
        peer = child
        state = .connected
        listener.backlog.append(child)
        listener.queue.notifyAll(InetEndpoint.readEvents)
        queue.notifyAll(InetEndpoint.writeEvents)
    }

    func takeConnection() -> InetEndpoint? {
        if backlog.isEmpty { return nil }
        let child = backlog.removeFirst()
        admitPending()
        return child
    }
    func admitPending() {
        while !pending.isEmpty && backlog.count <= backlogLimit {
            let client = pending.removeFirst()
            client.listener = nil
            client.enter(self)
        }
    }

    /// As if it had never been connected; a chosen name stays.
    func disconnectStream() {
        switch state {
        case .listening: stopListening()
        case .connecting: leaveListener()
        case .connected:
            if let peer, !isOver { peer.reset(peer.gotEnd ? .EPIPE : .ECONNRESET) }
            peer?.peer = nil
            peer = nil
        case .idle: break
        }
        state = .idle
        remote = nil
        error = nil
        receiveShut = false
        sendShut = false
        gotEnd = false
        sentEnd = false
        isOver = false
        isUnasked = false
        urgentAhead = nil
        urgentByte = nil
        ring.drop(ring.count)
        if isChild {
            ports.removeChild(self)
            isChild = false
            unbind()
        } else if !choseName {
            unbind()
        }
        queue.notifyAll()
    }
}
