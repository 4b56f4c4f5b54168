// SPDX-License-Identifier: Apache-2.0
//
// Names and connections of AF_UNIX sockets: bind, listen, connect, accept, socketpair.

import LinuxABI
import Machine

extension UnixSocket {
    // MARK: names

    /// `bytes` is a `struct sockaddr_un` cut to the length the program gave.
    func bind(_ bytes: [UInt8], _ thread: Thread) throws(Errno) {
        guard bytes.count >= 2, let name = SockaddrUn(bytes: bytes) else { throw .EINVAL }
        switch name {
        case .unnamed: try bindAutomatically()
        case .abstract(let rest):
            if isBound { throw .EINVAL }
            try bindAbstract(rest)
        case .path(let path):
            if isBound { throw .EINVAL }
            let inode = try UnixPaths.create(path, thread)
            inode.boundSocket = self
            boundInode = inode
            address = SockaddrUn.path(path).bytes
        }
    }

    private func bindAbstract(_ name: [UInt8]) throws(Errno) {
        let key = UnixSocket.key(name, type)
        guard kernel.channels.abstractNames[key] == nil else { throw .EADDRINUSE }
        kernel.channels.abstractNames[key] = self
        abstractKey = key
        address = SockaddrUn.abstract(name).bytes
    }

    /// unix(7), "Autobind feature": five hexadecimal digits in the abstract namespace.
    func bindAutomatically() throws(Errno) {
        if isBound { return }
        for _ in 0..<0x10_0000 {
            kernel.channels.nextAutomaticName = (kernel.channels.nextAutomaticName &+ 1) & 0xf_ffff
            var name: [UInt8] = []
            name.append(hex: UInt64(kernel.channels.nextAutomaticName), width: 5)
            if kernel.channels.abstractNames[UnixSocket.key(name, type)] != nil { continue }
            return try bindAbstract(name)
        }
        throw .ENOSPC
    }

    private static func key(_ name: [UInt8], _ type: Int32) -> [UInt8] { name + [UInt8(truncatingIfNeeded: type)] }

    /// The socket of that name and of this one's type.
    func find(_ bytes: [UInt8], _ thread: Thread) throws(Errno) -> UnixSocket {
        guard bytes.count >= 2, let name = SockaddrUn(bytes: bytes) else { throw .EINVAL }
        switch name {
        case .unnamed: throw .ECONNREFUSED
        case .abstract(let rest):
            guard let found = kernel.channels.abstractNames[UnixSocket.key(rest, type)] else { throw .ECONNREFUSED }
            return found
        case .path(let path):
            guard let found = try UnixPaths.find(path, thread).boundSocket else { throw .ECONNREFUSED }
            guard found.type == type else { throw .EPROTOTYPE }
            return found
        }
    }

    // MARK: connections

    func listen(_ backlog: Int32, _ thread: Thread) throws(Errno) {
        if isDatagram { throw .EOPNOTSUPP }
        guard isBound, state != .connected else { throw .EINVAL }
        state = .listening
        backlogLimit = Int(UInt32(bitPattern: backlog) > 4096 ? 4096 : backlog)
        peerCredentials = Ucred.effective(thread)
        roomQueue.notifyAll()
    }

    func connect(_ bytes: [UInt8], _ file: SocketFile, _ thread: Thread) throws(Errno) {
        guard let family = bytes.littleEndian(UInt16.self, at: 0) else { throw .EINVAL }
        if isDatagram { return try connectDatagram(bytes, Int32(family), thread) }
        guard Int32(family) == SocketFamily.AF_UNIX else { throw .EINVAL }
        if passCredentials && !isBound { try bindAutomatically() }
        var deadline: Deadline?
        var result = WaitResult.woken
        while true {
            // Looked up anew after each wait: the name may have gone to another.
            let listener = try find(bytes, thread)
            switch state {
            case .connected: throw .EISCONN
            case .listening: throw .EINVAL
            case .unconnected: break
            }
            guard listener.state == .listening, !listener.receiveShut else { throw .ECONNREFUSED }
            if listener.backlog.count <= listener.backlogLimit {
                enter(listener, thread)
                return
            }
            if file.isNonblocking || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(file.sendTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = file.sendDeadline }
            result = thread.sleep(on: listener.roomQueue, until: deadline)
        }
    }

