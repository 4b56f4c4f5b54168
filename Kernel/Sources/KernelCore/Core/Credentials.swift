// SPDX-License-Identifier: Apache-2.0
//
// User and group identity, credentials(7), and capabilities(7). The rules of the set*id calls are here; the handlers only decode.

import LinuxABI

public struct Credentials {
    public internal(set) var uid: UInt32 = 0
    public internal(set) var euid: UInt32 = 0
    public internal(set) var suid: UInt32 = 0
    public internal(set) var fsuid: UInt32 = 0
    public internal(set) var gid: UInt32 = 0
    public internal(set) var egid: UInt32 = 0
    public internal(set) var sgid: UInt32 = 0
    public internal(set) var fsgid: UInt32 = 0
    public internal(set) var groups: [UInt32] = []
    public internal(set) var effective = CapabilitySet.all
    public internal(set) var permitted = CapabilitySet.all
    public internal(set) var inheritable = CapabilitySet.none
    public internal(set) var bounding = CapabilitySet.all
    public internal(set) var ambient = CapabilitySet.none
    /// Securebits, as PR_GET_SECUREBITS has them.
    public internal(set) var secureBits: UInt32 = 0

    /// Root with every capability.
    public init() {}

    /// A plain user, or root.
    public init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        euid = uid
        suid = uid
        fsuid = uid
        self.gid = gid
        egid = gid
        sgid = gid
        fsgid = gid
        if uid != 0 {
            effective = .none
            permitted = .none
        }
    }

    public func has(_ capability: Int32) -> Bool { effective.contains(capability) }
    /// Whether the file-access checks are overridden (CAP_DAC_OVERRIDE).
    public var isPrivileged: Bool { effective.contains(Capability.CAP_DAC_OVERRIDE) }
    public func isMember(of group: UInt32) -> Bool { fsgid == group || groups.contains(group) }

    static let keepCapabilitiesBit: UInt32 = 1 << 4
    static let noSetuidFixupBit: UInt32 = 1 << 2
    static let noRootBit: UInt32 = 1
}

/// One bit a capability.
public struct CapabilitySet: Equatable, Sendable {
    public var bits: UInt64
    public init(_ bits: UInt64) { self.bits = bits }
    public static let none = CapabilitySet(0)
    public static let all = CapabilitySet((1 << 41) - 1)
    /// What setfsuid takes and gives: CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, LINUX_IMMUTABLE, MKNOD, MAC_OVERRIDE.
    static let fileSystem = CapabilitySet(0x1f | 1 << 9 | 1 << 27 | 1 << 32)

    public func contains(_ capability: Int32) -> Bool {
        capability >= 0 && capability < 64 && bits >> UInt64(capability) & 1 != 0
    }
    func isSubset(of other: CapabilitySet) -> Bool { bits & ~other.bits == 0 }
    func union(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(bits | other.bits) }
    func intersection(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(bits & other.bits) }
    func subtracting(_ other: CapabilitySet) -> CapabilitySet { CapabilitySet(bits & ~other.bits) }
    static func only(_ capability: Int32) -> CapabilitySet {
        capability >= 0 && capability <= Capability.CAP_LAST_CAP ? CapabilitySet(1 << UInt64(capability)) : .none
    }
}
