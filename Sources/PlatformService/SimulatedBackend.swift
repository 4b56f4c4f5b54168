// SPDX-License-Identifier: Apache-2.0
// `sim`: evidence of a machine that is none.
package import Formats
internal import Launch
package import SimulatedPlatform

package struct SimulatedBackend: EvidenceBackend {
    private let platform: SimulatedPlatform
    private let clock: @Sendable () -> Int64

    package init(_ platform: SimulatedPlatform, clock: @escaping @Sendable () -> Int64 = { System.now() }) {
        self.platform = platform
        self.clock = clock
    }

    package func evidence(
        _ format: EvidenceFormat?, _ identity: EvidenceIdentity, reportData: [UInt8]
    ) throws(BackendError) -> PlatformReply.Body {
        let statement = Self.statement(identity, reportData: reportData)
        do throws(PlatformError) {
            switch format ?? .tdx {
            case .sgx: return try intel(.sgx3, statement, .sgx)
            case .tdx: return try intel(.tdx4, statement, .tdx)
            case .snp:
                let made = try platform.report(SNPReportShape(), statement, now: clock())
                return .evidence(
                    PlatformEvidence(
                        format: .snp, bytes: made.report, auxiliary: made.certificateTable, collateral: try made.collateral.json))
            }
        } catch { throw BackendError(error) }
    }

    private func intel(_ quote: QuoteFormat, _ statement: EnclaveStatement, _ format: EvidenceFormat) throws(PlatformError) -> PlatformReply.Body {
        .evidence(
            PlatformEvidence(
                format: format, bytes: try platform.quote(quote, statement),
                collateral: try platform.collateral(quote, now: clock()).json))
    }

    package func localReport(
        _ identity: EvidenceIdentity, targetInfo: [UInt8], reportData: [UInt8]
    ) throws(BackendError) -> [UInt8] {
        do throws(PlatformError) {
            return try platform.localReport(Self.statement(identity, reportData: reportData), for: targetInfo)
        } catch { throw BackendError(error) }
    }

    package func sealKey(
        _ policy: SealPolicy, _ identity: EvidenceIdentity, securityVersion: UInt16, label: [UInt8]
    ) throws(BackendError) -> [UInt8] {
        do throws(PlatformError) {
            return try platform.sealKey(
                SealRequest(
                    policy: policy == .measurement ? .measurement : .signer,
                    enclave: Self.statement(identity, reportData: []), securityVersion: securityVersion, label: label))
        } catch { throw BackendError(error) }
    }

    private static func statement(_ identity: EvidenceIdentity, reportData: [UInt8]) -> EnclaveStatement {
        var statement = EnclaveStatement(
            measurement: identity.measurement, signer: identity.signer, reportData: reportData)
        statement.productID = identity.productID
        statement.securityVersion = identity.securityVersion
        statement.isDebug = identity.isDebug
        statement.launch = identity.launch
        return statement
    }
}

extension BackendError {
    init(_ error: PlatformError) {
        self.init(error.code == .refused ? .notPermitted : .failure, error.message)
    }
}
