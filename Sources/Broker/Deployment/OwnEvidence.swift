// SPDX-License-Identifier: Apache-2.0
// Evidence of the enclave that this broker itself runs in, where it does: by the files that Gramine's programs use as well. Anybody may
// ask for it, so that it is made once and kept for a while.
import Logging
import NIOPosix
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

final class OwnEvidence: Sendable {
    private let folder: String
    private let kept = Mutex<(reportData: [UInt8], quote: [UInt8], made: ContinuousClock.Instant)?>(nil)

    private static let lifetime = Duration.seconds(600)

    init(folder: String) {
        self.folder = folder
    }

    /// nil outside an enclave. What the program wrote and what it reads belong together: one asks at a time.
    func quote(_ reportData: [UInt8]) async throws -> [UInt8]? {
        if let known = known(reportData) { return known }
        return try await NIOThreadPool.singleton.runIfActive { [self] in
            try kept.withLock { kept in
                if let kept, Self.isCurrent(kept, reportData) { return kept.quote }
                guard FileManager.default.fileExists(atPath: folder + "/quote") else { return nil }
                try Data(reportData).write(to: URL(filePath: folder + "/user_report_data"))
                let quote = Array(try Data(contentsOf: URL(filePath: folder + "/quote")))
                kept = (reportData, quote, .now)
                return quote
            }
        }
    }

    private func known(_ reportData: [UInt8]) -> [UInt8]? {
        kept.withLock { kept in
            guard let kept, Self.isCurrent(kept, reportData) else { return nil }
            return kept.quote
        }
    }

    private static func isCurrent(_ kept: (reportData: [UInt8], quote: [UInt8], made: ContinuousClock.Instant), _ reportData: [UInt8]) -> Bool {
        kept.reportData == reportData && ContinuousClock.now - kept.made < lifetime
    }
}
