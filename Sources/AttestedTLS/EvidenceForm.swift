// SPDX-License-Identifier: Apache-2.0
// How evidence lies in a certificate. The interoperable form is of the Confidential Computing Consortium (interoperable RA-TLS); the
// others are older, and are read but not written.

public enum EvidenceForm: String, Sendable, Equatable, CaseIterable {
    /// TCG DICE, 2.23.133.5.4.9: a tagged pair of evidence and a buffer of claims, whose hash is the report data.
    case interoperable
    /// Gramine: the bare quote; the report data is the hash of the key. Its identifier is encoded with its own type and length bytes inside.
    case gramine
    /// Intel's SDK, 1.2.840.113741.1.13.1: as Gramine's.
    case intel
    /// Occlum, 1.2.840.113741.1: as Gramine's.
    case occlum

    var identifier: [UInt] {
        switch self {
        case .interoperable: [2, 23, 133, 5, 4, 9]
        case .gramine: [0, 6, 9, 42, 840, 113_741, 1337, 6]
        case .intel: [1, 2, 840, 113_741, 1, 13, 1]
        case .occlum: [1, 2, 840, 113_741, 1]
        }
    }
}

/// The CBOR tag of evidence in the interoperable form.
enum EvidenceTag {
    /// SGX and TDX quotes.
    static let quote: UInt64 = 60000
    static let teeReport: UInt64 = 60001
    static let legacyReport: UInt64 = 60002
    /// librats' tag for SEV-SNP reports.
    static let snp: UInt64 = 0x1A7504

    static let known = [quote, teeReport, legacyReport, snp]
}

/// Identifiers of hashes in the claims (IANA, named information hash algorithms).
enum ClaimedHash: UInt64 {
    case sha256 = 1
    case sha384 = 7
    case sha512 = 8
}