    private func enter(_ listener: UnixSocket, _ thread: Thread) {
        let connection = UnixSocket(type: type)
        connection.state = .connected
        connection.peer = self
        connection.address = listener.address
        connection.peerCredentials = Ucred.effective(thread)
        peerCredentials = listener.peerCredentials
        peer = connection
        state = .connected
        listener.backlog.append(connection)
        listener.queue.notifyAll(UnixSocket.readEvents)
        queue.notifyAll(UnixSocket.writeEvents)
    }

    private func connectDatagram(_ bytes: [UInt8], _ family: Int32, _ thread: Thread) throws(Errno) {
        var other: UnixSocket?
        if family != SocketFamily.AF_UNSPEC {
            guard family == SocketFamily.AF_UNIX else { throw .EINVAL }
            if passCredentials && !isBound { try bindAutomatically() }
            let found = try find(bytes, thread)
            if let partner = found.peer, partner !== self { throw .EPERM }
            other = found
        }
        if let old = peer { old.senders.removeAll { $0 === self } }
        peer = other
        state = other == nil ? .unconnected : .connected
        if let other { other.senders.append(self) }
    }

    /// Waits for a connection; the next `takeConnection` has one.
    func awaitConnection(_ file: SocketFile, _ thread: Thread) throws(Errno) {
        if isDatagram { throw .EOPNOTSUPP }
        guard state == .listening else { throw .EINVAL }
        var deadline: Deadline?
        var result = WaitResult.woken
        while backlog.isEmpty {
            if receiveShut { throw .EINVAL }
            if file.isNonblocking || result == .timedOut { throw .EAGAIN }
            if result == .interrupted { throw thread.interrupted(file.receiveTimeout == nil ? .ifHandlerAllows : .never) }
            if deadline == nil { deadline = file.receiveDeadline }
            result = thread.sleep(on: queue, until: deadline)
        }
    }

    func takeConnection() -> UnixSocket {
        let connection = backlog.removeFirst()
        connection.passCredentials = passCredentials
        roomQueue.notifyAll()
        return connection
    }

    static func pair(_ a: UnixSocket, _ b: UnixSocket, _ thread: Thread) {
        for (one, other) in [(a, b), (b, a)] {
            one.peer = other
            one.state = .connected
            one.peerCredentials = Ucred.effective(thread)
            if one.isDatagram { other.senders.append(one) }
        }
    }

    func shutdown(_ how: Int32) throws(Errno) {
        guard how >= SocketShutdown.SHUT_RD, how <= SocketShutdown.SHUT_RDWR else { throw .EINVAL }
        let ofReading = how != SocketShutdown.SHUT_WR
        let ofWriting = how != SocketShutdown.SHUT_RD
        if ofReading { receiveShut = true }
        if ofWriting { sendShut = true }
        if let peer, !isDatagram {
            if ofReading { peer.sendShut = true }
            if ofWriting { peer.receiveShut = true }
            peer.queue.notifyAll()
        }
        queue.notifyAll()
        roomQueue.notifyAll()
    }
}

/// Sockets bound to paths.
enum UnixPaths {
    /// Makes the S_IFSOCK inode; EADDRINUSE where the name exists.
    static func create(_ path: [UInt8], _ thread: Thread) throws(Errno) -> Inode {
        var walk = try PathWalk(thread, path)
        try walk.walkToParent()
        guard walk.last == .name, walk.inode == nil else { throw .EADDRINUSE }
        if walk.hasTrailingSlash { throw .ENOENT }
        let process = thread.process
        let directory = walk.directory
        try Permission.checkWritable(walk.directoryMount, directory)
        try Permission.check(directory, Permission.write | Permission.execute, process)
        let owner = NewOwner(directory, process, FileMode.S_IFSOCK | 0o777)
        let name = walk.nameBytes
        let inode = try directory.create(name, mode: owner.mode, device: 0, uid: owner.uid, gid: owner.gid)
        InodeEvents.created(directory, name, isDirectory: false)
        return inode
    }

    /// The inode of an existing socket, which the caller may write.
    static func find(_ path: [UInt8], _ thread: Thread) throws(Errno) -> Inode {
        var walk = try PathWalk(thread, path)
        try walk.walk(follow: true)
        let inode = try walk.found()
        try Permission.check(inode, Permission.write, thread.process)
        guard inode.type == FileMode.S_IFSOCK else { throw .ECONNREFUSED }
        return inode
    }
}
