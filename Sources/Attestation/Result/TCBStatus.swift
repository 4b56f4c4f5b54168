// SPDX-License-Identifier: Apache-2.0
// Intel's words for the state of a platform's trusted computing base.

public enum TCBStatus: String, Codable, Sendable, CaseIterable {
    case upToDate = "UpToDate"
    case swHardeningNeeded = "SWHardeningNeeded"
    case configurationNeeded = "ConfigurationNeeded"
    case configurationAndSWHardeningNeeded = "ConfigurationAndSWHardeningNeeded"
    case outOfDate = "OutOfDate"
    case outOfDateConfigurationNeeded = "OutOfDateConfigurationNeeded"
    case revoked = "Revoked"
    /// The platform is older than everything in the TCB info.
    case notSupported = "TCB_NOT_SUPPORTED"
    /// The module was updated under the running TD: a relaunch makes it up to date.
    case relaunchAdvised = "TD_RELAUNCH_ADVISED"
    case relaunchAdvisedConfigurationNeeded = "TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED"

    /// What the status means, for people.
    public var meaning: String {
        switch self {
        case .upToDate: "every component is at the newest level that Intel has published"
        case .swHardeningNeeded: "current, but the program itself must be built with the mitigations of the advisories"
        case .configurationNeeded: "current, but firmware settings (hyper-threading, for example) must be changed"
        case .configurationAndSWHardeningNeeded: "current, but firmware settings and mitigations in the program are needed"
        case .outOfDate: "a component is older than a published fix"
        case .outOfDateConfigurationNeeded: "a component is older than a published fix, and firmware settings must be changed"
        case .revoked: "the level is revoked: the platform must not be trusted"
        case .notSupported: "the platform is older than every level in the TCB info"
        case .relaunchAdvised: "the TDX module was updated: relaunch the TD to profit from it"
        case .relaunchAdvisedConfigurationNeeded: "the TDX module was updated: relaunch the TD, and change firmware settings"
        }
    }
}

/// The part of a platform to which a status or an advisory belongs.
public enum TCBComponent: String, Codable, Sendable, CaseIterable {
    case platform
    case tdxModule = "tdx_module"
    case quotingEnclave = "qe"
}

public struct ComponentStatus: Codable, Sendable, Equatable {
    public var component: TCBComponent
    public var status: TCBStatus
    /// Date of the matched level, as Intel wrote it.
    public var tcbDate: String

    public init(component: TCBComponent, status: TCBStatus, tcbDate: String) {
        self.component = component
        self.status = status
        self.tcbDate = tcbDate
    }
}

/// A published weakness that applies to the matched level.
public struct Advisory: Codable, Sendable, Equatable, Hashable {
    /// Such as INTEL-SA-00615.
    public var id: String
    /// Date of the level that names it.
    public var tcbDate: String
    public var component: TCBComponent

    public init(id: String, tcbDate: String, component: TCBComponent) {
        self.id = id
        self.tcbDate = tcbDate
        self.component = component
    }
}
