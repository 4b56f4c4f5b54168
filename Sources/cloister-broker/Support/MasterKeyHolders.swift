// SPDX-License-Identifier: Apache-2.0
// Who is to have a new master key: operators by shares, a PKCS #11 token, or, for a first try, a file.
import ArgumentParser
import BrokerStore
import Foundation

struct MasterKeyPlace: ParsableArguments {
    @Option(help: ArgumentHelp("SQLite file, created when missing, or postgresql://…", valueName: "DATABASE"))
    var database: String?

    @Option(help: ArgumentHelp("The broker's configuration: its database, and its PKCS #11 token.", valueName: "FILE"))
    var config: String?

    func settings() throws -> ServeSettings? { try config.map { try ServeSettings(file: $0) } }

    func database(_ settings: ServeSettings?) -> String { database ?? settings?.database ?? "broker.db" }
}

struct MasterKeyHolders: ParsableArguments {
    @Option(help: "How many shares unlock the broker.")
    var threshold: Int?

    @Option(help: "How many shares there are.")
    var shares: Int?

    @Option(help: ArgumentHelp("Write the whole key to this file instead, for a first try.", valueName: "FILE"))
    var insecureKeyFile: String?

    @Argument(help: ArgumentHelp("Folder for the shares: share-1, share-2, ...", valueName: "FOLDER"))
    var folder: String?

    enum Choice {
        case shares(threshold: Int, count: Int, folder: String)
        case file(String)
        case token(TokenSettings)
    }

    func choose(_ settings: ServeSettings?) throws -> Choice {
        if let insecureKeyFile {
            if folder != nil || threshold != nil || shares != nil {
                throw CommandFailure(.usage, "--insecure-key-file makes no shares; leave FOLDER, --threshold and --shares out")
            }
            return .file(insecureKeyFile)
        }
        if folder == nil, threshold == nil, shares == nil, let settings {
            guard let token = settings.token else {
                throw CommandFailure(
                    .usage,
                    "the configuration has no pkcs11 (module, token, key, pin_file), whose token could wrap the key; else give --threshold, --shares and a FOLDER"
                )
            }
            return .token(token)
        }
        guard let folder, let threshold, let shares else { throw CommandFailure(.usage, "give --threshold, --shares and a FOLDER") }
        guard threshold >= 1, threshold <= shares, shares <= 255 else {
            throw CommandFailure(.usage, "the threshold must be from 1 to the number of shares, which is at most 255")
        }
        return .shares(threshold: threshold, count: shares, folder: folder)
    }
}

extension MasterKeyHolders.Choice {
    /// Gives it to them. What returns goes into the database.
    func keep(_ key: MasterKey, _ database: String) throws -> (record: MasterKeyRecord, details: [String: String], words: String) {
        var record = MasterKeyRecord(id: key.idText, threshold: 1, shares: 1, created: Databases.now)
        switch self {
        case .shares(let threshold, let count, let folder):
            (record.threshold, record.shares) = (threshold, count)
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            do {
                for share in try key.shares(threshold: threshold, count: count) {
                    try Files.create("\(folder)/share-\(share.share.index)", share.text + "\n")
                }
            } catch is SecretSharing.Problem {
                throw CommandFailure(.usage, "the threshold must be from 1 to the number of shares, which is at most 255")
            }
        case .file(let file):
            try Files.create(file, MasterKeyCommand.fileText(of: key))
            Output.warning("\(file) alone opens every secret of \(Databases.name(database))")
        case .token(let token):
            (record.threshold, record.shares) = (0, 0)
            record.wrapped = try Self.wrap(key, token)
            return (record, ["token": token.place.token, "key": token.place.key], "the token unlocks it")
        }
        return (
            record, ["threshold": String(record.threshold), "shares": String(record.shares)],
            "\(record.threshold) of \(record.shares) shares unlock it"
        )
    }

    private static func wrap(_ key: MasterKey, _ token: TokenSettings) throws -> [UInt8] {
        do {
            var pin = try token.pin()
            defer { wipe(&pin) }
            let (wrapped, isNewKey) = try token.place.wrap(key, pin: pin)
            if isNewKey { Output.line("key '\(token.place.key)': made in the token '\(token.place.token)'") }
            return wrapped
        } catch let problem as BrokerStoreError {
            throw CommandFailure(.refused, problem.description)
        }
    }
}
