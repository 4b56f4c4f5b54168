// SPDX-License-Identifier: Apache-2.0
package import Hummingbird
import NIOCore

/// What travels with a request.
package struct BrokerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The client's address without its port, or its IPv6 network; what limits are counted for.
    let clientAddress: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress.map { ClientAddress.limited($0) } ?? "local"
    }
}
