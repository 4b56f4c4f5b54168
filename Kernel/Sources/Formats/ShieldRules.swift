// SPDX-License-Identifier: Apache-2.0
// Which TCP ports an image wraps in attested TLS (docs/shield.md), as the kernel reads it: who may reach them is not the program's choice.

public struct ShieldRules: Sendable, Equatable {
    /// Programs that listen here are reached from the outside through the shield only.
    public var listenPorts: [UInt16] = []
    /// What programs connect to here, outside of the enclave, they reach through the shield only.
    public var connectPorts: [UInt16] = []

    public init(listenPorts: [UInt16] = [], connectPorts: [UInt16] = []) {
        self.listenPorts = listenPorts
        self.connectPorts = connectPorts
    }

    /// The shield's program in the image.
    public static let path = "/.cloister/shield"
    /// In each direction.
    public static let maximumPorts = 64
}
