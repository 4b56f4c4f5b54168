// SPDX-License-Identifier: Apache-2.0
import Foundation

enum Files {
    static func read(_ path: String, limit: Int = 8 << 20) throws -> Data {
        guard FileManager.default.fileExists(atPath: path) else { throw CommandFailure(.notFound, "\(path) does not exist") }
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure(.hostFailure, "\(path) cannot be read") }
        guard data.count <= limit else { throw CommandFailure(.badData, "\(path) is larger than \(limit) bytes") }
        return data
    }

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else { throw CommandFailure(.badData, "\(path) is not UTF-8 text") }
        return text
    }

    /// Never over a file that is there: it may hold somebody's only key.
    static func create(_ path: String, _ text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
        } catch {
            throw CommandFailure(.cannotCreate, "\(path) cannot be created, or is there already")
        }
    }
}
