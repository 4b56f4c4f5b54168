// SPDX-License-Identifier: Apache-2.0
// What evidence says. Values of bytes are lower-case hexadecimal.

/// The kind of trusted execution environment.
public enum TEE: String, Codable, Sendable, CaseIterable {
    case sgx
    case tdx
    case snp
    /// Unsigned evidence of CoCo's test platform.
    case sample
}

public struct Claims: Codable, Sendable, Equatable {
    public var tee: TEE
    /// Version of the quote or report.
    public var version: Int
    /// MRENCLAVE, MRTD or MEASUREMENT.
    public var measurement: String
    /// MRSIGNER, MROWNER or ID_KEY_DIGEST; nil when the evidence names none (all zero).
    public var signer: String?
    public var productID: Int?
    public var securityVersion: Int?
    /// 64 bytes.
    public var reportData: String
    /// The owner of the machine may read its memory.
    public var isDebug: Bool
    /// A migration agent or service may move it to another machine.
    public var isMigratable: Bool

    public var sgx: SGXClaims?
    public var tdx: TDXClaims?
    public var snp: SNPClaims?
    /// Facts of the platform certificate of an Intel quote; the certificate's own word until the verdict is `valid`.
    public var platform: IntelPlatformClaims?
    /// The measured boot, when a log came with the evidence and fits it.
    public var eventLog: EventLogClaims?

    public init(
        tee: TEE, version: Int, measurement: String, signer: String? = nil, productID: Int? = nil, securityVersion: Int? = nil,
        reportData: String, isDebug: Bool, isMigratable: Bool = false
    ) {
        self.tee = tee
        self.version = version
        self.measurement = measurement
        self.signer = signer
        self.productID = productID
        self.securityVersion = securityVersion
        self.reportData = reportData
        self.isDebug = isDebug
        self.isMigratable = isMigratable
    }
}

public struct SGXClaims: Codable, Sendable, Equatable {
    public var cpuSVN: String
    public var miscSelect: UInt32
    public var attributes: String
    public var configID: String
    public var configSVN: Int
    public var extendedProductID: String
    public var familyID: String
}

public struct TDXClaims: Codable, Sendable, Equatable {
    public var mrtd: String
    /// RTMR0 to RTMR3.
    public var rtmrs: [String]
    public var mrSEAM: String
    public var mrSignerSEAM: String
    public var mrConfigID: String
    public var mrOwner: String
    public var mrOwnerConfig: String
    public var seamAttributes: String
    public var tdAttributes: String
    public var xfam: String
    public var teeTCBSVN: String
    /// TD 1.5 only: the SVN of the module that runs now.
    public var teeTCBSVN2: String?
    /// TD 1.5 only: hash of the service TDs that may touch this one; all zero when none.
    public var mrServiceTD: String?
    public var isSEPTVEDisabled: Bool
}

public struct IntelPlatformClaims: Codable, Sendable, Equatable {
    public var fmspc: String
    public var pceID: String
    public var ppid: String
    public var cpuSVN: String
    public var pceSVN: Int
    public var platformInstanceID: String?
    /// Common name of the authority that issued the platform's certificate.
    public var issuer: String
    public var certificateSerial: String
    public var qeSVN: Int?
}

/// The security versions of the parts of an AMD platform.
public struct AMDTCB: Codable, Sendable, Equatable {
    public var bootloader: Int
    public var tee: Int
    public var snp: Int
    public var microcode: Int
    /// Turin and later only.
    public var fmc: Int?
}

public struct SNPClaims: Codable, Sendable, Equatable {
    /// Milan, Genoa or Turin.
    public var product: String?
    public var guestSVN: UInt32
    public var policy: UInt64
    public var isSMTAllowed: Bool
    public var isMigrationAgentAllowed: Bool
    public var isSingleSocketRequired: Bool
    public var familyID: String
    public var imageID: String
    public var vmpl: Int
    public var platformInfo: UInt64
    /// vcek, vlek or none.
    public var signedBy: String
    public var isChipIDMasked: Bool
    public var chipID: String
    public var hostData: String
    public var idKeyDigest: String
    public var authorKeyDigest: String?
    public var reportID: String
    public var reportIDMigrationAgent: String
    public var currentTCB: AMDTCB
    public var reportedTCB: AMDTCB
    public var committedTCB: AMDTCB
    public var launchTCB: AMDTCB
    public var currentVersion: String
    public var committedVersion: String
    public var launchMitigations: UInt64?
    public var currentMitigations: UInt64?
    /// A revocation list of the authority above the chip's certificate was given and holds.
    public var isRevocationChecked = false
    /// Cloud provider named in a VLEK certificate.
    public var provider: String?
}

/// The events that were measured into the registers, after the log was replayed and found to fit.
public struct EventLogClaims: Codable, Sendable, Equatable {
    /// Without the one that names the format.
    public var eventCount: Int
    /// Registers that the log reproduces.
    public var registers: [Int]
    public var events: [MeasuredEvent]
}

public struct MeasuredEvent: Codable, Sendable, Equatable {
    /// RTMR that the event extends.
    public var register: Int
    /// TCG event type.
    public var type: UInt32
    public var digest: String
    /// The event's data as text, where it is text.
    public var text: String?
}
