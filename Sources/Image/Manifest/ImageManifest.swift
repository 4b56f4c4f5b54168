// SPDX-License-Identifier: Apache-2.0
// The manifest inside an image: canonical JSON, so that equal settings have equal bytes and so equal hashes.

internal import Formats
internal import Foundation

public struct ImageManifest: Codable, Sendable, Equatable {
    public var version = Int(MeasuredSettings.version)
    public var settings: RuntimeSettings
    /// Debian packages in the image with their versions, dependencies included.
    public var packages: [String: String]

    public init(settings: RuntimeSettings, packages: [String: String]) {
        self.settings = settings
        self.packages = packages
    }

    /// Sorted keys, no white space.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    public init(decoding bytes: [UInt8]) throws(ImageToolError) {
        let written = try? JSONDecoder().decode(Version.self, from: Data(bytes)).version
        guard let written, written == MeasuredSettings.version else {
            throw ImageToolError(
                .image,
                "the image's manifest has version \(written.map(String.init) ?? "unknown"), this command reads "
                    + "\(MeasuredSettings.version)")
        }
        do {
            self = try JSONDecoder().decode(ImageManifest.self, from: Data(bytes))
        } catch {
            throw ImageToolError(.image, "the manifest in the image is not valid")
        }
    }

    private struct Version: Decodable {
        var version: UInt64
    }
}
