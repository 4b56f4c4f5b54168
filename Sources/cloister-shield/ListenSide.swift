// SPDX-License-Identifier: Apache-2.0
// Ports that the program listens at: peers from outside come over attested TLS, and reach the program over the loopback.
import AttestedTLS
import NIOAttestedTLS
import NIOCore
import NIOPosix

struct ListenSide {
    let port: Int
    let tls: AttestedTLSConfiguration

    func start(on group: MultiThreadedEventLoopGroup) throws {
        let (port, tls) = (port, tls)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: Transfer.allocator)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = channel.remoteAddress.map { "\($0)" } ?? "a peer that has left"
                    let (mine, theirs) = Relay.pair()
                    let bound = NIOLoopBound(theirs, eventLoop: channel.eventLoop)
                    let junction = Junction("port \(port) from \(peer)", mine) { inside(port, bound, $0) }
                    try channel.pipeline.syncOperations.addHandlers(AttestedTLSHandler(tls), junction, mine)
                }
            }
        do {
            _ = try bootstrap.bind(to: try SocketAddress(ipAddress: "::", port: port)).wait()
        } catch {
            // A host without IPv6.
            _ = try bootstrap.bind(to: try SocketAddress(ipAddress: "0.0.0.0", port: port)).wait()
        }
    }
}

/// The program behind `port`.
private func inside(_ port: Int, _ relay: NIOLoopBound<Relay>, _ loop: any EventLoop) -> EventLoopFuture<any Channel> {
    @Sendable func connect(_ address: String) -> EventLoopFuture<any Channel> {
        do { return Transfer.client(on: loop).connect(to: try SocketAddress(ipAddress: address, port: port)) } catch {
            return loop.makeFailedFuture(error)
        }
    }
    return connect("127.0.0.1").flatMapError { _ in connect("::1") }.flatMap { channel in
        loop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(relay.value)
            return channel
        }
    }
}
