// SPDX-License-Identifier: Apache-2.0
// Evidence of the enclave that this program runs in, by the files that its kernel offers (docs/design/evidence.md).
//
// SAFETY, for every call below: the paths are Swift strings that live for the call, and a (pointer, count) pair comes from one buffer that does.

public import Attestation
internal import Foundation
internal import Glibc
internal import Synchronization

/// Quotes of SGX from /dev/attestation.
public final class EnclaveEvidence: EvidenceSource {
    /// What was written belongs to the process: nobody may write another's in between.
    private let turn = Mutex<Void>(())

    public init() {}

    public static var isAvailable: Bool { unsafe access("/dev/attestation/quote", F_OK) == 0 }

    public func evidence(_ reportData: [UInt8]) throws -> EvidenceBundle {
        let (quote, collateral) = try turn.withLock { _ in
            try Self.write("/dev/attestation/user_report_data", reportData)
            return (try Self.read("/dev/attestation/quote"), try Self.read("/dev/attestation/collateral", isOptional: true))
        }
        let launch = try Self.read("/dev/attestation/launch", isOptional: true)
        var bundle = EvidenceBundle(evidence: quote, launch: launch.isEmpty ? nil : launch)
        if collateral.isEmpty { return bundle }
        do { bundle.collateral = try JSONDecoder().decode(Collateral.self, from: Data(collateral)) } catch {
            throw AttestedTLSError(.evidence, "the platform's collateral cannot be read")
        }
        return bundle
    }

    private static func write(_ path: String, _ bytes: [UInt8]) throws(AttestedTLSError) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", path) }
        defer { close(file) }
        guard unsafe bytes.withUnsafeBytes({ unsafe Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            throw failure("write", path)
        }
    }

    private static func read(_ path: String, isOptional: Bool = false) throws(AttestedTLSError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        // Other kernels have nothing beside the quote.
        if file < 0 && errno == ENOENT && isOptional { return [] }
        guard file >= 0 else { throw failure("open", path) }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while content.count <= 1 << 20 {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return content }
            content += piece[..<count]
        }
        throw AttestedTLSError(.evidence, "\(path) is too large")
    }

    private static func failure(_ verb: String, _ path: String) -> AttestedTLSError {
        AttestedTLSError(.evidence, "cannot \(verb) \(path): error \(errno)")
    }
}
