// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Evidence of the `sample` environment: unsigned, so that anything can forge it; it proves nothing.
package struct SampleEvidence: Sendable, Equatable {
    package var securityVersion: String
    package var reportData: [UInt8]

    package init(securityVersion: String = "1", reportData: [UInt8]) {
        self.securityVersion = securityVersion
        self.reportData = reportData
    }

    /// nil unless `evidence` has the two texts, the second in standard base64.
    package init?(_ evidence: JSONValue) {
        guard let version = evidence["svn"]?.text, let encoded = evidence["report_data"]?.text,
            let data = Data(base64Encoded: encoded)
        else { return nil }
        securityVersion = version
        reportData = Array(data)
    }

    package var json: JSONValue {
        ["svn": .string(securityVersion), "report_data": .string(Data(reportData).base64EncodedString())]
    }
}
