// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

enum Transfer {
    /// Small for those who ask and answer, large for those who pour.
    static let allocator = AdaptiveRecvByteBufferAllocator(minimum: 2 << 10, initial: 16 << 10, maximum: 256 << 10)

    static func client(on loop: any EventLoop) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(30))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: Transfer.allocator)
    }
}
