// SPDX-License-Identifier: Apache-2.0
// Messages between an enclave's kernel and the platform's service on the host, which has evidence signed and derives keys.
//
// Transport: a connected AF_UNIX SOCK_SEQPACKET pair, one message per packet; the kernel's end is named by
// `BootConfig.platformDescriptor`. The kernel asks, and each answer names the request it is for. Nothing here is secret from the
// host but a sealing key, which only hardware can keep from it (docs/design/evidence.md).

public enum PlatformProtocol {
    /// Fits the default socket buffer of Linux with room to spare.
    public static let maximumPacketSize = 128 << 10
    public static let reportDataSize = 64
    /// At most so many bytes may be chosen from outside of the enclave.
    public static let nonceSize = 32
    /// The second half of report data that was asked for from outside. Programs state hashes: without it the host could have evidence
    /// made for a key of its own, and nobody could tell it from a program's.
    public static let outsideMark = [UInt8]("outside asked for this, cloister".utf8)
    public static let keySize = 32
    /// sgx_target_info_t and sgx_report_t of Intel's SDK.
    public static let targetInfoSize = 512
    public static let localReportSize = 432
    public static let maximumLabelSize = 64
}

/// What stands behind the service.
public enum PlatformKind: UInt8, Sendable {
    /// A machine in software, which speaks all formats.
    case simulated = 1
    /// A confidential virtual machine, asked through Linux.
    case tdx = 2
    case snp = 3

    /// The format of Linux's configfs-tsm on such a machine.
    public var format: EvidenceFormat { self == .snp ? .snp : .tdx }
    public var speaksSGX: Bool { self == .simulated }
}

/// Whose layout evidence has.
public enum EvidenceFormat: UInt8, Sendable, CaseIterable {
    case sgx = 1
    case tdx = 2
    case snp = 3
}

/// Who the enclave is: what hardware would have measured.
public struct EvidenceIdentity: Sendable, Equatable {
    /// 48 bytes; zeros where nothing was measured.
    public var measurement: [UInt8]
    /// 32 bytes; zeros where there is none.
    public var signer: [UInt8]
    public var productID: UInt16
    public var securityVersion: UInt16
    /// The host may look inside, or nothing was measured.
    public var isDebug: Bool
    /// SHA-256 of the `LaunchDocument`, 32 bytes; zeros where nothing was started.
    public var launch: [UInt8]

    public init(
        measurement: [UInt8], signer: [UInt8], productID: UInt16, securityVersion: UInt16, isDebug: Bool,
        launch: [UInt8] = [UInt8](repeating: 0, count: Digest256.byteCount)
    ) {
        self.measurement = measurement
        self.signer = signer
        self.productID = productID
        self.securityVersion = securityVersion
        self.isDebug = isDebug
        self.launch = launch
    }
}

/// To what a sealing key is bound.
public enum SealPolicy: UInt8, Sendable {
    case measurement = 1
    case signer = 2
}

/// What the kernel asks.
public struct PlatformRequest: Sendable, Equatable {
    public enum Body: Sendable, Equatable {
        /// Evidence with 64 bytes of the enclave's own. Without a format: the machine's own.
        case evidence(format: EvidenceFormat?, reportData: [UInt8])
        /// A key for `securityVersion`, which is at most the enclave's.
        case sealKey(policy: SealPolicy, securityVersion: UInt16, label: [UInt8])
        /// A report that an enclave on the same machine can check: SGX's EREPORT.
        case localReport(targetInfo: [UInt8], reportData: [UInt8])
    }

    public var number: UInt64
    public var identity: EvidenceIdentity
    public var body: Body

    public init(number: UInt64, identity: EvidenceIdentity, body: Body) {
        self.number = number
        self.identity = identity
        self.body = body
    }
}

/// Evidence, and what comes with it. Only `bytes` are signed, and nobody in between looks into any of it.
public struct PlatformEvidence: Sendable, Equatable {
    public var format: EvidenceFormat
    /// A quote or a report.
    public var bytes: [UInt8]
    /// What Linux calls auxblob: for SEV-SNP the certificate table.
    public var auxiliary: [UInt8]
    /// What a verifier would fetch from the vendor, as JSON; a simulated machine brings its own.
    public var collateral: [UInt8]

    public init(format: EvidenceFormat, bytes: [UInt8], auxiliary: [UInt8] = [], collateral: [UInt8] = []) {
        self.format = format
        self.bytes = bytes
        self.auxiliary = auxiliary
        self.collateral = collateral
    }
}

/// What the service answers.
public struct PlatformReply: Sendable, Equatable {
    public enum Body: Sendable, Equatable {
        case evidence(PlatformEvidence)
        /// `PlatformProtocol.keySize` bytes.
        case key([UInt8])
        /// `PlatformProtocol.localReportSize` bytes.
        case localReport([UInt8])
        /// A Linux errno.
        case failure(errno: UInt32)
    }

    public var number: UInt64
    public var body: Body

    public init(number: UInt64, body: Body) {
        self.number = number
        self.body = body
    }
}
