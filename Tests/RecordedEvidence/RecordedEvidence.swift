// SPDX-License-Identifier: Apache-2.0
// Evidence recorded on real machines, which is never copied into this repository: CLOISTER_FIXTURES, or ../shared/fixtures beside it.

public import Foundation

public enum RecordedEvidence {
    /// The folder `attestation` of the recordings; nil where they are absent, which AttestationTests reports.
    public static let folder: String? = {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["CLOISTER_FIXTURES"]
        let folder = (named ?? repository.deletingLastPathComponent().path + "/shared/fixtures") + "/attestation"
        return FileManager.default.fileExists(atPath: folder + "/cases.json") ? folder : nil
    }()

    public struct Absent: Error, CustomStringConvertible {
        let name: String
        public var description: String {
            "the recorded evidence \(name) is absent: put it under ../shared/fixtures, or set CLOISTER_FIXTURES to the folder that has attestation/"
        }
    }

    public static func data(_ name: String) throws(Absent) -> Data {
        guard let folder, let data = FileManager.default.contents(atPath: folder + "/" + name) else { throw Absent(name: name) }
        return data
    }

    public static func bytes(_ name: String) throws(Absent) -> [UInt8] { Array(try data(name)) }
}
