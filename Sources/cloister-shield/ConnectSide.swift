// SPDX-License-Identifier: Apache-2.0
// What the program connects to outside: the kernel brings the connection here, and its own name is where the program wanted to go.
import AttestedTLS
import NIOAttestedTLS
import NIOCore
import NIOPosix

struct ConnectSide {
    private let destinations: [Int: AttestedTLSConfiguration]

    init(_ destinations: [Int: AttestedTLSConfiguration]) { self.destinations = destinations }

    func start(on group: MultiThreadedEventLoopGroup) throws -> any Channel {
        let destinations = destinations
        return try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            // IPV6_TRANSPARENT: take connections to any address.
            .serverChannelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: NIOBSDSocket.Option(rawValue: 75)), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: Transfer.allocator)
            .childChannelInitializer { channel in
                guard let address = channel.localAddress, let port = address.port, let tls = destinations[port] else {
                    return channel.eventLoop.makeFailedFuture(AttestedTLSError(.tls, "the destination is not known"))
                }
                return open(channel, to: address, tls)
            }
            .bind(to: try SocketAddress(ipAddress: "::1", port: 0)).wait()
    }
}

/// Connects outside, waits until that is attested, and joins the two.
private func open(_ program: any Channel, to address: SocketAddress, _ tls: AttestedTLSConfiguration) -> EventLoopFuture<Void> {
    let loop = program.eventLoop
    return loop.makeCompletedFuture {
        let (mine, theirs) = Relay.pair()
        try program.pipeline.syncOperations.addHandler(theirs)
        let junction = Junction("connection to \(address)", mine) { $0.makeSucceededFuture(program) }
        junction.endsWithThis(program)
        let bound = NIOLoopBound((junction, mine), eventLoop: loop)
        Transfer.client(on: loop)
            .channelInitializer { outside in
                outside.eventLoop.makeCompletedFuture {
                    try outside.pipeline.syncOperations.addHandlers(AttestedTLSHandler(tls), bound.value.0, bound.value.1)
                }
            }
            .connect(to: address)
            .whenFailure { error in
                Log.say("connection to \(address): \(error)")
                program.resetAndClose()
            }
    }
}
